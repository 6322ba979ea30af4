"""A draft is published at a set time: as it was looked at, once, or not at all with a word about why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Person, Role
from lms.authoring import queries
from lms.authoring.timing.moment import MomentError, moment
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.operate.chores import publish_timed
from tests.authoring.test_guarding import version_in
from tests.authoring.test_writing import fields_in
from tests.conftest import ready_url
from tests.content import sample

__all__ = ["ready_url"]  # both databases
MODULE = sample.MODULE
BASE = f"/authoring/{MODULE}"
NOW = dt.datetime(2026, 3, 28, 9, tzinfo=dt.UTC)
FIRST = dt.datetime.fromisoformat("2026-03-29")
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "UTC"])


@pytest.fixture
def draft(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    """A trainer's browser, with a draft."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), NOW)
    library.forget()
    browser = sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER], email="ida@example.org"))
    browser.submit(f"{BASE}/draft")
    yield browser
    library.forget()


def wait(browser: FlaskClient, days: int = 2, **fields: str) -> tuple[int, str]:
    """Set a time so many days ahead."""
    later = dt.datetime.now(ZoneInfo("Europe/London")) + dt.timedelta(days=days)
    form = {"version": version_in(browser.get(f"{BASE}/publish").text), "do": "at"}
    form |= {"day": f"{later:%Y-%m-%d}", "time": f"{later:%H:%M}", **fields}
    answer = browser.submit(f"{BASE}/publish", form)
    return answer.status_code, unescape(answer.text)


def pass_by(app: Flask, days: int = 3) -> int:
    library.forget()
    return publish_timed(app, dt.datetime.now(dt.UTC) + dt.timedelta(days=days))


def numbers(app: Flask) -> list[int]:
    with app.app_context():
        return [one.number for one in queries.history(db.session, MODULE)]


def mails(app: Flask) -> list[str]:
    folder = app.config["CARES"].instance / "mail"
    return [path.read_text() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


def test_what_was_looked_at_is_published_once_and_what_was_written_since_stays(app: Flask, draft: FlaskClient) -> None:
    assert wait(draft, time="")[0] == 422
    status, page = wait(draft, days=-1)
    assert status == 422
    assert "That time is past." in page
    draft.submit(f"{BASE}/module", _title(draft, "Another title"))
    assert wait(draft)[0] == 303
    page = draft.get(f"{BASE}/publish").text
    assert "Learners see this draft from" in page
    assert "as Ida Holm has set it" in page
    draft.submit(f"{BASE}/outline", {"do": "add section", "title": "Added since"})
    assert "these changes are not in it" in draft.get(f"{BASE}/publish").text
    assert pass_by(app, days=1) == 0
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: pass_by(app), range(2))) == 1
    assert sorted(numbers(app)) == [1, 2]
    assert "at a set time" in draft.get(f"{BASE}/history").text
    assert "Added since" in draft.get(BASE).text
    [mail] = mails(app)
    assert "is published" in mail
    assert pass_by(app) == 0


def test_a_draft_that_was_not_changed_since_is_closed_by_it(app: Flask, draft: FlaskClient) -> None:
    draft.submit(f"{BASE}/module", _title(draft, "Another title"))
    assert wait(draft)[0] == 303
    assert pass_by(app) == 1
    assert sorted(numbers(app)) == [1, 2]
    assert "Nobody is writing" in draft.get(BASE).text
    with app.app_context():
        module = library.module(db.session, MODULE)
        assert module
        assert module.title == "Another title"


def test_what_was_overtaken_or_taken_back_is_not_published(app: Flask, draft: FlaskClient) -> None:
    draft.submit(f"{BASE}/module", _title(draft, "Another title"))
    wait(draft)
    assert draft.submit(f"{BASE}/publish/take-back").status_code == 303
    assert pass_by(app) == 0
    wait(draft)
    changed = sample.bundle()
    path = f"courses/{MODULE}/module.yaml"
    files = {**changed.files, path: changed.files[path].replace(b"title: ", b"title: Newer ", 1)}
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, type(changed)(files), NOW)
    assert pass_by(app) == 1
    assert sorted(numbers(app)) == [1, 2]
    page = draft.get(f"{BASE}/publish").text
    assert "Something else was published since the time was set." in page
    assert "was not published" in mails(app)[-1]


def _title(browser: FlaskClient, title: str) -> dict[str, str]:
    return {**fields_in(browser.get(f"{BASE}/module").text), "title": title}


@given(st.integers(0, 300 * 24 * 60).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes)), ZONES)
def test_a_moment_is_what_the_clock_there_shows(local: dt.datetime, zone: str) -> None:
    try:
        at = moment(f"{local:%Y-%m-%d}", f"{local:%H:%M}", zone, NOW)
    except MomentError as error:
        there = local.replace(tzinfo=ZoneInfo(zone))
        back = there.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert back != local or "past" in str(error)
    else:
        assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
        assert at > NOW


def test_an_hour_that_does_not_come_is_said() -> None:
    with pytest.raises(MomentError, match="Clocks go forward"):
        moment("2026-03-29", "01:30", "Europe/London", NOW)
    for day, time in (("", "08:00"), ("2026-04-01", ""), ("soon", "08:00"), ("2026-04-01", "08:00+02:00")):
        with pytest.raises(MomentError):
            moment(day, time, "Europe/London", NOW)
    with pytest.raises(MomentError, match="within a year"):
        moment("2028-01-01", "08:00", "Europe/London", NOW)
