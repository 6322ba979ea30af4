"""A day of a report is that of the clock on the wall, also where that is far from Greenwich."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import config
from lms.accounts.models import Person, Placement, Role
from lms.db import db, writing
from lms.enrolment.assignments.models import Assignment, Obligation
from lms.enrolment.models import Registration, State
from tests.quiz import sample
from tests.reports.test_files import make
from tests.still_day import still_day

PAGE = "/reports/coverage"
NOW = dt.datetime(2026, 11, 28, 20, tzinfo=dt.UTC)
"""Nine in the morning of the 29th in Auckland, thirteen hours before Greenwich."""
DONE = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
"""One in the night of the 29th there."""
SUMMER_NIGHT = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)
"""Half past midnight of 1 July in London."""
SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def zone() -> str:
    return "Pacific/Auckland"


@pytest.fixture
def settings(tmp_path: Path, ready_url: str, zone: str) -> config.Settings:
    """An installation there."""
    return config.load({}, instance=tmp_path / "instance", database_url=ready_url, time_zone=zone)


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Coordinates]:
    with still_day(app, NOW, sample.bundle()) as traveller:
        yield traveller


@pytest.fixture
def lead(app: Flask, clock: time_machine.Coordinates, person: Callable[..., Person], sign_in: SignIn) -> FlaskClient:
    """A lead's browser, where two managers had to complete the programme; one of them has, in the night after."""
    ada, ben = person("Ada Bell", site="north"), person("Ben Cole", site="north")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        for placement in session.scalars(select(Placement)):
            placement.is_manager, placement.from_on = True, dt.date(2026, 1, 1)
        asked = Assignment(
            uuid=uuid4(), reason="Why.", is_mandatory=True, is_rule=True, managers_only=False,
            from_on=dt.date(2026, 11, 1), created_at=DONE, created_by=uuid4(),
        )  # fmt: skip
        session.add(asked)
        session.flush()
        for who, at in ((ada, DONE), (ben, None)):
            taken = {"person_id": who.id, "module_id": sample.MODULE, "registered_at": DONE, "started_at": DONE}
            state = State.COMPLETED if at else State.STARTED
            session.add(Registration(**taken, state=state, completed_at=at))
            due = {"since_on": dt.date(2026, 11, 1), "due_on": dt.date(2026, 11, 27)}
            session.add(Obligation(assignment_id=asked.id, person_id=who.id, number=1, **due, met_at=at))
    return sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))


def complete_at(app: Flask, moment: dt.datetime) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.scalars(select(Registration).filter_by(state=State.COMPLETED)).one().completed_at = moment


def test_today_is_that_of_the_place_and_no_later_day_is_shown(lead: FlaskClient) -> None:
    for asked in ("", "?on=2026-12-31"):
        page = unescape(lead.get(PAGE + asked).text)
        assert "1 of 2 managers at all sites had completed" in page
        assert "on 29 November 2026" in page


def test_a_day_ends_at_its_midnight(lead: FlaskClient) -> None:
    before = unescape(lead.get(f"{PAGE}?on=2026-11-28").text)
    assert "0 of 2 managers at all sites had completed" in before
    assert "<strong>2</strong> are overdue" in before, "who completed it in the night was late the day before"
    assert "<strong>1</strong> are overdue" in unescape(lead.get(PAGE).text)
    for how_far, count in (("completed", 0), ("under way", 0), ("not started", 2)):
        names = lead.get(f"{PAGE}/people?on=2026-11-28&standing={how_far}").text
        assert names.count("Ada Bell") + names.count("Ben Cole") == count, how_far


@pytest.mark.parametrize(("hour", "share"), [(12, "0%"), (10, "50%")])
def test_a_month_ends_at_its_midnight(app: Flask, lead: FlaskClient, hour: int, share: str) -> None:
    complete_at(app, dt.datetime(2026, 10, 31, hour, tzinfo=dt.UTC))
    row = unescape(lead.get(PAGE).text).split("October 2026")[1].split("</tr>")[0]
    assert f">{share}<" in row


def test_files_have_the_same_days(app: Flask, lead: FlaskClient) -> None:
    answer = lead.get(f"{PAGE}/people.csv?standing=completed")
    assert "coverage-people-2026-11-29.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[-1] for row in rows[1:]] == ["2026-11-29"]
    assert "coverage-2026-11-29.pdf" in lead.get(f"{PAGE}/board.pdf").headers["Content-Disposition"]
    address = lead.submit("/reports/files", {"standing": "completed"}).headers["Location"]
    assert make(app)
    answer = lead.get(f"{address}.xlsx")
    assert "coverage-people-2026-11-29.xlsx" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("zone", ["Europe/London"])
def test_in_a_summer_night_in_london_it_is_the_next_day(
    app: Flask, lead: FlaskClient, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    clock.move_to(SUMMER_NIGHT)
    with app.app_context():
        own = db.session.scalars(select(Person).filter_by(name="Lea Lind")).one()
    assert "on 1 July 2027" in unescape(sign_in(lead, own).get(PAGE).text)
