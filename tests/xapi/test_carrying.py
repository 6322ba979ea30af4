"""One batch against a store with one fault: what is known of the statements afterwards, and what the store holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.outbox.queries import Waiting
from lms.xapi.answers import Verdict
from lms.xapi.carrying import carry
from lms.xapi.client import Client
from lms.xapi.sink import make
from lms.xapi.target import Target
from tests.xapi import store as faults
from tests.xapi.conftest import progressed
from tests.xapi.store import KEY, SECRET, Store


@pytest.fixture
def client(store: Store) -> Iterator[Client]:
    """A client of the store."""
    with Client(Target(f"{store.url}/", KEY, SECRET)) as client:
        yield client


def batch(count: int) -> list[Waiting]:
    """Statements of one registration."""
    registration, sink = uuid.uuid4(), make(Settings(public_url="https://cares.example.org"))
    drafts = [draft for number in range(count) for draft in sink(Session(), progressed(registration, number))]
    return [Waiting(number, draft.uuid, registration, draft.body) for number, draft in enumerate(drafts)]


EXPECTED: dict[str, Verdict | None] = {
    "lost answer": Verdict.AWAY,
    "lost request": Verdict.AWAY,
    "500": Verdict.SICK,
    "502": Verdict.AWAY,
    "503": Verdict.AWAY,
    "503 with a date": Verdict.AWAY,
    "408": Verdict.AWAY,
    "429": Verdict.BUSY,
    "413": None,
    "garbage": Verdict.AWAY,
    "truncated": Verdict.AWAY,
    "endless": None,
    "portal": Verdict.AWAY,
    "slow": None,
}


@pytest.mark.parametrize("refuses_known", [False, True], ids=["idempotent", "conflicts"])
@pytest.mark.parametrize("fault", faults.ALL)
def test_after_a_fault_the_same_batch_arrives_once(
    fault: str, refuses_known: bool, store: Store, client: Client
) -> None:
    store.refuses_known = refuses_known
    store.faults.append(faults.ALL[fault])
    statements = batch(7)
    first = carry(client, statements)
    assert (first.trouble.verdict if first.trouble else None) == EXPECTED[fault]
    assert first.parked == []
    again = first if not first.trouble else carry(client, statements)
    assert sorted(again.delivered) == statements
    assert (again.parked, again.trouble) == ([], None)
    assert list(store.statements) == [str(statement.uuid) for statement in statements]


def test_bytes_are_sent_as_they_were_written(store: Store, client: Client) -> None:
    (statement,) = batch(1)
    assert carry(client, [statement]).delivered == [statement]
    assert store.statements[str(statement.uuid)] == json.loads(statement.body)


def test_trouble_half_way_keeps_what_follows(store: Store, client: Client) -> None:
    statements = batch(8)
    store.poison = lambda one: 400 if one["id"] == str(statements[1].uuid) else None
    store.faults.extend([faults.slow(0)] * 6 + [faults.status(503)])
    outcome = carry(client, statements)
    assert [statement.id for statement in outcome.delivered] == [0, 2, 3]
    assert [statement.id for statement, _ in outcome.parked] == [1]
    assert outcome.trouble
    assert [statement.id for statement in outcome.trouble.batch] == [4, 5, 6, 7]


def test_a_statement_that_was_voided_meanwhile_counts_as_held(store: Store, client: Client) -> None:
    (statement,) = batch(1)
    store.put([json.loads(statement.body)])
    store.refuses_known = True
    store.voided.add(str(statement.uuid))
    assert carry(client, [statement]).delivered == [statement]


def test_no_redirect_is_followed_and_no_credentials_go_elsewhere(store: Store, client: Client) -> None:
    store.faults.append(faults.status(307, Location=f"{store.url}/statements"))
    outcome = carry(client, batch(2))
    assert outcome.trouble
    assert outcome.trouble.verdict is Verdict.UNWELCOME
    assert len(store.posts) == 1


def test_nobody_there(store: Store) -> None:
    with Client(Target("http://127.0.0.1:9/xapi/", KEY, SECRET)) as client:
        outcome = carry(client, batch(2))
    assert outcome.trouble
    assert outcome.trouble.verdict is Verdict.AWAY
