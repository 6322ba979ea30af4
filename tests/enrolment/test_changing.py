"""Whom an assignment takes in is changed after it was made: shown first, done once, and days that are over stay."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.service import set_active
from lms.audit.models import AuditEvent
from lms.config import Settings
from lms.db import db, writing
from lms.enrolment.assignments import queries, service
from lms.enrolment.assignments.models import Obligation
from lms.operate import chores
from tests.enrolment.conftest import DAY, WHY, MakePerson, SignIn, ask, clock_day, later, lead_of, mails, obligations
from tests.lookback.conftest import complete
from tests.player.sample import MODULE

NORTH = {"site": "north", "group": "", "do": "change"}
SOUTH = {"site": "south", "group": "", "do": "change"}


@pytest.fixture
def ben(clock: time_machine.Coordinates, person: MakePerson) -> Person:
    return person("Ben Cole", site="south")


def shown(browser: FlaskClient, path: str, **given: str) -> dict[str, str]:
    """What the form has in it, and what is chosen."""
    page = browser.get(path).text
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    return {"seen": seen[1] if seen else ""} | given


def change(browser: FlaskClient, address: str, **given: str) -> str:
    """Take others in, by the form as it is now; what the page says then."""
    path = f"{address}/whom"
    answer = browser.submit(path, shown(browser, path) | given)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"]).text


def press(page: str, words: str) -> tuple[str, str]:
    """What a button of a page sends."""
    found = re.search(rf'<button[^>]*name="([^"]*)" value="([^"]*)">{words}</button>', page)
    assert found, f"there is no button “{words}”"
    return found[1], found[2]


def overdue_on(browser: FlaskClient, days: int) -> int:
    """How many are overdue on a day, as the report on coverage says it."""
    page = browser.get(f"/reports/coverage?who=all&what={MODULE}&on={clock_day(days)}").text
    found = re.search(r"<strong>(\d+)</strong> are overdue", page)
    return int(found[1]) if found else 0


def rows(app: Flask) -> list[tuple[int, int, int, int | None]]:
    """Of whom, the how manieth, since which day and until which, counted from the first."""
    return [
        (one.person_id, one.number, (one.since_on - DAY.date()).days, one.ended_on and (one.ended_on - DAY.date()).days)
        for one in obligations(app)
    ]


def events(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        query = select(AuditEvent).filter_by(action="assignment changed").order_by(AuditEvent.id)
        return [one.facts for one in db.session.scalars(query)]


def test_it_is_shown_in_plain_words_before_it_is_done(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person, person: MakePerson, sign_in: SignIn
) -> None:
    person("Cy Dale", site="south")
    address = ask(lead, due_days="60")
    complete(sign_in(app.test_client(), ada))
    path = f"{address}/whom"
    page = lead.submit(path, shown(lead, path, **SOUTH) | {"do": "look"}).text
    assert "Nothing is changed yet." in page
    assert (
        "<strong>2 people</strong> will newly be asked. Their days count from today: the last one is 31 March" in page
    )
    assert "<strong>1 person</strong> will no longer be asked" in page
    assert "1 of them has completed it" in page
    assert "<strong>0 people stay</strong>" in page
    assert '<option selected value="south">' in page
    assert rows(app) == [(ada.id, 1, 0, None)]
    assert events(app) == []


def test_another_rule_ends_it_for_some_and_begins_it_for_others_and_past_days_stay(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    ben: Person,
    clock: time_machine.Coordinates,
    sign_in: SignIn,
    settings: Settings,
) -> None:
    address = ask(lead, due_days="20")
    later(app, clock, 40)
    sign_in(lead, lead_of(app))
    before = [overdue_on(lead, days) for days in (30, 31, 39, 40)]
    assert before == [0, 1, 1, 1]
    told = set(mails(settings))
    page = change(lead, address, **SOUTH)
    assert "1 person is newly asked and 1 person is asked no more" in page
    assert "Ben Cole" in page
    assert "Ada Bell" not in page
    assert rows(app) == [(ada.id, 1, 0, 40), (ben.id, 1, 40, None)]
    assert obligations(app)[1].due_on == clock_day(60), "as for whoever joins late"
    assert [overdue_on(lead, days) for days in (30, 31, 39, 40)] == [0, 1, 1, 0]
    assert "What is asked of you" not in sign_in(app.test_client(), ada).get("/").text
    assert WHY in sign_in(app.test_client(), ben).get("/").text
    for days in (40, 47, 54, 55, 61, 68):
        later(app, clock, days)
    new = set(mails(settings)) - told
    assert len(new) == 4, "asked, before, on the day, a week after"
    assert all(ben.email in mail and ada.email not in mail for mail in new)
    assert events(app) == [{"what": MODULE, "site": "south", "newly": 1, "no_more": 1}]
    assert overdue_on(sign_in(lead, lead_of(app)), 39) == 1


def test_sent_twice_it_is_done_once(app: Flask, lead: FlaskClient, ada: Person, ben: Person) -> None:
    address = ask(lead)
    given = shown(lead, f"{address}/whom", **SOUTH)
    for words in ("1 person is newly asked", "it is so already"):
        assert lead.submit(f"{address}/whom", given).headers["Location"] == address
        assert words in lead.get(address).text
    assert rows(app) == [(ada.id, 1, 0, 0), (ben.id, 1, 0, None)]
    assert len(events(app)) == 1


def test_what_somebody_else_changed_meanwhile_is_shown_anew(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    address = ask(lead)
    old = shown(lead, f"{address}/whom", site="south", group="", managers_only="y", do="change")
    change(lead, address, **SOUTH)
    answer = lead.submit(f"{address}/whom", old)
    assert answer.headers["Location"] == f"{address}/whom"
    assert "somebody else has changed it meanwhile" in lead.get(f"{address}/whom").text
    assert len(events(app)) == 1


def test_a_mistake_that_is_mended_on_the_same_day_leaves_no_trace(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    ben: Person,
    clock: time_machine.Coordinates,
    settings: Settings,
) -> None:
    address = ask(lead)
    later(app, clock, 0)
    change(lead, address, **SOUTH)
    change(lead, address, **NORTH)
    later(app, clock, 0)
    first, second = obligations(app)
    assert (first.ended_on, first.due_on, second.ended_on) == (None, clock_day(30), DAY.date())
    assert len(mails(settings)) == 1, "nobody is asked by mail twice"
    change(lead, address, **SOUTH)
    lead.submit(address, {"reason": WHY, "due_on": "2027-04-30"})
    change(lead, address, **NORTH)
    assert obligations(app)[0].due_on == clock_day(60), "with the days that hold by now"


def test_who_comes_back_on_another_day_is_asked_anew(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead)
    change(lead, address, **SOUTH)
    later(app, clock, 9)
    change(sign_in(lead, lead_of(app)), address, **NORTH)
    assert rows(app) == [(ada.id, 1, 0, 0), (ben.id, 1, 0, 9), (ada.id, 2, 9, None)]


def test_whoever_joins_later_is_asked_by_the_rule_that_holds(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person, clock: time_machine.Coordinates, person: MakePerson
) -> None:
    address = ask(lead)
    change(lead, address, **SOUTH)
    newcomer = person("Cy Dale", site="south")
    person("Dee Ebb", site="north")
    later(app, clock, 1)
    assert [row[0] for row in rows(app)] == [ada.id, ben.id, newcomer.id]


def test_a_rule_that_asks_nobody_else_is_kept_all_the_same(app: Flask, lead: FlaskClient, ada: Person) -> None:
    address = ask(lead)
    path = f"{address}/whom"
    page = lead.submit(path, shown(lead, path, site="", group="", do="look")).text
    assert "nothing would change for anybody today: 1 person is asked" in page
    assert "Today the same people are asked as before." in change(lead, address, site="", group="", do="change")
    assert "everyone, and whoever joins" in lead.get(address).text
    assert events(app) == [{"what": MODULE, "stay": 1}]


def test_what_cannot_be_chosen_is_said_and_nothing_changes(app: Flask, lead: FlaskClient, ada: Person) -> None:
    address = ask(lead)
    answer = lead.submit(f"{address}/whom", {"site": "nowhere", "group": "", "do": "change"})
    assert answer.status_code == 422
    assert "Not a valid choice" in answer.text
    assert rows(app) == [(ada.id, 1, 0, None)]


def test_what_is_withdrawn_or_of_the_other_kind_is_not_changed(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    named = ask(lead, whom="named", emails=ada.email)
    assert lead.get(f"{named}/whom").status_code == 404
    address = ask(lead)
    assert lead.get(f"{address}/people").status_code == 404
    given = shown(lead, f"{address}/whom", **SOUTH)
    for one in (named, address):
        lead.submit(f"{one}/withdraw")
    lead.submit(f"{address}/whom", given)
    lead.submit(f"{named}/people", {"change": "add", "emails": ben.email, "do": "change"})
    assert {row[0] for row in rows(app)} == {ada.id}
    assert "It was withdrawn" in lead.get(f"{named}/people").text
    assert "It was withdrawn" in lead.get(f"{address}/whom").text


def test_people_are_added_and_taken_off_by_name(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    ben: Person,
    clock: time_machine.Coordinates,
    sign_in: SignIn,
    settings: Settings,
) -> None:
    address = ask(lead, whom="named", emails=ada.email, due_days="20")
    later(app, clock, 35)
    sign_in(lead, lead_of(app))
    path, both = f"{address}/people", f"{ada.email}\n{ben.email}"
    page = lead.submit(path, {"change": "add", "emails": both, "do": "look"}).text
    assert "<strong>1 person</strong> will newly be asked" in page
    assert "<strong>1 person stays</strong>" in page
    assert "Ask 1 more" in page
    for _ in range(2):
        assert lead.submit(path, {"change": "add", "emails": both, "do": "change"}).headers["Location"] == address
    assert rows(app) == [(ada.id, 1, 0, None), (ben.id, 1, 35, None)]
    assert obligations(app)[1].due_on == clock_day(55)
    page = lead.get(address).text
    assert "Take off" in page
    page = lead.submit(path, {"change": "off", "emails": ada.email, "do": "look"}).text
    assert "<strong>1 person</strong> will no longer be asked" in page
    assert "Take 1 off" in page
    for _ in range(2):
        lead.submit(path, {"change": "off", "emails": ada.email, "do": "change"})
    assert rows(app) == [(ada.id, 1, 0, 35), (ben.id, 1, 35, None)]
    assert overdue_on(lead, 34) == 1
    assert overdue_on(lead, 35) == 0
    told = set(mails(settings))
    later(app, clock, 38)
    assert [ben.email in mail for mail in set(mails(settings)) - told] == [True]
    assert "What is asked of you" not in sign_in(app.test_client(), ada).get("/").text
    assert events(app) == [
        {"what": MODULE, "newly": 1, "stay": 1},
        {"what": MODULE, "no_more": 1, "stay": 1},
    ], "what was sent twice is written down once"


def test_whoever_has_left_can_be_taken_off(app: Flask, lead: FlaskClient, ada: Person, ben: Person) -> None:
    address = ask(lead, whom="named", emails=f"{ada.email}\n{ben.email}")
    with app.app_context(), writing(db.session) as session:
        set_active(session, session.merge(ada), False, DAY)
    chores.settle_assignments(app, DAY)
    path, off = f"{address}/people", {"change": "off", "emails": ada.email}
    page = lead.submit(path, off | {"do": "look"}).text
    assert "nothing would change for anybody today: 1 person is asked" in page
    assert "<strong>1 person</strong> who is not here now" in page
    assert "would not be named any more" in page
    assert press(page, "Take 1 off") == ("do", "change")
    assert lead.submit(path, off | {"do": "change"}).status_code == 303
    page = lead.submit(path, {"change": "add", "emails": ben.email, "do": "look"}).text
    assert 'value="change">' not in page, "he is named already"
    with app.app_context(), writing(db.session) as session:
        set_active(session, session.merge(ada), True, DAY)
    chores.settle_assignments(app, DAY)
    assert rows(app) == [(ada.id, 1, 0, 0), (ben.id, 1, 0, None)]
    assert events(app) == [{"what": MODULE, "not_here": 1, "stay": 1}]


def test_a_file_to_take_people_off_tells_who_is_not_in_it(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    address = ask(lead, whom="named", emails=ada.email)
    file = (io.BytesIO(f"email\n{ada.email}\n{ben.email}\nwho@example.org".encode()), "off.csv")
    answer = lead.submit(
        f"{address}/people", {"change": "off", "file": file, "do": "change"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert f"Line 3: {ben.email} is not asked by name" in answer.text
    assert "Line 4: who@example.org is not asked by name" in answer.text
    assert rows(app) == [(ada.id, 1, 0, None)]


def test_the_relay_leaves_alone_what_is_being_changed(app: Flask, lead: FlaskClient, ada: Person, ben: Person) -> None:
    """By what it had read before, it would ask anew those who have just been let go."""
    address = ask(lead)
    key = uuid.UUID(address.rsplit("/", 1)[1])
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("there is one who writes at a time")
        with writing(db.session) as session:
            assert queries.own_assignment(session, key, None, to_change=True)
            with db.sessionmaker() as other, writing(other):
                assert service.settle(other, [MODULE], clock_day(400)) == 0
            assert service.settle(session, [MODULE], clock_day(400)) == 0


def test_what_is_typed_while_it_is_being_settled_is_kept(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    named, ruled = ask(lead, whom="named", emails=ada.email), ask(lead)
    given = shown(lead, f"{ruled}/whom", **SOUTH)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("whoever writes waits for all who write")
        with db.sessionmaker() as other, writing(other):
            for address in (named, ruled):
                assert queries.own_assignment(other, uuid.UUID(address.rsplit("/", 1)[1]), None, to_change=True)
            for path, sent, kept in (
                (f"{named}/people", {"change": "add", "emails": ben.email, "do": "change"}, ben.email),
                (f"{ruled}/whom", given, '<option selected value="south">'),
                (ruled, {"reason": "A reason of mine"}, "A reason of mine"),
            ):
                answer = lead.submit(path, sent)
                assert answer.status_code == 409
                assert "Nothing is changed yet: it is being settled who is asked" in answer.text
                assert kept in answer.text
            assert "it is being settled" in lead.get(lead.submit(f"{ruled}/withdraw").headers["Location"]).text
    assert {row[0] for row in rows(app)} == {ada.id}
    assert lead.submit(f"{named}/people", {"change": "add", "emails": ben.email, "do": "change"}).status_code == 303


def test_nobody_who_completes_it_waits_while_it_is_being_settled(
    app: Flask, lead: FlaskClient, ada: Person, ben: Person, sign_in: SignIn, clock: time_machine.Coordinates
) -> None:
    ask(lead, site="")
    given = {"token": str(uuid.uuid4()), "email": ben.email, "what": MODULE, "reason": "Teaches it."}
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("whoever writes waits for all who write")
        with db.sessionmaker() as other, writing(other):
            other.scalars(select(Obligation).with_for_update()).all()
            complete(sign_in(app.test_client(), ada))
            assert lead.submit("/assignments/exemptions", given).status_code == 303
    assert {one.met_at for one in obligations(app)} == {None}
    later(app, clock, 0)
    met = {one.person_id: one.met_at is not None for one in obligations(app)}
    assert met == {ada.id: True, ben.id: False}
    assert "Teaches it." in lead.get("/assignments").text
