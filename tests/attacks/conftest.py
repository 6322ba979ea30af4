"""An installation with the real module, and someone who has done everything in it."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import config
from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.app import create_app
from lms.commitment.models import FollowUp
from lms.config import Settings
from lms.content import bundle as bundles
from lms.content.library import library
from lms.content.service import import_new
from lms.db import db, transaction
from lms.enrolment.models import Registration, State
from lms.enrolment.service import open_early
from lms.migrations.tables import tables
from lms.workshop import service as workshop
from lms.workshop.service import Plan
from tests.attacks.walk import Walk, walk
from tests.conftest import Client, hashed
from tests.operate.installation import Installation, wait_until

REPOSITORY = Path(__file__).parents[2]
SECRET = "Unheard-of-words-4711"
"""What the owner types into every box."""

Dump = dict[str, list[tuple[Any, ...]]]


@dataclass
class Owner:
    """Whoever is attacked."""

    person: Person
    browser: FlaskClient
    walk: Walk


@dataclass(frozen=True)
class Pattern:
    """An installation in which everything has been done once; each test gets a copy."""

    folder: Path
    owner: UUID
    cookie: tuple[str, str]
    walk: Walk


@pytest.fixture(scope="session")
def pattern(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """Made once: the walk takes seconds. One kind of database is enough: what is attacked stands above it."""
    folder = tmp_path_factory.mktemp("attacked")
    shutil.copy(sqlite_pattern, folder / "cares.db")
    library.forget()
    app = create_app(_settings(folder))
    app.test_client_class = Client
    with app.app_context(), transaction() as session:
        at = dt.datetime.now(dt.UTC)
        import_new(session, bundles.from_folder(REPOSITORY), at)
        ada = accounts.add_person(session, "ada@example.org", "Ada Bell", at)
        accounts.set_password(session, ada, hashed("a long enough password"))
        _plan_session(session, ada, at)
        key = accounts.begin_sign_in(session, ada.id, ada.password_hash, "a test", at)
    assert key
    cookie = (app.config["SIGN_IN_COOKIE_NAME"], key)
    browser = app.test_client()
    browser.set_cookie(*cookie)
    library.forget()
    walked = walk(app, browser, SECRET, later=lambda: _weeks_later(app, ada.id))
    with app.app_context():
        db.engine.dispose()
    return Pattern(folder, ada.uuid, cookie, walked)


def _plan_session(session: Session, ada: Person, at: dt.datetime) -> None:
    """A session to which nobody but the owner can go, with somebody to share a reflection with."""
    site = accounts.add_site(session, "owners", "Where the owner works")
    accounts.join(session, ada, site, None)
    tess = accounts.add_person(session, "tess@example.org", "Tess Rowe", at)
    begins = at + dt.timedelta(days=20)
    ends = begins + dt.timedelta(hours=2)
    wanted = Plan("Together", "Room 2", "", begins, ends, 3, tess.uuid, site.id, ("feelings",), code_stays=True)
    workshop.plan(session, uuid4(), "notice-and-listen", wanted, at)


def _weeks_later(app: Flask, person_id: int) -> None:
    """The module is completed, the days to look back have come, and a lead has opened the next module."""
    at = dt.datetime.now(dt.UTC)
    with app.app_context(), transaction() as session:
        done = {"completed_at": at, "state": State.COMPLETED}
        session.execute(update(Registration).values(done))
        session.execute(update(FollowUp).values(due_at=at - dt.timedelta(minutes=1)))
        open_early(session, person_id, "safe-to-speak", at)


def _settings(folder: Path) -> Settings:
    return config.load({}, instance=folder / "instance", database_url=f"sqlite:///{folder / 'cares.db'}")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A real installation with two web workers of four threads, which logs all it can."""
    installation = Installation(tmp_path_factory.mktemp("attacked"), {"LMS_LOG_LEVEL": "DEBUG"})
    installation.said = installation.start()
    wait_until(lambda: _listens(installation.lrs_port))
    yield installation
    if installation.process and installation.process.poll() is None:
        installation.stop()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def settings(pattern: Pattern, tmp_path: Path) -> Settings:
    """Of a copy of the pattern."""
    shutil.copytree(pattern.folder, tmp_path, dirs_exist_ok=True)
    return _settings(tmp_path)


@pytest.fixture
def owner(app: Flask, pattern: Pattern) -> Owner:
    """A learner with something of every kind."""
    browser = app.test_client()
    browser.set_cookie(*pattern.cookie)
    with app.app_context():
        ada = db.session.scalars(select(Person).filter_by(uuid=pattern.owner)).one()
    return Owner(ada, browser, pattern.walk)


@pytest.fixture
def other(app: Flask, owner: Owner, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Another learner, who has begun the same module."""
    browser = sign_in(app.test_client(), person("Eve Lund"))
    browser.get("/modules/notice-and-listen/pages/who-cares")
    return browser


def dump(app: Flask, *without: str) -> Dump:
    """Everything that is kept, but for some tables."""
    with app.app_context():
        found = {
            table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
            for table in tables().sorted_tables
            if table.name not in ("sign_in", *without)
        }
        db.session.rollback()
    return found


def changed(before: Dump, after: Dump) -> set[str]:
    """Tables that are not as they were."""
    return {name for name in before if before[name] != after[name]}
