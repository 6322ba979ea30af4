"""A certificate that ends is renewed by the quiz taken once more, without anyone asking for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import config
from lms.accounts.models import Person
from lms.certificate.models import Certificate
from lms.content.bundle import Bundle
from lms.days import local_day, start_of_day
from lms.db import db, writing
from lms.enrolment.models import Registration
from tests.lookback.conftest import complete
from tests.player import sample
from tests.player.sample import MODULE, SECOND
from tests.still_day import still_day

DAY = dt.datetime(2027, 3, 1, 20, tzinfo=dt.UTC)
"""Nine in the morning of 2 March in Auckland."""
QUIZ = f"/modules/{MODULE}/pages/quiz"
START = f"/modules/{MODULE}/quiz/start"
MINE = "/certificates"
SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture(params=["Europe/London", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def settings(tmp_path: Path, ready_url: str, zone: str) -> config.Settings:
    return config.load({}, instance=tmp_path / "instance", database_url=ready_url, time_zone=zone)


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Coordinates]:
    """A programme of one module whose certificates hold for a year."""
    files = {path: text for path, text in sample.bundle().files.items() if SECOND not in path}
    programme, _, _ = files["courses/programme.yaml"].decode().partition(f"  - {{id: {SECOND}")
    files["courses/programme.yaml"] = f"{programme}certificate: {{valid_months: 12}}\n".encode()
    with still_day(app, DAY, Bundle(files)) as traveller:
        yield traveller


@pytest.fixture
def ada(clock: time_machine.Coordinates, person: Callable[..., Person]) -> Person:
    return person("Ada Bell")


@pytest.fixture
def learner(app: Flask, ada: Person, sign_in: SignIn) -> FlaskClient:
    """Her browser, when she has completed the module and made her certificates."""
    browser = sign_in(app.test_client(), ada)
    complete(browser)
    assert browser.submit(MINE).status_code == 303
    return browser


def kept(app: Flask) -> list[tuple[str, dt.date, dt.date | None]]:
    with app.app_context():
        found = db.session.scalars(select(Certificate).order_by(Certificate.id))
        return [(one.about, one.completed_on, one.valid_until) for one in found]


def said(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def year_later(day: dt.date) -> dt.date:
    return day.replace(year=day.year + 1)


def test_from_weeks_before_the_end_and_once(
    app: Flask, learner: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn, zone: str
) -> None:
    done_on = local_day(DAY, zone)
    until = year_later(done_on)
    opens = until - dt.timedelta(days=60)
    assert kept(app) == [(MODULE, done_on, until), ("sample-programme", done_on, until)]
    an_hour = dt.timedelta(hours=1)
    midnight = start_of_day(opens, zone)
    for moment, is_open in ((DAY, False), (midnight - an_hour, False), (midnight + an_hour, True)):
        clock.move_to(moment)
        sign_in(learner, ada)
        quiz, mine = unescape(learner.get(QUIZ).text), unescape(learner.get(MINE).text)
        assert f"Your certificate holds until {said(until)}" in quiz
        assert ("Take the quiz once more" in quiz) is is_open
        assert (f'href="{QUIZ}#block-quiz"' in mine) is is_open
        assert (f"From {said(opens)} on you can renew it" in quiz) is not is_open
        assert (f"From {said(opens)} on you can renew it" in mine) is not is_open
        assert learner.submit(START).headers["Location"].endswith("/result") is not is_open
    assert "You have answered 0 of" in learner.get(QUIZ).text
    assert "/attempts/" in learner.get(f"/modules/{MODULE}/resume").headers["Location"]
    complete(learner)
    assert learner.submit(START).headers["Location"].endswith("/result"), "once is enough"
    assert f"holds until {said(year_later(opens))}" in unescape(learner.get(QUIZ).text)
    assert "You have completed" in learner.get(MINE).text
    learner.submit(MINE)
    assert kept(app)[2:] == [(about, opens, year_later(opens)) for about in (MODULE, "sample-programme")]
    mine = unescape(learner.get(MINE).text)
    assert f"It holds until {said(year_later(opens))}" in mine
    assert "To renew it" not in mine


def test_what_was_never_made_can_be_renewed_too_and_a_failed_try_costs_nothing(
    app: Flask, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn, zone: str
) -> None:
    browser = sign_in(app.test_client(), ada)
    complete(browser)
    clock.move_to(DAY + dt.timedelta(days=800))
    sign_in(browser, ada)
    assert "Your certificate held until" in browser.get(QUIZ).text
    complete(browser, right=False)
    with app.app_context():
        taken = db.session.scalars(select(Registration)).one()
        assert (taken.passed_at, taken.completed_at, taken.refreshed_at) == (DAY, DAY, None)
    last = DAY + dt.timedelta(days=801)
    clock.move_to(last)
    sign_in(browser, ada)
    assert "Try again with fresh questions" in browser.get(QUIZ).text
    complete(browser)
    browser.submit(MINE)
    assert {done_on for _, done_on, _ in kept(app)} == {local_day(last, zone)}


def test_a_certificate_of_the_day_at_greenwich_still_holds_and_is_not_made_twice(
    app: Flask, learner: FlaskClient
) -> None:
    """As they were made when no other day was known."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        for one in session.scalars(select(Certificate)):
            one.completed_on = DAY.date()
    page = learner.get(MINE).text
    assert "You have completed" not in page
    assert "It does not hold any more" not in page
    learner.submit(MINE)
    assert len(kept(app)) == 2


def test_what_has_no_end_is_not_taken_again(app: Flask, learner: FlaskClient) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        for one in session.scalars(select(Certificate)):
            one.valid_until = None
    assert "renew" not in learner.get(QUIZ).text
    assert "renew" not in learner.get(MINE).text
