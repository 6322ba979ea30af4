"""Sessions in calendars: one as a file, and one's own at a secret address."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.service import set_active
from lms.config import Settings
from lms.db import db, writing
from lms.workshop.models import CalendarFeed
from tests.workshop.conftest import DAY, FORM, STARTS, House


def events(data: bytes) -> list[Any]:
    """What a calendar reads, which must be well-formed."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n")), "RFC 5545, 3.1: lines of at most 75 octets"
    assert b"\n" not in data.replace(b"\r\n", b"")
    found = Calendar.from_ical(data)
    assert (found["VERSION"], found["METHOD"]) == ("2.0", "PUBLISH")
    assert found["PRODID"]
    # RFC 7986, 5.7, and as calendars knew it before: an hour, as RFC 5545, 3.3.6 writes it.
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in data
    assert b"\r\nX-PUBLISHED-TTL:PT1H\r\n" in data
    return list(found.walk("VEVENT"))


def address_of(page: str) -> str:
    found = re.search(r"http://[^\"]+?(/calendar/[\w-]+\.ics)", page)
    assert found
    return found[1]


def test_one_session_is_a_file(house: House, trainer: FlaskClient, tess: Person, settings: Settings) -> None:
    title = "Zuhören, zusammen; with a very long title, so that its line has to be folded in the file: 聞くこと"
    uuid = house.plan(trainer, tess, title=title)
    _, ada = house.learner("Ada Bell")
    answer = ada.get(f"/sessions/{uuid}.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (event,) = events(answer.data)
    assert str(event["SUMMARY"]) == title
    assert event["UID"] == f"{uuid}@127.0.0.1"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (STARTS, STARTS + dt.timedelta(hours=2))
    assert event["DTSTAMP"].dt == DAY
    assert (event["STATUS"], event["SEQUENCE"]) == ("TENTATIVE", 0)
    assert "meet.example.org" not in answer.text
    ada.submit(f"/sessions/{uuid}/book")
    (event,) = events(ada.get(f"/sessions/{uuid}.ics").data)
    assert event["STATUS"] == "CONFIRMED"
    assert "https://meet.example.org/listening" in event["DESCRIPTION"]


def test_the_feed_holds_ones_own_and_follows_every_change(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1")
    house.plan(trainer, tess, title="Another one")
    _, ada = house.learner("Ada Bell")
    _, ben = house.learner("Ben Cole")
    nobody = house.app.test_client()
    path, waits = (address_of(browser.submit("/sessions/calendar").text) for browser in (ada, ben))
    assert events(nobody.get(path).data) == []
    for browser in (ada, ben):
        browser.submit(f"/sessions/{uuid}/book")
    assert [(str(one["SUMMARY"]), one["STATUS"]) for one in events(nobody.get(path).data)] == [
        ("Listening together", "CONFIRMED")
    ]
    assert [one["STATUS"] for one in events(nobody.get(waits).data)] == ["TENTATIVE"]
    trainer.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(tess.uuid), "places": "1", "ends": "17:00"})
    (event,) = events(nobody.get(path).data)
    assert (event["SEQUENCE"], event["DTEND"].dt) == (1, STARTS + dt.timedelta(hours=3))
    trainer.submit(f"/sessions/{uuid}/cancel")
    (event,) = events(nobody.get(path).data)
    assert (event["SEQUENCE"], event["STATUS"], event["UID"]) == (2, "CANCELLED", f"{uuid}@127.0.0.1")
    led = address_of(trainer.submit("/sessions/calendar").text)
    assert [one["STATUS"] for one in events(nobody.get(led).data)] == ["CANCELLED", "CONFIRMED"]


def test_the_address_is_kept_as_a_fingerprint_renewed_and_ended(app: Flask, house: House) -> None:
    ada, browser = house.learner("Ada Bell")
    first = address_of(browser.submit("/sessions/calendar").text)
    assert first not in browser.get("/sessions/calendar").text, "it is shown once"
    with app.app_context():
        kept = db.session.scalars(select(CalendarFeed)).one()
    assert first.removeprefix("/calendar/").removesuffix(".ics") not in str(vars(kept))
    nobody = app.test_client()
    answer = nobody.get(first)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    second = address_of(browser.submit("/sessions/calendar").text)
    assert (nobody.get(first).status_code, nobody.get(second).status_code) == (404, 200)
    browser.submit("/sessions/calendar/end")
    assert nobody.get(second).status_code == 404
    third = address_of(browser.submit("/sessions/calendar").text)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        set_active(session, session.get_one(Person, ada.id), False, DAY)
    assert nobody.get(third).status_code == 404


def test_the_log_does_not_tell_the_address(house: House, capsys: Any) -> None:
    _, browser = house.learner("Ada Bell")
    path = address_of(browser.submit("/sessions/calendar").text)
    house.app.test_client().get(path)
    said = capsys.readouterr()
    assert "/calendar/<token>.ics" in said.out + said.err
    assert path not in said.out + said.err
