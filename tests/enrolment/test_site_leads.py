"""Leads of places ask their own people and those below, see those alone, and change what was asked at these places."""

from __future__ import annotations

import csv
import io
import re
import uuid
import zipfile

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.models import Person, Placement, Role, Site
from lms.accounts.queries import site_by_code
from lms.audit.actions import Action
from lms.audit.models import AuditEvent
from lms.db import db, writing
from lms.enrolment.assignments.models import Assignment, Exemption
from tests.enrolment.conftest import NEW, WHY, MakePerson, SignIn, ask, form, later, obligations
from tests.enrolment.test_changing import change, rows, shown

EXEMPT = "/assignments/exemptions"


@pytest.fixture
def ward(app: Flask, ada: Person, person: MakePerson) -> Person:
    """Someone who works below the place of Ada."""
    made = person("Wes Ward", site="ward")
    with app.app_context(), writing(db.session) as session:
        north, below = site_by_code(session, "north"), site_by_code(session, "ward")
        assert north
        assert below
        below.parent_id = north.id
    return made


@pytest.fixture
def ben(clock: time_machine.Coordinates, person: MakePerson) -> Person:
    return person("Ben Cole", site="south")


@pytest.fixture
def nora(app: Flask, ada: Person, ward: Person, person: MakePerson, sign_in: SignIn) -> FlaskClient:
    """The browser of who leads Ada's place."""
    return sign_in(app.test_client(), person("Nora Lead", roles=[Role.SITE_LEAD], site="north"))


@pytest.fixture
def sol(app: Flask, ben: Person, person: MakePerson, sign_in: SignIn) -> FlaskClient:
    """The browser of who leads the other place."""
    return sign_in(app.test_client(), person("Sol Lead", roles=[Role.SITE_LEAD], site="south"))


def whose(app: Flask) -> set[int]:
    """Of whom something is asked now."""
    return {one.person_id for one in obligations(app) if one.ended_on is None}


def nora_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Person.id).filter_by(name="Nora Lead")).one()


def test_each_look_is_written_down_about_each_who_is_shown_but_oneself(
    app: Flask, nora: FlaskClient, lead: FlaskClient, ada: Person, ward: Person, ben: Person
) -> None:
    address = ask(lead)
    assert "Nora Lead" in nora.get(f"{address}?standing=open").text
    lead.submit(EXEMPT, {"token": str(uuid.uuid4()), "email": ben.email, "what": "", "reason": "On leave."})
    lead.get("/assignments")
    with app.app_context():
        query = select(AuditEvent).filter_by(action=Action.LOOKED).order_by(AuditEvent.id)
        found = [(one.about, one.facts) for one in db.session.scalars(query)]
    facts = {"at": "assignment", "assignment": address.rsplit("/", 1)[1], "standing": "open"}
    assert found == [(ada.uuid, facts), (ward.uuid, facts), (ben.uuid, {"at": "exemptions"})]


