"""The code on the wall: another one each minute, so that a picture of it is of no use; and one that can be printed."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
import segno
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer

from lms.accounts.models import Person
from lms.app import create_app
from lms.config import Settings
from lms.workshop.attendance.code import code
from tests.workshop.conftest import FORM, STARTS, House
from tests.workshop.test_attendance import DURING, again, be_here, code_of

PASSWORD = "a long enough password"


def drawn(settings: Settings, path: str) -> str:
    made = segno.make(f"{settings.url}{path}", error="m")
    return str(made.svg_inline(omitsize=True, border=4, dark="#000", light="#fff"))


def test_the_page_shows_the_code_of_this_minute_and_turns_it(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess)
    house.clock.move_to(DURING + dt.timedelta(seconds=20))
    leader, seen = again(house, tess), set()
    for _ in range(3):
        page = leader.get(f"/sessions/{uuid}/code").text
        path = code_of(house, uuid)
        assert drawn(settings, path) in page
        assert path not in page, "nobody types it in a minute"
        assert '<noscript><meta http-equiv="refresh" content="41"></noscript>' in page
        assert 'data-turns-in="41"' in page
        assert " style=" not in page
        seen.add(path)
        house.clock.shift(60)
    assert len(seen) == 3
    house.clock.move_to(DURING + dt.timedelta(hours=3))
    assert "refresh" not in again(house, tess).get(f"/sessions/{uuid}/code").text, "it is over"


def test_before_its_time_the_page_says_from_when_on_the_code_works(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess)
    page = trainer.get(f"/sessions/{uuid}/code").text
    assert "The code will be here on Monday, 7 December 2026, from 13:30:" in page
    assert not re.search(r"<svg[^>]*segno|role=\"img\" aria-label=\"QR|data-turns-in|refresh|Scan this", page)
    house.clock.move_to(STARTS - dt.timedelta(minutes=30, seconds=1))
    assert "data-turns-in" not in again(house, tess).get(f"/sessions/{uuid}/code").text
    house.clock.move_to(STARTS - dt.timedelta(minutes=30))
    assert "data-turns-in" in again(house, tess).get(f"/sessions/{uuid}/code").text


@pytest.mark.parametrize("stays", ["", "y"])
def test_one_that_an_earlier_version_printed_asks_for_another_scan(
    house: House, trainer: FlaskClient, tess: Person, stays: str
) -> None:
    uuid = house.plan(trainer, tess, code_stays=stays)
    house.clock.move_to(DURING)
    browser, secret = house.app.test_client(), str(house.app.secret_key)
    printed = URLSafeSerializer(secret, salt="attendance at a session")
    answer = browser.get(f"/sessions/here/{printed.dumps(uuid.hex)}")
    assert (answer.status_code, "Scan the code again" in answer.text) == (410, True)
    assert "Set-Cookie" not in answer.headers
    for other in (uuid4().hex, "none", None, 7, [uuid.hex]):
        assert browser.get(f"/sessions/here/{printed.dumps(other)}").status_code == 404
    assert browser.get(f"/sessions/here/{printed.dumps(uuid.hex)}x").status_code == 404


def test_a_picture_that_is_sent_on_is_soon_of_no_use(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(DURING)
    path = code_of(house, uuid)
    house.clock.shift(100)
    assert again(house, ada).get(path).status_code == 303, "who was slow comes in"
    house.clock.shift(20)
    late = again(house, ada)
    answer = late.get(path)
    assert (answer.status_code, "Scan the code again" in answer.text) == (410, True)
    for answer in (late.get(f"/sessions/{uuid}/here"), late.submit(f"/sessions/{uuid}/here")):
        assert (answer.status_code, "Scan the code again" in answer.text) == (404, True)
    assert house.booking(ada).attended_at is None


def test_whoever_scans_in_time_has_time_to_sign_in(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess)
    ada = house.person("Ada Bell", email="ada@example.org", password=PASSWORD)
    house.clock.move_to(DURING)
    browser = house.app.test_client()
    scanned = browser.get(code_of(house, uuid))
    assert scanned.headers["Cache-Control"] == "no-store"
    (cookie,) = scanned.headers.getlist("Set-Cookie")
    assert all(word in cookie for word in ("cares-here=", "HttpOnly", "SameSite=Lax", "Max-Age=900", "Path=/"))
    assert ada.email not in cookie
    where = browser.get(scanned.headers["Location"]).headers["Location"]
    assert where == f"/sign-in?next=/sessions/{uuid}/here"
    house.clock.shift(14 * 60)
    browser.application = create_app(settings)
    signed = browser.submit(where, {"email": ada.email, "password": PASSWORD})
    assert signed.headers["Location"] == f"/sessions/{uuid}/here"
    assert "I am here" in browser.get(signed.headers["Location"]).text
    assert browser.submit(signed.headers["Location"]).status_code == 303
    assert house.booking(ada).attended_at == DURING, "the scan is what counts"
    # What the browser goes to next is of no use to anybody else.
    ben, _ = house.learner("Ben Cole")
    assert again(house, ben).submit(f"/sessions/{uuid}/here").status_code == 404


def test_the_scan_of_one_session_is_none_of_another(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuids = [house.plan(trainer, tess, title=title) for title in ("One", "Two")]
    ada, _ = house.learner("Ada Bell")
    house.clock.move_to(DURING)
    browser = again(house, ada)
    browser.get(code_of(house, uuids[0]))
    assert browser.submit(f"/sessions/{uuids[1]}/here").status_code == 404
    house.clock.shift(16 * 60)
    assert browser.submit(f"/sessions/{uuids[0]}/here").status_code == 404, "too late"
    browser.set_cookie("cares-here", "made up")
    assert browser.submit(f"/sessions/{uuids[0]}/here").status_code == 404


def test_one_that_stays_can_be_printed(house: House, trainer: FlaskClient, tess: Person, settings: Settings) -> None:
    uuid = house.plan(trainer, tess, code_stays="y")
    ada, _ = house.learner("Ada Bell")
    page = trainer.get(f"/sessions/{uuid}/code").text
    found = re.search(r"/sessions/here/[\w.-]+", page)
    assert found
    assert found[0].endswith(code(str(house.app.secret_key), uuid, None))
    assert drawn(settings, found[0]) in page
    assert "refresh" not in page
    assert 'name="code_stays" type="checkbox" value="y"' in (form := trainer.get(f"/sessions/{uuid}/change").text)
    assert re.search(r"<input[^>]*checked[^>]*code_stays", form)
    house.clock.move_to(DURING)
    assert be_here(again(house, ada), found[0]).status_code == 303
    house.clock.move_to(DURING - dt.timedelta(days=7))
    leader = again(house, tess)
    leader.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(tess.uuid)})
    assert again(house, ada).get(found[0]).status_code == 410, "it stays only where that is wanted"
