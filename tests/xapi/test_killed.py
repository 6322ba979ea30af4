"""A real relay process: killed between the store's acceptance and its own mark, again and again; and told to stop."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lms.config import Settings
from lms.db import WRITES, db
from lms.outbox import queries
from lms.outbox.partitions import PARTITIONS
from tests import warm
from tests.waiting import eventually
from tests.xapi import store as faults
from tests.xapi.store import Answering, Store

KILLS = int(os.environ.get("LMS_TEST_KILLS", "4"))


@contextmanager
def relay_process(settings: Settings, log: Path = Path(os.devnull)) -> Iterator[warm.Process]:
    """`lms relay` as a process of its own, which logs there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    for name in ("instance", "database_url", "lrs_endpoint", "lrs_key", "lrs_secret"):
        environment[f"LMS_{name.upper()}"] = str(getattr(settings, name))
    process = warm.Process(["lms", "relay"], environment, settings.instance, log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def queued(app: Flask) -> int:
    with app.app_context():
        return queries.standing(db.session).queued


@pytest.mark.slow
def test_killed_between_acceptance_and_mark(
    app: Flask, wired: Settings, store: Store, happen: Callable[..., dict[str, list[str]]]
) -> None:
    chance = random.Random(20261123)
    told = happen(60 * KILLS, learners=5)
    for life in range(KILLS):
        store.refuses_known = life % 2 == 0
        with relay_process(wired) as process:
            store.always = _killing(process, after=chance.randint(1, 2), seconds=chance.choice([-1, 0, 0.002, 0.01]))
            # One that ends by itself would be taken for one that was killed.
            assert process.wait(20) == -signal.SIGKILL
    store.always = None
    with relay_process(wired):
        eventually(lambda: queued(app) == 0, 30)
    assert store.order() == told


def test_it_stops_within_a_second_even_while_the_store_is_slow(
    app: Flask, wired: Settings, store: Store, happen: Callable[..., dict[str, list[str]]]
) -> None:
    store.always = faults.slow(12)
    happen(3)
    with relay_process(wired) as process:
        eventually(lambda: store.posts)
        before = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        # Within a second; a busy machine may need more, but not the twelve of the store.
        assert time.monotonic() - before < 8
    assert queued(app) == 3


@pytest.mark.slow
def test_a_relay_that_slept_and_lost_its_claim_does_no_harm(
    app: Flask, wired: Settings, store: Store, happen: Callable[..., dict[str, list[str]]]
) -> None:
    store.always = faults.slow(0.05)
    told = happen(400, learners=6)
    with relay_process(wired) as sleeper:
        eventually(lambda: len(store.posts) > 1)
        _put_to_sleep(sleeper, app)
        _take_claim_away(app, wired)
        with relay_process(wired):
            eventually(lambda: queued(app) == 0, 30)
            told |= happen(100, learners=6)
            sleeper.send_signal(signal.SIGCONT)
            told |= happen(100, learners=6)
            eventually(lambda: queued(app) == 0, 30)
            time.sleep(1)
    assert store.order() == told


def test_one_that_waits_takes_over_when_the_other_is_killed(
    app: Flask, wired: Settings, store: Store, happen: Callable[..., dict[str, list[str]]]
) -> None:
    is_alone = wired.database.startswith("sqlite")
    with relay_process(wired) as first, relay_process(wired) as second:
        shares = [0, PARTITIONS] if is_alone else [PARTITIONS // 2] * 2
        eventually(lambda: sorted(_shares(app).values()) == shares, 30)
        told = happen(60, learners=20)
        eventually(lambda: queued(app) == 0)
        # The one that holds the more of them.
        victim = max(first, second, key=lambda one: _shares(app)[one.pid])
        victim.kill()
        victim.wait()
        told |= happen(60, learners=20)
        eventually(lambda: queued(app) == 0)
        survivor = second if victim is first else first
        eventually(lambda: _shares(app)[survivor.pid] == PARTITIONS)
    assert store.order() == told


def _shares(app: Flask) -> dict[int, int]:
    """Partitions by process, as relays last said."""
    with app.app_context():
        relays = queries.relays(db.session, dt.datetime.now(dt.UTC))
        return {int(relay.name.split(":")[1]): relay.partitions for relay in relays}


def _put_to_sleep(process: warm.Process, app: Flask) -> None:
    """Stop it at a moment at which it is not writing: a SQLite file stays locked as long as its writer sleeps."""
    process.send_signal(signal.SIGSTOP)
    while not _can_be_written(app):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
        process.send_signal(signal.SIGSTOP)


def _can_be_written(app: Flask) -> bool:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return True
        connection.exec_driver_sql("PRAGMA busy_timeout=200")
        try:
            connection.rollback()
            with connection.execution_options(**WRITES).begin():
                return True
        except OperationalError:
            return False
        finally:
            connection.invalidate()


def _take_claim_away(app: Flask, settings: Settings) -> None:
    """What makes a claim end while its holder sleeps: a lost lock file, a cut connection."""
    (settings.instance / "relay.lock").unlink(missing_ok=True)
    if settings.database.startswith("postgresql"):
        with app.app_context(), db.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )


def _killing(process: warm.Process, after: int, seconds: float) -> faults.Fault:
    """Stores; from the given batch on kills the relay, before the answer (-1) or so long after it."""
    seen = 0

    def fault(answering: Answering, batch: list[Any]) -> bool:
        nonlocal seen
        seen += 1
        if seen < after:
            return False
        if seconds >= 0:
            threading.Timer(seconds, process.kill).start()
            return False
        answering.store.put(batch)
        process.kill()
        answering.hang_up()
        return True

    return fault
