"""Every row of the table of delivery in docs/statements.md: a server that answers so, and what the relay does then."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.config import Settings
from lms.db import db, transaction
from lms.outbox import queries
from lms.outbox.queries import Standing
from lms.outbox.service import Draft, follow
from lms.xapi import client, schedule
from tests.waiting import eventually
from tests.xapi import store as faults
from tests.xapi.refusing_tls import Untrusted
from tests.xapi.store import Answering, Fault, Serving, Statement, Store
from tests.xapi.test_killed import relay_process

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[Settings], threading.Event]

HUGE = 2_000_000
"""Bytes, more than a relay ever sends at once of its own accord."""
SLACK_SECONDS = 2.0
"""A busy machine may be late by so much."""

# The other tests of the relay run on both databases: what it makes of an answer does not depend on them.
pytestmark = pytest.mark.parametrize("ready_url", ["sqlite"], indirect=True)


def standing(app: Flask) -> Standing:
    with app.app_context():
        return queries.standing(db.session)


def all_settled(app: Flask) -> Standing:
    eventually(lambda: standing(app).queued == 0)
    return standing(app)


def waits(store: Store) -> list[float]:
    """Seconds between one batch and the next."""
    return [later - earlier for (earlier, _), (later, _) in pairwise(store.posts)]


def sizes(store: Store) -> list[int]:
    return [size for _, size in store.posts]


def troubles(app: Flask) -> list[str]:
    """What hinders relays, as they say."""
    with app.app_context():
        relays = queries.relays(db.session, dt.datetime.now(dt.UTC))
        return [relay.trouble for relay in relays if relay.trouble]


def stored_then(answer: bytes) -> Fault:
    """Stores, and gives this answer."""

    def fault(answering: Answering, batch: list[Statement]) -> bool:
        answering.store.put(batch)
        answering.wfile.write(answer)
        return True

    return fault


def in_seconds(code: int, seconds: float) -> Fault:
    """A status whose Retry-After is a date, which knows no parts of a second."""

    def fault(answering: Answering, batch: list[Statement]) -> bool:
        when = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        return faults.status(code, Retry_After=format_datetime(when, usegmt=True))(answering, batch)

    return fault


TAKEN = {
    "200 with the ids": faults.slow(0),
    "204": stored_then(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "200 of a proxy that has handed it on": stored_then(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\r\n<html/>"
    ),
}


@pytest.mark.parametrize("answer", TAKEN)
def test_taken(answer: str, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying) -> None:
    store.faults.append(TAKEN[answer])
    told = happen(20, learners=2)
    relaying(wired)
    assert all_settled(app).delivered == 20
    assert store.order() == told
    assert len(store.posts) == 1


AWAY = {
    "408": faults.status(408),
    "425": faults.status(425),
    "502": faults.status(502),
    "503": faults.status(503),
    "504": faults.status(504),
    "no answer, nothing taken": faults.lost_request,
    "no answer, all taken": faults.lost_answer,
    "an answer that breaks off": faults.truncated,
    "an answer that is no HTTP": faults.garbage,
    "200 of a sign-in portal": faults.portal,
}


@pytest.mark.parametrize("answer", AWAY)
def test_all_is_kept_and_the_waits_are_doubled(
    answer: str, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.faults.extend([AWAY[answer]] * 3)
    told = happen(20, learners=2)
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (20, 0)
    assert store.order() == told
    assert sizes(store) == [20] * 4
    for number, waited in enumerate(waits(store)):
        longest = 0.25 * 2**number
        assert longest / 2 <= waited < longest + SLACK_SECONDS


def test_nobody_there_for_a_while(
    app: Flask, wired: Settings, serving: Serving, store: Store, happen: Happen, relaying: Relaying
) -> None:
    serving.stop()
    told = happen(20, learners=2)
    relaying(wired)
    assert "ConnectError" in eventually(lambda: troubles(app))[0]
    assert (standing(app).queued, standing(app).parked) == (20, 0)
    serving.start()
    assert all_settled(app).delivered == 20
    assert store.order() == told


def test_a_certificate_that_nobody_vouches_for(
    app: Flask, wired: Settings, happen: Happen, relaying: Relaying, tmp_path: Path
) -> None:
    happen(20, learners=2)
    with Untrusted(tmp_path) as untrusted:
        relaying(wired.model_copy(update={"lrs_endpoint": f"https://127.0.0.1:{untrusted.port}/xapi"}))
        assert "CERTIFICATE_VERIFY_FAILED" in eventually(lambda: troubles(app))[0]
        eventually(lambda: untrusted.refusals >= 3)
        assert untrusted.heard == b""
    assert (standing(app).queued, standing(app).parked) == (20, 0)


def test_no_tls_where_tls_is_expected(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    happen(20, learners=2)
    relaying(wired.model_copy(update={"lrs_endpoint": store.url.replace("http:", "https:")}))
    assert "SSL" in eventually(lambda: troubles(app))[0]
    time.sleep(1)
    assert (standing(app).queued, standing(app).parked, store.posts) == (20, 0, [])


SICK = {
    "500": faults.status(500),
    "501": faults.status(501),
    "505": faults.status(505),
    "507": faults.status(507),
    "no answer in time": faults.slow(2.5),
}


@pytest.mark.parametrize("answer", SICK)
def test_smaller_batches_soon(
    answer: str,
    app: Flask,
    wired: Settings,
    store: Store,
    happen: Happen,
    relaying: Relaying,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.5)  # thirty in use
    store.faults.extend([SICK[answer]] * 3)
    told = happen(20, learners=2)
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (20, 0)
    assert store.order() == told
    assert sizes(store)[:4] == [20, 10, 5, 2]
    assert all(waited < 0.5 + 0.25 + SLACK_SECONDS for waited in waits(store)[:3])


@pytest.mark.parametrize("status", [401, 403, 407, 404, 405, 301, 302, 303, 307, 308])
def test_a_pause_and_another_try(
    status: int,
    app: Flask,
    wired: Settings,
    store: Store,
    happen: Happen,
    relaying: Relaying,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "PAUSE_SECONDS", 2.0)  # sixty in use
    store.faults.append(faults.status(status, Location=f"{store.url}/statements"))
    told = happen(20, learners=2)
    relaying(wired)
    assert f"{status}" in eventually(lambda: troubles(app))[0]
    assert (standing(app).queued, standing(app).parked) == (20, 0)
    assert all_settled(app).delivered == 20
    assert store.order() == told
    (waited,) = waits(store)
    assert 1.0 <= waited < 2.0 + SLACK_SECONDS


def test_a_pause_is_logged_as_an_error(
    app: Flask, wired: Settings, store: Store, happen: Happen, tmp_path: Path
) -> None:
    log = tmp_path / "relay.log"
    happen(20, learners=2)
    with relay_process(wired.model_copy(update={"lrs_secret": "wrong"}), log):
        line = eventually(lambda: re.search(r".*not delivering.*", log.read_text(encoding="utf-8")), 30)[0]
    assert "level=error" in line
    assert "who are you?" in line
    assert 29 <= float(line.partition("next_try_seconds=")[2].split()[0]) <= 60
    assert (standing(app).queued, standing(app).parked) == (20, 0)


@pytest.mark.parametrize("status", [400, 402, 406, 410, 411, 412, 414, 415, 418, 422, 431, 451])
def test_the_bad_one_is_parked(
    status: int, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(20, learners=2)
    bad = told[min(told)][4]
    store.poison = lambda one: status if one["id"] == bad else None
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (19, 1)
    assert store.order() == {one: [id_ for id_ in ids if id_ != bad] for one, ids in told.items()}
    with app.app_context():
        (parked,) = queries.parked(db.session, 10)
    assert (str(parked.uuid), parked.answer) == (bad, f'{status} "because of {status}"')


def test_the_bad_one_is_found_while_every_second_call_fails(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(20)
    bad = told[min(told)][0]
    store.poison = lambda one: 400 if one["id"] == bad else None
    store.always = lambda answering, batch: len(store.posts) % 2 == 0 and faults.status(503)(answering, batch)
    relaying(wired)
    eventually(lambda: standing(app).queued == 0, 10)
    assert (standing(app).delivered, standing(app).parked) == (19, 1)


def held(store: Store, ids: Sequence[str], **parts: Any) -> None:
    """Let the store hold these already, as the outbox has them or with other parts."""
    store.statements |= {id_: {"id": id_, **parts} for id_ in ids}


@pytest.mark.parametrize("is_voided", [False, True], ids=["as it is", "voided"])
def test_409_for_what_it_has_already(
    is_voided: bool, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.refuses_known = True
    told = happen(20, learners=2)
    (_, ids), _ = told.items()

    def takes_three(answering: Answering, batch: list[Statement]) -> bool:
        known = [one for one in batch if one["id"] in ids[:3]]
        answering.store.put(known)
        answering.store.voided.update(one["id"] for one in known if is_voided)
        return False

    store.faults.append(takes_three)
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (20, 0)
    assert store.order() == told
    assert sizes(store) == [20, 17]


@pytest.mark.parametrize("refuses_known", [False, True], ids=["for that one", "for all that it knows"])
def test_409_for_another_statement_with_this_id(
    refuses_known: bool, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.refuses_known = refuses_known
    told = happen(20, learners=2)
    (registration, ids), _ = told.items()
    other = {"id": ids[4], "verb": {"id": "http://example.org/other"}}
    store.statements[ids[4]] = other
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (19, 1)
    assert store.order()[registration] == [id_ for id_ in ids if id_ != ids[4]]
    assert store.statements[ids[4]] == other
    with app.app_context():
        (parked,) = queries.parked(db.session, 10)
    assert (str(parked.uuid), "another statement" in (parked.answer or "")) == (ids[4], True)


def test_409_for_what_it_does_not_have(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(20, learners=2)
    bad = told[min(told)][4]
    store.poison = lambda one: 409 if one["id"] == bad else None
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (19, 1)


def test_413_is_halved_and_the_size_is_remembered(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(100)

    def small_only(answering: Answering, batch: list[Statement]) -> bool:
        return len(batch) > 15 and faults.status(413)(answering, batch)

    store.always = small_only
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (100, 0)
    assert store.order() == told
    first, *rest = sizes(store)
    assert first == 50
    # Of the batch that was under way, both halves are; after that no batch is too large any more.
    assert sum(size > 15 for size in rest) <= 3


def test_413_for_a_huge_one_does_not_make_batches_larger(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    said: list[int] = []

    def keeps_count(answering: Answering, batch: list[Statement]) -> bool:
        said.append(int(answering.headers["Content-Length"]))
        return said[-1] > HUGE and faults.status(413)(answering, batch)

    store.always = keeps_count
    _tell(app, happen, 2 * HUGE)
    _tell(app, happen, *[100_000] * 20)
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (22, 1)
    assert max(size for size in said if size < HUGE) <= schedule.BATCH_CHARACTERS + 100_000


def _tell(app: Flask, happen: Happen, *characters: int) -> None:
    """Statements of such lengths behind a common one."""
    ((_, (first,)),) = happen(1).items()
    with app.app_context(), transaction() as session:
        before = queries.find(session, uuid.UUID(first))
        assert before
        for length in characters:
            id_ = uuid.uuid4()
            body = json.dumps({"id": str(id_), "filled": "x" * length})
            follow(session, before, Draft(id_, body), dt.datetime.now(dt.UTC))


ASKED = {
    "429 with seconds": (faults.status(429, Retry_After="2"), 2.0),
    "429 with a date": (in_seconds(429, 3), 2.0),
    "429 with a date in the past": (in_seconds(429, -3), 0.0),
    "429 without a word": (faults.status(429), 0.125),
    "429 with a word that means nothing": (faults.status(429, Retry_After="soon"), 0.125),
    "503 with seconds": (faults.status(503, Retry_After="2"), 2.0),
    "503 with a date": (in_seconds(503, 3), 2.0),
    "500 with seconds": (faults.status(500, Retry_After="2"), 2.0),
}


@pytest.mark.parametrize("answer", ASKED)
def test_it_waits_as_it_is_told(
    answer: str, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    fault, least = ASKED[answer]
    store.faults.append(fault)
    told = happen(20, learners=2)
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (20, 0)
    assert store.order() == told
    assert least <= waits(store)[0] < least + 1.0 + SLACK_SECONDS