def table(browser: FlaskClient, path: str) -> list[list[str]]:
    """A table as CSV, without its head."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]


def test_whom_it_is_asked_of_is_had_as_a_file_within_reach_and_written_down(
    app: Flask, nora: FlaskClient, sol: FlaskClient, lead: FlaskClient, ada: Person, ward: Person, ben: Person
) -> None:
    address = ask(lead, site="")
    page = nora.get(f"{address}?standing=open").text
    for path in ("people.csv?standing=open", "people.xlsx?standing=open", "counts.csv", "counts.xlsx"):
        assert f'href="{address}/{path}"' in page
    with app.app_context(), writing(db.session) as session:
        session.get_one(Person, ada.id).name = "=Ada"
    rows = table(nora, f"{address}/people.csv?standing=open")
    assert rows[0] == ["'=Ada", ada.email, "North", "2027-03-01", "2027-03-31", "open", "", ""]
    assert [row[0] for row in rows] == ["'=Ada", "Nora Lead", "Wes Ward"]
    with app.app_context():
        query = select(AuditEvent).filter_by(action=Action.LOOKED).order_by(AuditEvent.id.desc())
        last = db.session.scalars(query).first()
    assert last
    facts = {"at": "assignment", "assignment": address.rsplit("/", 1)[1], "standing": "open"}
    assert (last.about, last.facts) == (None, facts | {"people": 3, "as": "file"})
    assert [row[0] for row in table(sol, f"{address}/people.csv")] == ["Ben Cole", "Sol Lead"]
    assert table(nora, f"{address}/people.csv?standing=met") == []
    counts = [["completed", "0"], ["open", "3"], ["overdue", "0"], ["exempt", "0"], ["All", "3"]]
    assert table(nora, f"{address}/counts.csv") == counts
    book = zipfile.ZipFile(io.BytesIO(lead.get(f"{address}/people.xlsx").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("=Ada" in sheet, "<f>" in sheet) == (True, False)
    local = ask(sol, site="south")
    for path in ("people.csv", "counts.xlsx"):
        assert nora.get(f"{local}/{path}").status_code == 404


def test_a_lead_of_a_place_asks_its_people_and_all_below(
    app: Flask, nora: FlaskClient, sol: FlaskClient, ada: Person, ward: Person, ben: Person
) -> None:
    page = nora.get(NEW).text
    assert '<option value="ward">' in page
    assert "south" not in page
    assert "Everywhere" not in page
    page = nora.submit(NEW, form(do="look")).text
    assert "<strong>3 people</strong> would be asked" in page
    address = ask(nora)
    assert whose(app) == {ada.id, ward.id, nora_id(app)}
    assert "Wes Ward" in nora.get(address).text
    assert sol.get(address).status_code == 404
    assert WHY not in sol.get("/assignments").text
    with app.app_context():
        facts = db.session.scalars(select(AuditEvent.facts).filter_by(action="assignment made")).one()
    assert facts["site"] == "north"


def test_another_place_is_not_to_be_found(
    app: Flask, nora: FlaskClient, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    address = ask(nora)
    before = rows(app)
    for site in ("south", "nowhere", "*"):
        assert nora.submit(NEW, form(site=site)).status_code == 404
        given = shown(nora, f"{address}/whom", site=site, group="", do="change")
        assert nora.submit(f"{address}/whom", given).status_code == 404
    assert nora.submit(NEW, form(site="")).status_code == 422, "not everywhere either"
    named = nora.submit(NEW, form(whom="named", emails=f"{ada.email}\n{ben.email}\nwho@example.org"))
    for line, email in ((2, ben.email), (3, "who@example.org")):
        assert f"Line {line}: {email}: nobody at your places has this address; look how it is written" in named.text
    answer = nora.submit(EXEMPT, {"token": str(uuid.uuid4()), "email": ben.email, "what": "", "reason": "Away."})
    assert "Nobody at your places has this e-mail address." in answer.text
    assert rows(app) == before


def test_what_leads_of_the_programme_ask_stays_theirs_and_own_people_are_seen(
    app: Flask, lead: FlaskClient, nora: FlaskClient, ada: Person, ben: Person
) -> None:
    address = ask(lead, site="", emails="")
    only_south = ask(lead, site="south", reason="Only in the south.")
    page = nora.get("/assignments").text
    assert "asked by the leads of the programme" in page
    assert re.search(r'<td class="number">3</td>', page), "of five who are asked"
    assert "Only in the south." not in page
    assert only_south not in page
    page = nora.get(address).text
    assert "they alone change it" in page
    assert "Ada Bell" in page
    assert "Ben Cole" not in page
    assert "All: 3" in page
    assert "Withdraw it" not in page
    assert nora.get(only_south).status_code == 404
    for path in ("", "/whom", "/people", "/withdraw"):
        assert nora.submit(f"{address}{path}", {"reason": "Mine", "do": "change"}).status_code == 404
    assert nora.get(f"{address}/whom").status_code == 404
    assert nora.submit(NEW, form(token=address.rsplit("/", 1)[1], whom="named", emails=ada.email)).status_code == 404
    with app.app_context():
        assert {one.reason for one in db.session.scalars(select(Assignment))} == {WHY, "Only in the south."}


def test_a_lead_changes_and_withdraws_what_was_asked_at_the_place(
    app: Flask, nora: FlaskClient, ada: Person, ward: Person, person: MakePerson, sign_in: SignIn, lead: FlaskClient
) -> None:
    address = ask(nora)
    successor = sign_in(app.test_client(), person("Nat Lead", roles=[Role.SITE_LEAD], site="north"))
    assert "asked no more" in change(successor, address, site="ward", group="", do="change")
    assert whose(app) == {ward.id}
    of_ward = sign_in(app.test_client(), person("Win Lead", roles=[Role.SITE_LEAD], site="ward"))
    assert "Change whom it takes in" in of_ward.get(address).text
    later_on = {"reason": "A better reason.", "due_on": "2027-05-01"}
    assert successor.submit(address, later_on).status_code == 303
    assert "asked by a lead there" in lead.get("/assignments").text
    change(lead, address, site="", group="", do="change")
    assert successor.submit(f"{address}/withdraw").status_code == 404, "what is asked everywhere is not theirs"
    change(lead, address, site="north", group="", do="change")
    mine = ask(nora, reason="Mine alone.")
    assert nora.submit(f"{mine}/withdraw").status_code == 303
    assert "withdrawn on" in nora.get("/assignments").text


def test_who_leads_a_place_below_sees_what_is_asked_above_and_does_not_change_it(
    app: Flask, nora: FlaskClient, ada: Person, ward: Person, person: MakePerson, sign_in: SignIn
) -> None:
    address = ask(nora)
    of_ward = sign_in(app.test_client(), person("Win Lead", roles=[Role.SITE_LEAD], site="ward"))
    page = of_ward.get(address).text
    assert "Wes Ward" in page
    assert "Ada Bell" not in page
    assert "Leads of a larger place ask it" in page
    assert of_ward.submit(f"{address}/withdraw").status_code == 404


def test_named_people_are_of_one_place_and_are_asked_no_more_when_they_move_away(
    app: Flask, nora: FlaskClient, ada: Person, ward: Person, ben: Person, clock: time_machine.Coordinates
) -> None:
    address = ask(nora, whom="named", emails=f"{ada.email}\n{ward.email}")
    assert whose(app) == {ada.id, ward.id}
    answer = nora.submit(f"{address}/people", {"change": "add", "emails": ben.email, "do": "change"})
    assert f"{ben.email}: nobody at North has this address" in answer.text
    with app.app_context(), writing(db.session) as session:
        south = session.scalars(select(Site.id).filter_by(code="south")).one()
        session.scalars(select(Placement).filter_by(person_id=ada.id)).one().site_id = south
    later(app, clock, 1)
    assert whose(app) == {ward.id}


def test_a_lead_of_several_places_names_people_of_one_at_a_time(
    app: Flask, ada: Person, ward: Person, ben: Person, person: MakePerson, sign_in: SignIn
) -> None:
    both = person("Bo Lead", roles=[Role.SITE_LEAD], site="north")
    with app.app_context(), writing(db.session) as session:
        accounts.join(session, session.merge(both), site_by_code(session, "south"), Role.SITE_LEAD)
    browser = sign_in(app.test_client(), both)
    answer = browser.submit(NEW, form(whom="named", emails=f"{ada.email}\n{ben.email}"))
    assert "These people work at different places of yours." in answer.text
    ask(browser, whom="named", emails=ben.email)
    assert whose(app) == {ben.id}


def test_exemptions_of_own_people_and_those_alone(
    app: Flask, nora: FlaskClient, sol: FlaskClient, lead: FlaskClient, ada: Person, ben: Person
) -> None:
    for browser, who, reason in ((nora, ada, "Long leave."), (lead, ada, "Teaches it."), (lead, ben, "Retires.")):
        given = {"token": str(uuid.uuid4()), "email": who.email, "what": "", "reason": reason}
        assert browser.submit(EXEMPT, given).status_code == 303
    page = nora.get("/assignments").text
    assert "Long leave." in page
    assert "Teaches it." in page
    assert "Retires." not in page
    assert page.count('/end"') == 1, "what leads of the programme gave stays theirs"
    ends = re.findall(r'action="(/assignments/exemptions/[^"]+/end)"', lead.get("/assignments").text)
    assert [nora.submit(end).status_code for end in ends] == [303, 404, 404]
    assert [sol.submit(end).status_code for end in ends] == [404, 404, 404]


def test_nobody_exempts_themselves_at_their_own_place(
    app: Flask, nora: FlaskClient, lead: FlaskClient, ada: Person
) -> None:
    given = {"token": str(uuid.uuid4()), "email": "Nora.Lead@example.org", "what": "", "reason": "I know it all."}
    with app.app_context():
        given["email"] = db.session.scalars(select(Person.email).filter_by(id=nora_id(app))).one().upper()
    answer = nora.submit(EXEMPT, given)
    assert answer.status_code == 422
    assert "You cannot exempt yourself. Please ask a lead of the programme" in answer.text
    assert "I know it all." in answer.text
    with app.app_context():
        assert db.session.scalars(select(Exemption)).all() == []
    assert lead.submit(EXEMPT, given).status_code == 303, "somebody else may"


def test_coverage_leads_to_what_is_asked(nora: FlaskClient, lead: FlaskClient) -> None:
    for browser in (nora, lead):
        assert 'href="/assignments"' in browser.get("/reports/coverage").text
        assert 'href="/assignments"' in browser.get("/manage").text
