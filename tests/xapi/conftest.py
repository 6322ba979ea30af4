"""A store that misbehaves as told, an outbox with statements in it, and relays at work."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from lms import events
from lms.cli import main
from lms.config import Settings
from lms.db import db, transaction
from lms.outbox.models import Statement
from lms.outbox.service import record
from lms.xapi.relay import run
from tests.xapi.store import KEY, SECRET, Serving, Store

NAME = "national"
"""Of the second store."""
COURSE = events.Course(id="notice", title="Notice", programme_id="managing", programme_title="Managing")


@pytest.fixture
def serving() -> Iterator[Serving]:
    """The server of the store, to be stopped and started again."""
    serving = Serving(Store())
    yield serving
    serving.stop()


@pytest.fixture
def store(serving: Serving) -> Store:
    """A store at work."""
    return serving.store


@pytest.fixture
def wired(settings: Settings, store: Store) -> Settings:
    """Settings that name the store."""
    return settings.model_copy(update={"lrs_endpoint": store.url, "lrs_key": KEY, "lrs_secret": SECRET})


@pytest.fixture
def lms(wired: Settings) -> Callable[..., Result]:
    """The command `lms` for this installation; `given` is what is typed when it asks."""
    names = ("instance", "database_url", "lrs_endpoint", "lrs_key", "lrs_secret")
    environment = {f"LMS_{name.upper()}": str(getattr(wired, name)) for name in names}

    def lms(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, words, env=environment, input=given)

    return lms


@pytest.fixture
def other_serving() -> Iterator[Serving]:
    serving = Serving(Store())
    yield serving
    serving.stop()


@pytest.fixture
def other(other_serving: Serving) -> Store:
    """A second store."""
    return other_serving.store


@pytest.fixture
def add(lms: Callable[..., Result], other: Store) -> Callable[..., Result]:
    """Tell the second store too."""

    def add(*options: str) -> Result:
        done = lms("xapi", "store", "add", NAME, other.url, "--key", "key", *options, given=f"{SECRET}\n")
        assert done.exit_code == 0, done.output
        return done

    return add


@pytest.fixture
def happen(app: Flask) -> Callable[..., dict[str, list[str]]]:
    """Let so many things happen to so many learners in turns; statement ids by registration, in order."""

    def happen(count: int, learners: int = 1) -> dict[str, list[str]]:
        registrations = [uuid.uuid4() for _ in range(learners)]
        with app.app_context():
            for number in range(count):
                with transaction() as session:
                    record(session, progressed(registrations[number % learners], number % 101))
            query = select(Statement).where(Statement.registration.in_(registrations)).order_by(Statement.id)
            told: dict[str, list[str]] = {}
            for row in db.session.scalars(query):
                told.setdefault(str(row.registration), []).append(str(row.uuid))
        return told

    return happen


@pytest.fixture
def relaying(app: Flask) -> Iterator[Callable[[Settings], threading.Event]]:
    """Start a relay; all are stopped at the end."""
    running: list[tuple[threading.Event, threading.Thread]] = []

    def start(settings: Settings) -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(settings, stop), daemon=True)
        thread.start()
        running.append((stop, thread))
        return stop

    yield start
    for stop, _ in running:
        stop.set()
    for _, thread in running:
        thread.join(5)
        assert not thread.is_alive(), "a relay did not stop"


def progressed(registration: uuid.UUID, percent: int) -> events.Progressed:
    """Something small that happens."""
    return events.Progressed(
        at=dt.datetime.now(dt.UTC),
        learner=uuid.uuid5(registration, "learner"),
        registration=registration,
        course=COURSE,
        percent=percent,
    )
