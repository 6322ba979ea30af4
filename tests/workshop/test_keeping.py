"""How long sessions are kept, and what stays of them."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.audit.actions import SYSTEM
from lms.config import Settings
from lms.db import db, writing
from lms.operate.chores import remove_old
from lms.privacy.retention.rounds import foresee
from lms.workshop.models import Booking, Workshop
from tests.workshop.conftest import STARTS, House
from tests.workshop.test_attendance import DURING, again, opened

ENDS = STARTS + dt.timedelta(hours=2)
YEARS = dt.timedelta(days=1095)


@pytest.fixture(autouse=True)
def _log_is_kept(app: Flask, settings: Settings) -> None:
    """The database goes by its own clock, and lets nothing go of a log that is years old by this one only."""
    app.config["CARES"] = settings.model_copy(update={"keep_audit_days": 0})


def kept(house: House) -> tuple[int, int]:
    """Sessions, and places in them."""
    with house.app.app_context():
        found = (db.session.scalar(select(func.count()).select_from(one)) for one in (Workshop, Booking))
        sessions, bookings = (count or 0 for count in found)
        return sessions, bookings


def test_a_session_past_its_time_goes_and_what_it_completed_stays(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess, replaces=["begin"])
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    for number in range(12):
        house.plan(trainer, tess, title=f"Number {number}")
    house.plan(trainer, tess, day="2026-12-08")
    house.clock.move_to(DURING)
    again(house, tess).submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    assert "sessions" not in remove_old(house.app, ENDS + YEARS)
    at = ENDS + YEARS + dt.timedelta(seconds=1)
    with house.app.app_context():
        assert foresee(db.session, house.app.config["CARES"], SYSTEM, at)["sessions"] == 13
    assert kept(house) == (14, 1)
    assert remove_old(house.app, at)["sessions"] == 13
    assert kept(house) == (1, 0)
    assert opened(house, ada) == {"verbs", "turn"}
    assert "Listening together" not in again(house, ada).get("/sessions").text.partition("Sessions that you can")[0]


def test_what_is_to_come_or_kept_for_ever_is_never_old(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    house.plan(trainer, tess)
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(update(Workshop).values(cancelled_at=STARTS - 2 * YEARS))
    assert "sessions" not in remove_old(house.app, STARTS), "it is over when its day is over, whatever became of it"
    house.app.config["CARES"] = settings.model_copy(update={"keep_audit_days": 0, "keep_sessions_days": 0})
    assert "sessions" not in remove_old(house.app, STARTS + 5 * YEARS)
    assert kept(house) == (1, 0)
