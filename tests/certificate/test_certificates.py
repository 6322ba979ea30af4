"""A manager gets what was earned, and anybody can see that it is real."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import Person
from lms.audit.actions import SYSTEM
from lms.certificate.models import Certificate
from lms.certificate.validity import Validity, standing, valid_until
from lms.db import db, writing
from lms.enrolment.models import Registration
from lms.privacy.service import erase
from tests.certificate.conftest import DONE, SignIn, publish
from tests.quiz import sample


def kept(app: Flask) -> list[Certificate]:
    with app.app_context():
        return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


def test_what_was_completed_is_on_paper_and_can_be_looked_up(
    app: Flask, learner: FlaskClient, tmp_path: Path, person: Callable[..., Person], sign_in: SignIn
) -> None:
    assert "Make my certificates" in learner.get("/certificates").text
    for _ in range(2):
        assert learner.submit("/certificates").status_code == 303
    module, programme = kept(app)
    assert (module.about, programme.about) == (sample.MODULE, "sample-programme")
    path = tmp_path / "certificate.pdf"
    sheet = learner.get(f"/certificates/{module.uuid}.pdf").data
    assert sheet == learner.get(f"/certificates/{module.uuid}.pdf").data, "the same sheet each time"
    path.write_bytes(sheet)
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in info
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    for words in ("Ada Bell", "Sample", "2 March 2026", f"/certificates/{module.uuid}"):
        assert words in text.replace("\n", ""), words
    for browser in (app.test_client(), sign_in(app.test_client(), person("Eve"))):
        page = browser.get(f"/certificates/{module.uuid}")
        assert "It is real, and it holds." in page.text
        assert "Ada Bell" in page.text
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert browser.get(f"/certificates/{module.uuid}.pdf").status_code in (303, 404)
    unknown = app.test_client().get(f"/certificates/{uuid4()}")
    assert unknown.status_code == 404
    assert "There is no such certificate" in unknown.text


def test_it_holds_as_long_as_what_it_says_is_so(app: Flask, ada: Person, learner: FlaskClient) -> None:
    publish(app, 6)
    learner.submit("/certificates")
    module, _ = kept(app)
    assert module.valid_until == dt.date(2026, 9, 2)
    real = f"/certificates/{module.uuid}"
    assert "its time is over" in unescape(learner.get(real).text)
    assert "It held until 2 September 2026" in learner.get("/certificates").text
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.scalars(select(Registration)).one().completed_at = None
    assert "It does not hold." in learner.get(real).text
    assert "It does not hold any more:" in learner.get("/certificates").text


def test_another_name_makes_another_and_who_is_erased_has_none(app: Flask, ada: Person, learner: FlaskClient) -> None:
    learner.submit("/certificates")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.get_one(Person, ada.id).name = "Ada Bell-Ode"
    learner.submit("/certificates")
    assert [one.holder for one in kept(app)] == ["Ada Bell"] * 2 + ["Ada Bell-Ode"] * 2
    uuid = kept(app)[0].uuid
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        erase(session, session.get_one(Person, ada.id), SYSTEM, DONE)
    assert kept(app) == []
    assert app.test_client().get(f"/certificates/{uuid}").status_code == 404


@given(st.dates(dt.date(2020, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 120))
def test_it_ends_on_the_same_day_or_where_the_month_does(day: dt.date, months: int) -> None:
    until = valid_until(day, months)
    assert until
    assert (until.year * 12 + until.month) - (day.year * 12 + day.month) == months
    assert until.day == day.day or (until.day < day.day and (until + dt.timedelta(days=1)).day == 1)
    assert standing(until, False, until) is Validity.VALID
    assert standing(until, False, until + dt.timedelta(days=1)) is Validity.OVER
    assert standing(until, True, day) is Validity.TAKEN_BACK
    assert standing(valid_until(day, None), False, dt.date.max) is Validity.VALID
