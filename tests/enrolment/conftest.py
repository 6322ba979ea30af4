"""Leads who ask people to complete something, on a day that stays until it is moved."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.config import Settings
from lms.db import db
from lms.enrolment.assignments.models import Obligation
from lms.operate import chores
from tests.player import sample
from tests.player.sample import MODULE
from tests.still_day import still_day

DAY = dt.datetime(2027, 3, 1, 10, tzinfo=dt.UTC)
NEW = "/assignments/new"
WHY = "The board wants every manager to have taken it."
MakePerson = Callable[..., Person]
SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Coordinates]:
    """The sample programme, on a day that stays until it is moved."""
    with still_day(app, DAY, sample.bundle()) as traveller:
        yield traveller


@pytest.fixture
def lead(app: Flask, clock: time_machine.Coordinates, person: MakePerson, sign_in: SignIn) -> FlaskClient:
    """A programme lead's browser."""
    return sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))


@pytest.fixture
def ada(clock: time_machine.Coordinates, person: MakePerson) -> Person:
    return person("Ada Bell", site="north")


def form(**given: str) -> dict[str, str]:
    return {
        "token": str(uuid.uuid4()), "what": MODULE, "whom": "rule", "is_mandatory": "yes", "reason": WHY,
        "site": "north", "group": "", "due_on": "2027-03-31", "do": "ask",
    } | given  # fmt: skip


def ask(lead: FlaskClient, **given: str) -> str:
    """Ask people; the address of the assignment's page."""
    answer = lead.submit(NEW, form(**given))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def obligations(app: Flask) -> list[Obligation]:
    with app.app_context():
        return list(db.session.scalars(select(Obligation).order_by(Obligation.id)))


def mails(settings: Settings) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(Path(settings.instance / "mail").glob("*.eml"))]


def later(app: Flask, clock: time_machine.Coordinates, days: int) -> None:
    """Go on to a day, counted from the first, and let the chores do what is due."""
    at = DAY + dt.timedelta(days=days)
    clock.move_to(at)
    chores.settle_assignments(app, at)
    chores.remind(app, at)


def clock_day(days: int) -> dt.date:
    return (DAY + dt.timedelta(days=days)).date()


def lead_of(app: Flask) -> Person:
    with app.app_context():
        return db.session.scalars(select(Person).filter_by(name="Lea Lind")).one()
