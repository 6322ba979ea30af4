"""Long files of reports: asked for, made beside, fetched by whoever asked."""

from __future__ import annotations

import datetime as dt
import gc
import io
import threading
import zipfile
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from lms.accounts.models import Membership, Person, Placement, Role, Site
from lms.accounts.queries import person_by_email
from lms.audit.actions import SYSTEM
from lms.audit.models import AuditEvent
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.export.models import Export, ExportPart
from lms.export.service import ERASED, KEPT_FOR
from lms.operate.chores import remove_old
from lms.operate.demo.filling import fill
from lms.operate.making import NOT_YOURS, ROWS_AT_A_TIME, make_next, run
from lms.privacy.service import erase
from lms.ui.files import LONG
from tests.quiz import sample
from tests.waiting import eventually

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
SignIn = Callable[..., FlaskClient]
SCRIPT = {"Accept": "application/json"}
JANUARY = dt.date(2026, 1, 1)


@pytest.fixture
def organised(app: Flask) -> Iterator[Flask]:
    """Two sites with three and two people."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), AT)
        for name, many in (("North", 3), ("South", 2)):
            site = Site(code=name.lower(), name=name)
            session.add(site)
            session.flush()
            for number in range(many):
                email = f"{name}{number}@example.org".lower()
                one = Person(email=email, name=f"=cmd {name} {number}", created_at=AT)
                session.add(one)
                session.flush()
                session.add(Placement(person_id=one.id, site_id=site.id, is_manager=True, from_on=JANUARY))
    library.forget()
    yield app
    library.forget()


@pytest.fixture
def lead(organised: Flask, client: FlaskClient, person: Callable[..., Person], sign_in: SignIn) -> FlaskClient:
    return sign_in(client, person("Lea Ode", roles=[Role.PROGRAMME_LEAD]))


@pytest.fixture
def sid(organised: Flask, person: Callable[..., Person]) -> Person:
    """Who leads South."""
    made = person("Sid Ode")
    with organised.app_context(), db.sessionmaker() as own, writing(own) as session:
        south = session.scalars(select(Site.id).filter_by(code="south")).one()
        session.add(Membership(person_id=made.id, site_id=south, role=Role.SITE_LEAD))
    return made


def ask(browser: FlaskClient, **parts: str) -> str:
    """Ask for a file; its address."""
    answer = browser.submit("/reports/files", parts)  # type: ignore[attr-defined]
    assert answer.status_code == 303
    return str(answer.location)


def make(app: Flask) -> bool:
    return make_next(app, threading.Event())


def sheet(answer: TestResponse) -> str:
    assert answer.status_code == 200
    assert answer.content_length == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_file_is_asked_for_made_and_fetched(lead: FlaskClient, organised: Flask) -> None:
    place = ask(lead, site="north", standing="not started")
    assert ask(lead, site="north", standing="not started") == place, "a double click asks once"
    assert "0</span> of 3 people" in lead.get(place).text
    assert lead.get(place, headers=SCRIPT).json == {"done": 0, "total": 3, "finished": False}
    assert lead.get(f"{place}.xlsx").location == place, "not yet"
    assert make(organised)
    assert not make(organised)
    assert lead.get(place, headers=SCRIPT).json == {"done": 3, "total": 3, "finished": True}
    assert "Your file is ready" in lead.get(place).text
    assert "ready, 3 people" in lead.get("/reports/files").text
    answer = lead.get(f"{place}.xlsx")
    text = sheet(answer)
    assert (text.count("<row "), "South" in text, "<f>" in text) == (4, False, False)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=coverage-people-")
    with organised.app_context():
        last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last
    where = {"at": "coverage", "what": "programme", "of_whom": "managers", "site": "north", "standing": "not started"}
    assert (last.action, last.about) == ("looked at", None)
    assert last.facts == where | {"day": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "people": 3, "as": "file"}


def test_it_is_for_whoever_asked_alone(
    lead: FlaskClient, organised: Flask, person: Callable[..., Person], sign_in: SignIn
) -> None:
    place = ask(lead)
    make(organised)
    for role in (Role.PROGRAMME_LEAD, Role.ADMIN):
        other = sign_in(organised.test_client(), person("Max Orr", roles=[role]))
        assert [other.get(one).status_code for one in (place, f"{place}.xlsx")] == [404, 404]
        assert "There are none" in other.get("/reports/files").text
    assert lead.get(f"{place}.xlsx").status_code == 200


def test_a_site_lead_gets_own_people_and_nothing_once_that_changes(
    organised: Flask, sid: Person, sign_in: SignIn
) -> None:
    browser = sign_in(organised.test_client(), sid)
    assert browser.submit("/reports/files", {"site": "north"}).status_code == 404  # type: ignore[attr-defined]
    place = ask(browser)
    make(organised)
    assert sheet(browser.get(f"{place}.xlsx")).count("South") == 4, "name and place of two"
    waiting = ask(browser, standing="not started")
    with organised.app_context(), writing(db.session) as session:
        north = session.scalars(select(Site.id).filter_by(code="north")).one()
        session.execute(update(Membership).filter_by(person_id=sid.id).values(site_id=north))
    assert browser.get(f"{place}.xlsx").status_code == 404, "they lead another site now"
    assert make(organised)
    with organised.app_context():
        assert [one.why for one in db.session.scalars(select(Export).order_by(Export.id))] == [None, NOT_YOURS]
    assert browser.get(waiting).status_code == 404
    with organised.app_context(), writing(db.session) as session:
        session.execute(delete(Membership).filter_by(person_id=sid.id))
    assert browser.get(f"{place}.xlsx").status_code == 403


def test_what_is_sent_bit_by_bit_gives_its_connection_back(lead: FlaskClient, organised: Flask) -> None:
    place = ask(lead)
    make(organised)
    gc.disable()  # which would give it back some time later
    try:
        for path in (f"{place}.xlsx", "/reports/coverage/people.csv", "/reports/coverage/places.csv"):
            assert lead.get(path).status_code == 200
            with organised.app_context():
                assert db.engine.pool.checkedout() == 0, path  # type: ignore[attr-defined]
    finally:
        gc.enable()


def test_the_relay_lets_it_go_after_a_day(lead: FlaskClient, organised: Flask) -> None:
    ask(lead)
    make(organised)
    for days, left in ((0.9, 1), (1.1, 0)):
        remove_old(organised, dt.datetime.now(dt.UTC) + KEPT_FOR * days)
        with organised.app_context():
            assert [len(db.session.scalars(select(one.id)).all()) for one in (Export, ExportPart)] == [left, left]


def test_it_names_nobody_who_was_erased_since(lead: FlaskClient, organised: Flask) -> None:
    place = ask(lead)
    make(organised)
    with organised.app_context(), writing(db.session) as session:
        gone = person_by_email(session, "north0@example.org")
        assert gone
        erase(session, gone, SYSTEM, AT)
    assert ERASED in lead.get(place).text
    assert lead.get(f"{place}.xlsx").location == place
    again = ask(lead)
    make(organised)
    assert "North 0" not in sheet(lead.get(f"{again}.xlsx"))


def test_a_long_list_is_offered_and_says_how_far_it_is(
    app: Flask, client: FlaskClient, person: Callable[..., Person], sign_in: SignIn
) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), AT)
        fill(session, LONG + 1500, 20, 7, dt.datetime.now(dt.UTC))
    library.forget()
    lead = sign_in(client, person("Lea Ode", roles=[Role.PROGRAMME_LEAD]))
    asked = lead.get("/reports/coverage/people.xlsx?who=all")
    assert asked.status_code == 303
    page = lead.get(asked.location).text
    place = ask(lead, who="all")
    total = lead.get(place, headers=SCRIPT).get_json()["total"]
    assert total > LONG
    assert f"A workbook of {total:,} people" in page
    assert lead.get("/reports/coverage/people.csv?who=all").data.count(b"\r\n") == total + 1, "it comes at once"
    assert lead.get("/reports/coverage/people.xlsx").status_code == 200, "few do too"

    stops = threading.Event()
    stops.set()
    assert make_next(app, stops), "it leaves the file where it is"
    assert lead.get(place, headers=SCRIPT).get_json()["done"] == ROWS_AT_A_TIME
    assert make(app), "and another one goes on at once"
    assert sheet(lead.get(f"{place}.xlsx")).count("<row ") == total + 1
    library.forget()


def test_it_is_begun_within_two_seconds_and_by_one_of_many(lead: FlaskClient, organised: Flask) -> None:
    stop = threading.Event()
    makers = [threading.Thread(target=run, args=(organised, stop)) for _ in range(3)]
    for maker in makers:
        maker.start()
    try:
        places = [ask(lead, site=site) for site in ("", "north", "south")]
        eventually(lambda: all(lead.get(one, headers=SCRIPT).get_json()["finished"] for one in places), 20)
    finally:
        stop.set()
        for maker in makers:
            maker.join()
    assert [sheet(lead.get(f"{one}.xlsx")).count("<row ") for one in places] == [6, 4, 3]
    with organised.app_context():
        assert [one.turn for one in db.session.scalars(select(Export))] == [1, 1, 1]
