"""A large invented organisation: plausible, and the same for the same seed."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person, Placement, Site
from lms.content.bundle import from_folder
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import writing
from lms.enrolment.models import Registration, State
from lms.operate.demo.crowd import members, units
from lms.operate.demo.filling import NotEmptyError, fill
from tests.databases import counted_rows
from tests.journeys.conftest import ROOT

AT = dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC)
MODULES = ("one", "two", "three")


def test_the_same_seed_makes_the_same_people_in_order() -> None:
    places = units(60, AT.date(), 1)
    crowd = list(members(300, places, MODULES, AT.date(), 1))
    assert crowd == list(members(300, places, MODULES, AT.date(), 1))
    assert crowd != list(members(300, places, MODULES, AT.date(), 2))
    for one in crowd:
        for before, after in zip(one.stays, one.stays[1:], strict=False):
            assert before.until_on == after.from_on
        assert all(stay.until_on is None or stay.from_on < stay.until_on for stay in one.stays)
        done = [run.completed_at for run in one.runs]
        known = [moment for moment in done if moment]
        assert known == sorted(known), "one module after the other"
        assert done[: len(known)] == known
        for run in one.runs:
            assert (run.state is State.COMPLETED) == (run.completed_at is not None)
            assert not run.completed_at or (run.started_at and run.started_at < run.completed_at)


def test_an_empty_database_is_filled_and_no_other(session: Session) -> None:
    library.forget()
    with writing(session):
        import_bundle(session, from_folder(ROOT), AT)
    with writing(session):
        assert fill(session, 200, 30, 1, AT) == 800
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Person, Site, Registration)]
    assert counts == [200, 30, 800]
    assert counted_rows(session, Placement) >= 200
    open_ones = select(func.count()).select_from(Placement).where(Placement.until_on.is_(None))
    assert session.scalar(open_ones) == session.scalar(select(func.count()).where(Person.is_active))
    with writing(session):
        session.add(Person(email="later@example.org", name="Later", created_at=AT))
    with pytest.raises(NotEmptyError), writing(session):
        fill(session, 1, 1, 1, AT)
    library.forget()
