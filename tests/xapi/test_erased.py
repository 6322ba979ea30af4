"""What an erasure says of statements is so: nothing that waited is sent, and every name at the stores is told."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.app import create_app
from lms.config import Settings
from lms.db import db, transaction, writing
from lms.enrolment.models import Registration
from lms.outbox import queries, service
from lms.outbox.models import Statement
from lms.outbox.queue import ON_THEIR_WAY
from lms.outbox.service import record
from lms.privacy import cli
from tests.waiting import eventually
from tests.xapi.conftest import progressed
from tests.xapi.store import Answering, Store

MakePerson = Callable[..., Person]
Relaying = Callable[[Settings], threading.Event]
Command = Callable[..., Result]
EMAIL = "zoe.ng+ward7@example.org"


@pytest.fixture(autouse=True)
def _no_pages_on_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "PAGES_ON_THEIR_WAY", 0)


def registered(session: Session, person: Person, modules: int) -> list[uuid.UUID]:
    """A person takes so many modules."""
    at = dt.datetime.now(dt.UTC)
    taken = [Registration(person_id=person.id, module_id=f"m{number}", registered_at=at) for number in range(modules)]
    with writing(session):
        session.add_all(taken)
    return [one.uuid for one in taken]


def happen(app: Flask, registrations: list[uuid.UUID], times: int) -> None:
    """So many times something to each in turn."""
    with app.app_context(), transaction() as session:
        record(session, *(progressed(one, number) for one in registrations for number in range(times)))


def settled(app: Flask) -> bool:
    with app.app_context():
        return all(not queries.standing(db.session, queue).queued for queue in queries.all_queues(db.session))


def test_what_still_waited_is_not_sent(
    app: Flask,
    session: Session,
    wired: Settings,
    store: Store,
    person: MakePerson,
    relaying: Relaying,
    lms: Command,
) -> None:
    registrations = registered(session, person("Zoë Ng", EMAIL), 8)
    happen(app, registrations, 50)
    goes_on = threading.Event()

    def hold(_: Answering, __: list[dict[str, Any]]) -> bool:
        goes_on.wait(60)
        return False

    store.always = hold
    relaying(wired)
    eventually(lambda: len(store.posts) == 2)
    time.sleep(0.7)  # the relay has read ahead
    said = lms("people", "erase", EMAIL, "--yes")
    goes_on.set()
    assert "400 statements that waited are withdrawn" in said.output
    assert f"at most {ON_THEIR_WAY} in the Learning Record Store may still arrive" in said.output
    other = uuid.uuid4()
    happen(app, [other], 1)
    eventually(lambda: str(other) in store.order(), 30)
    assert sum(size for _, size in store.posts) <= ON_THEIR_WAY + 1
    assert len(store.statements) <= ON_THEIR_WAY + 1


@pytest.fixture
def by_address(settings: Settings) -> Flask:
    """An application whose statements name people by e-mail address."""
    return create_app(settings.model_copy(update={"statement_actor": "mbox"}))


def told_by_address(app: Flask, session: Session, person: Person) -> None:
    """Something happens to a person, and is told by their address."""
    (registration,) = registered(session, person, 1)
    event = progressed(registration, 5)
    with app.app_context(), transaction() as other:
        record(other, *[type(event)(**(vars(event) | {"learner": person.uuid, "percent": 7}))])


def test_an_address_is_named_though_what_names_it_is_thinned(
    app: Flask,
    by_address: Flask,
    session: Session,
    wired: Settings,
    store: Store,
    person: MakePerson,
    relaying: Relaying,
    lms: Command,
) -> None:
    zoe = person("Zoë Ng", EMAIL)
    told_by_address(by_address, session, zoe)
    relaying(wired)
    eventually(lambda: settled(app))
    with writing(session):
        assert service.thin(session, dt.datetime.now(dt.UTC), 100) == 1
        session.execute(update(Person).where(Person.id == zoe.id).values(email="zoe.lind@example.org"))
    # Taking one back is the system's act: the system is not to be forgotten at the stores.
    assert lms("xapi", "void", next(iter(store.statements))).exit_code == 0
    said = lms("people", "erase", "zoe.lind@example.org", "--yes").output
    assert '{"mbox": "mailto:zoe.ng+ward7@example.org"}' in said.replace("%2B", "+")
    assert "One of these is an e-mail address" in said
    assert f'"name": "{zoe.uuid}"' in said
    assert '"system"' not in said
    assert "earlier version" not in said


def test_what_an_earlier_version_thinned_may_name_an_address(
    app: Flask,
    session: Session,
    wired: Settings,
    store: Store,
    person: MakePerson,
    relaying: Relaying,
    lms: Command,
) -> None:
    registrations = registered(session, person("Zoë Ng", EMAIL), 1)
    happen(app, registrations, 2)
    relaying(wired)
    eventually(lambda: settled(app))
    with writing(session):
        assert service.thin(session, dt.datetime.now(dt.UTC), 100) == 2
        for one in session.query(Statement):
            stub = json.loads(one.body)
            one.body = json.dumps({"id": stub["id"], "verb": stub["verb"]})
    said = lms("people", "erase", EMAIL, "--yes").output
    assert '{"mbox": "mailto:zoe.ng+ward7@example.org"}' in said.replace("%2B", "+")
    assert "Of 2 statements an earlier version did not keep the actor" in said
