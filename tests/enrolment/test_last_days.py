"""Last days that are far away, or another one by now: nobody else is stopped by them, and the past stays as it was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.config import Settings
from lms.db import db, writing
from lms.enrolment.assignments.models import Assignment, Obligation
from lms.operate import chores
from tests.enrolment.conftest import (
    DAY,
    NEW,
    WHY,
    MakePerson,
    SignIn,
    ask,
    clock_day,
    form,
    later,
    lead_of,
    mails,
    obligations,
)
from tests.enrolment.test_changing import NORTH, SOUTH, change, overdue_on

FAR = dt.date(9999, 12, 31)
TOO_FAR = "That is more than ten years ahead. Please choose a day up to 1 March 2037."


@pytest.fixture
def ben(clock: time_machine.Coordinates, person: MakePerson) -> Person:
    return person("Ben Cole", site="south")


def days_of(app: Flask) -> list[tuple[int, int, int | None, int | None]]:
    """The how manieth, its last day, since when that is it, and until when it was asked, counted from the first."""

    def counted(day: dt.date | None) -> int | None:
        return None if day is None else (day - DAY.date()).days

    return [
        (one.number, counted(one.due_on) or 0, counted(one.day_set_on), counted(one.ended_on))
        for one in obligations(app)
    ]


def to_another_day(app: Flask, lead: FlaskClient, sign_in: SignIn, address: str, **given: str) -> None:
    assert sign_in(lead, lead_of(app)).submit(address, {"reason": WHY} | given).status_code == 303


def test_a_day_too_far_ahead_is_refused_and_what_was_typed_stays(lead: FlaskClient, ada: Person) -> None:
    answer = lead.submit(NEW, form(due_on="9999-12-31", reason="My own words"))
    assert answer.status_code == 422
    assert TOO_FAR in answer.text
    assert 'value="9999-12-31"' in answer.text
    assert "My own words" in answer.text
    assert lead.submit(NEW, form(due_on="2037-03-02")).status_code == 422
    address = ask(lead, due_on="2037-03-01")
    answer = lead.submit(address, {"reason": WHY, "due_on": "9999-12-31"})
    assert (answer.status_code, TOO_FAR in answer.text) == (422, True)
    spared = {"email": ada.email, "what": "", "reason": "Away.", "until_on": "2999-01-01"}
    assert TOO_FAR in lead.submit("/assignments/exemptions", spared).text


def test_a_far_day_that_is_kept_stops_nobody_elses_mails(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    ben: Person,
    clock: time_machine.Coordinates,
    settings: Settings,
    sign_in: SignIn,
) -> None:
    far, near = ask(lead), ask(lead, site="south")
    with app.app_context(), writing(db.session) as session:
        (first, _) = session.scalars(select(Assignment).order_by(Assignment.id))
        first.due_on, first.due_days, first.refresh_months = FAR, 10**7, 10**6
        session.execute(update(Obligation).filter_by(assignment_id=first.id).values(due_on=FAR))
    for days in (0, 16, 30):
        later(app, clock, days)
    told = mails(settings)
    assert sum(ben.email in mail for mail in told) == 3
    assert sum(ada.email in mail for mail in told) == 1
    lead = sign_in(lead, lead_of(app))
    for path in ("/assignments", far, near, "/reports/coverage?who=all"):
        assert lead.get(path).status_code == 200
    assert "31 December 9999" in sign_in(app.test_client(), ada).get("/").text


def test_an_assignment_that_cannot_be_settled_keeps_no_other_from_it(
    app: Flask, lead: FlaskClient, ada: Person, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(lead)
    ask(lead, what="")
    person("Cy Dale", site="north")
    settle = chores.settle

    def broken(session: Any, modules: Any, today: Any, only: int) -> int:
        if only == min(assignments):
            raise OverflowError
        return settle(session, modules, today, only=only)

    with app.app_context():
        assignments = sorted(db.session.scalars(select(Assignment.id)))
    monkeypatch.setattr(chores, "settle", broken)
    assert chores.settle_assignments(app, DAY) == 1
    assert sorted(one.assignment_id for one in obligations(app)) == [*assignments, max(assignments)]


def test_a_mail_that_cannot_be_written_keeps_no_other(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    person: MakePerson,
    clock: time_machine.Coordinates,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cy = person("Cy Dale", site="north")
    ask(lead)
    send = chores.reminding.send

    def broken(office: Any, url: str, mail: Any) -> bool:
        if mail.person.id == ada.id:
            raise LookupError
        return send(office, url, mail)

    with monkeypatch.context() as patch:
        patch.setattr(chores.reminding, "send", broken)
        later(app, clock, 0)
    assert [cy.email in mail for mail in mails(settings)] == [True]
    later(app, clock, 0)
    assert [ada.email in mail for mail in mails(settings)].count(True) == 1, "it is tried again"


def test_who_was_overdue_stays_so_for_that_day_when_the_last_day_moves(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    ben: Person,
    clock: time_machine.Coordinates,
    settings: Settings,
    sign_in: SignIn,
) -> None:
    address = ask(lead)
    for days in (0, 16, 30, 37, 40):
        later(app, clock, days)
    lead = sign_in(lead, lead_of(app))
    assert [overdue_on(lead, days) for days in (30, 31, 39, 40)] == [0, 1, 1, 1]
    told = len(mails(settings))
    to_another_day(app, lead, sign_in, address, due_on="2027-05-10")
    assert [overdue_on(lead, days) for days in (30, 31, 39, 40)] == [0, 1, 1, 0]
    assert days_of(app) == [(1, 30, None, 40), (2, 70, 40, None)]
    assert {one.since_on for one in obligations(app)} == {DAY.date()}, "it is asked since the same day"
    later(app, clock, 41)
    assert len(mails(settings)) == told, "that it is asked was said before"
    # Another mistake, mended on the same day and later: nothing of the past hangs on it.
    to_another_day(app, lead, sign_in, address, due_on="2027-05-20")
    assert days_of(app) == [(1, 30, None, 40), (2, 80, 40, None)]
    for days in (66, 80, 87):
        later(app, clock, days)
    assert len(mails(settings)) == told + 3, "before, on the day, a week after"
    assert [overdue_on(sign_in(lead, lead_of(app)), days) for days in (39, 40, 80, 81, 87)] == [1, 0, 0, 1, 1]
    to_another_day(app, lead, sign_in, address, due_on="2027-12-31")
    assert [overdue_on(lead, days) for days in (39, 40, 80, 81, 87)] == [1, 0, 0, 1, 0]
    assert [row[0] for row in days_of(app)] == [1, 2, 3]
    page = lead.get(address).text
    assert "31 December 2027" in page
    assert page.count("Ada Bell") == 1


def test_fewer_days_make_nobody_overdue_before_today(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead, due_on="", due_days="60")
    later(app, clock, 40)
    to_another_day(app, lead, sign_in, address, due_days="20")
    assert [overdue_on(lead, days) for days in (21, 39, 40)] == [0, 0, 1]
    later(app, clock, 41)
    to_another_day(app, lead, sign_in, address, due_days="90")
    assert [overdue_on(lead, days) for days in (21, 39, 40, 41)] == [0, 0, 1, 0]


def test_where_nothing_of_the_past_changes_there_is_no_other_row(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    mandatory, recommended = ask(lead), ask(lead, is_mandatory="no")
    later(app, clock, 20)
    to_another_day(app, lead, sign_in, mandatory, due_on="2027-03-25")
    later(app, clock, 40)
    to_another_day(app, lead, sign_in, recommended, due_on="2027-12-31")
    assert [row[0] for row in days_of(app)] == [1, 1]


def test_who_is_put_back_with_another_day_was_overdue_all_the_same(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead)
    later(app, clock, 40)
    sign_in(lead, lead_of(app))
    change(lead, address, **SOUTH)
    to_another_day(app, lead, sign_in, address, due_on="2027-05-10")
    change(lead, address, **NORTH)
    assert [overdue_on(lead, days) for days in (31, 39, 40)] == [1, 1, 0]
    current = [one for one in obligations(app) if one.ended_on is None]
    assert [(one.person_id, one.due_on) for one in current] == [(ada.id, clock_day(70))]
