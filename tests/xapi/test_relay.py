"""The relay against a store that misbehaves in each of the ways that stores do."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.config import Settings
from lms.db import WRITES, db, transaction
from lms.outbox import queries, service
from lms.outbox.models import Delivery, Statement
from lms.outbox.queries import Standing
from tests.waiting import eventually
from tests.xapi import store as faults
from tests.xapi.store import Serving, Store

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[Settings], threading.Event]


def standing(app: Flask) -> Standing:
    with app.app_context():
        return queries.standing(db.session)


def all_settled(app: Flask, seconds: float = 20.0) -> Standing:
    eventually(lambda: standing(app).queued == 0, seconds)
    return standing(app)


def test_a_statement_arrives_within_a_second(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    relaying(wired)
    happen(1)
    eventually(lambda: len(store.statements) == 1)
    waits = []
    for _ in range(5):
        before, count = time.monotonic(), len(store.statements)
        happen(1)
        eventually(lambda: len(store.statements) > count)  # noqa: B023
        waits.append(time.monotonic() - before)
    assert sorted(waits)[2] < 1.0


def test_batches_of_fifty_in_order(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(230, learners=7)
    relaying(wired)
    assert all_settled(app).delivered == 230
    assert store.order() == told
    assert max(size for _, size in store.posts) == 50
    assert len(store.posts) <= 7


@pytest.mark.parametrize("refuses_known", [False, True], ids=["idempotent", "conflicts"])
def test_through_every_fault_nothing_is_lost_or_doubled_or_out_of_order(
    refuses_known: bool, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.refuses_known = refuses_known
    for fault in faults.ALL.values():
        store.faults.extend([fault, faults.slow(0)])
    relaying(wired)
    told = happen(40, learners=3)
    while store.faults:
        told |= happen(3, learners=2)
        time.sleep(0.05)
    all_settled(app)
    assert standing(app).parked == 0
    assert store.order() == told


def test_a_refused_statement_is_parked_and_the_rest_goes_on(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(120, learners=2)
    (first, ids), (second, others) = told.items()
    poisoned = {ids[10]: 400, ids[11]: 422, others[30]: 412}
    store.poison = lambda statement: poisoned.get(statement["id"])
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (117, 3)
    assert store.order() == {
        registration: [id_ for id_ in told[registration] if id_ not in poisoned] for registration in (first, second)
    }
    with app.app_context():
        answers = {str(row.uuid): row.answer for row in queries.parked(db.session, 10)}
    assert answers == {id_: f'{status} "because of {status}"' for id_, status in poisoned.items()}

    store.poison = lambda _: None
    with app.app_context(), transaction() as session:
        assert service.retry(session, dt.datetime.now(dt.UTC), uuid.UUID(ids[10])) == 1
        assert service.retry(session, dt.datetime.now(dt.UTC)) == 2
    assert (all_settled(app).delivered, standing(app).parked) == (120, 0)
    assert len(store.statements) == 120


def test_another_statement_with_the_same_id_is_parked(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    ((registration, ids),) = happen(6).items()
    store.statements[ids[2]] = {"id": ids[2], "verb": {"id": "http://example.org/other"}}
    relaying(wired)
    assert (all_settled(app).delivered, standing(app).parked) == (5, 1)
    assert store.order()[registration] == [id_ for id_ in ids if id_ != ids[2]]
    with app.app_context():
        (parked,) = queries.parked(db.session, 10)
    assert "another statement" in (parked.answer or "")


def test_a_statement_that_makes_the_store_fail_blocks_its_own_registration_only(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(90, learners=3)
    guilty, ids = next(iter(told.items()))
    store.poison = lambda statement: 500 if statement["id"] == ids[5] else None
    relaying(wired)
    eventually(lambda: standing(app).delivered == 65)
    assert store.order() == {**told, guilty: ids[:5]}
    happen(20, learners=2)
    eventually(lambda: standing(app).delivered == 85, 5)
    assert standing(app).parked == 0
    store.poison = lambda _: None
    eventually(lambda: standing(app).queued == 0, 30)
    assert store.order()[guilty] == ids


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_store_that_does_not_let_us_in_makes_a_pause(
    status: int, app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.always = faults.status(status, Location="http://127.0.0.1:9/elsewhere")
    happen(60, learners=60)

    def trouble() -> list[str]:
        with app.app_context():
            relays = queries.relays(db.session, dt.datetime.now(dt.UTC))
            return [relay.trouble for relay in relays if relay.trouble]

    relaying(wired)
    assert f"{status}" in eventually(trouble)[0]
    time.sleep(0.5)
    assert len(store.posts) <= 2
    assert (standing(app).queued, standing(app).parked) == (60, 0)


def test_it_waits_as_long_as_the_store_asks(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.faults.append(faults.status(429, Retry_After="2"))
    happen(3)
    relaying(wired)
    all_settled(app)
    (first, _), (second, _) = store.posts
    assert 2.0 <= second - first < 3.5


def test_a_batch_that_is_too_large_is_halved_and_remembered(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    def small_only(answering: Any, batch: list[Any]) -> bool:
        return len(batch) > 10 and faults.status(413)(answering, batch)

    store.always = small_only
    told = happen(200, learners=2)
    relaying(wired)
    assert all_settled(app).delivered == 200
    assert store.order() == told
    assert sum(size > 10 for _, size in store.posts) <= 16


def test_everything_refused_is_everything_parked(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.always = faults.status(400)
    happen(30, learners=4)
    relaying(wired)
    assert (all_settled(app).parked, len(store.statements)) == (30, 0)


def test_a_second_relay_stands_by(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    store.always = faults.slow(0.05)
    first = relaying(wired)
    relaying(wired)
    told = happen(100, learners=10)
    all_settled(app)
    first.set()
    told |= happen(50, learners=5)
    all_settled(app)
    assert store.order() == told
    assert Counter(size for _, size in store.posts).total() <= 60


def test_rows_say_when_they_were_delivered(app: Flask, wired: Settings, happen: Happen, relaying: Relaying) -> None:
    happen(2)
    relaying(wired)
    all_settled(app)
    with app.app_context():
        for row in db.session.scalars(select(Statement)):
            assert row.delivery is Delivery.DELIVERED
            assert row.delivered_at is not None


def test_a_store_that_is_stopped_and_started_again(
    app: Flask, wired: Settings, store: Store, serving: Serving, happen: Happen, relaying: Relaying
) -> None:
    relaying(wired)
    told = happen(20, learners=4)
    serving.stop()
    told |= happen(40, learners=4)
    time.sleep(1)
    assert len(store.statements) <= 20
    serving.start()
    told |= happen(10, learners=4)
    assert all_settled(app).delivered == 70
    assert store.order() == told


def test_a_database_that_is_locked_or_hangs_up(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying
) -> None:
    told = happen(10, learners=2)
    relaying(wired)
    all_settled(app)
    told |= happen(100, learners=5)
    for _ in range(3):
        _interrupt(app)
    told |= happen(10, learners=5)
    assert all_settled(app).delivered == 120
    assert store.order() == told


def _interrupt(app: Flask) -> None:
    """Lock the database for a second, or cut all of its connections."""
    with app.app_context(), db.engine.connect().execution_options(**WRITES) as connection:
        if connection.dialect.name == "sqlite":
            connection.begin()
            time.sleep(1)
        else:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            time.sleep(0.2)
