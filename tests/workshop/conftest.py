"""A small programme, a trainer who leads sessions, and people who go to them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.config import Settings
from lms.db import db
from lms.workshop.models import Booking, Workshop
from tests.player import sample
from tests.still_day import still_day

DAY = dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)
STARTS = dt.datetime(2026, 12, 7, 14, tzinfo=dt.UTC)
FORM = {
    "title": "Listening together",
    "day": "2026-12-07",
    "starts": "14:00",
    "ends": "16:00",
    "place": "Education centre, room 2",
    "link": "https://meet.example.org/listening",
    "places": "2",
    "site": "everyone",
}
SignIn = Callable[..., FlaskClient]
MakePerson = Callable[..., Person]


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Coordinates]:
    """The day on which sessions are planned, to be moved."""
    with still_day(app, DAY, sample.bundle()) as traveller:
        yield traveller


@pytest.fixture
def tess(clock: object, person: MakePerson) -> Person:
    """A trainer of everyone."""
    return person("Tess Rowe", roles=[Role.TRAINER])


@pytest.fixture
def trainer(app: Flask, tess: Person, sign_in: SignIn) -> FlaskClient:
    return sign_in(app.test_client(), tess)


class House:
    """What tests do and look up again and again."""

    def __init__(self, app: Flask, clock: time_machine.Coordinates, person: MakePerson, sign_in: SignIn) -> None:
        self.app, self.clock, self.person, self.sign_in = app, clock, person, sign_in

    def learner(self, name: str, **about: Any) -> tuple[Person, FlaskClient]:
        who = self.person(name, **about)
        return who, self.sign_in(self.app.test_client(), who)

    def plan(self, trainer: FlaskClient, leader: Person, **changed: Any) -> UUID:
        """Plan a session by the page; its name outside."""
        sent = FORM | {"facilitator": str(leader.uuid)} | changed
        answer = trainer.submit(f"/sessions/new/{sample.MODULE}", sent)
        assert answer.status_code == 303, re.findall(r"field-error.*?</p>", answer.text, re.DOTALL)
        with self.app.app_context():
            return db.session.scalars(select(Workshop.uuid).order_by(Workshop.id.desc())).first() or UUID(int=0)

    def workshop(self) -> Workshop:
        with self.app.app_context():
            return db.session.scalars(select(Workshop)).one()

    def states(self) -> dict[str, str]:
        """Who asked for a place, and what became of it."""
        with self.app.app_context():
            rows = db.session.execute(select(Person.name, Booking.state).join(Booking).order_by(Booking.turn))
            return {name: state.value for name, state in rows}

    def booking(self, who: Person) -> Booking:
        with self.app.app_context():
            return db.session.scalars(select(Booking).filter_by(person_id=who.id)).one()


@pytest.fixture
def house(app: Flask, clock: time_machine.Coordinates, person: MakePerson, sign_in: SignIn) -> House:
    return House(app, clock, person, sign_in)


def mails(settings: Settings) -> list[str]:
    """What went, the oldest first."""
    return [path.read_text(encoding="utf-8") for path in sorted(Path(settings.instance / "mail").glob("*.eml"))]
