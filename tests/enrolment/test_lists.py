"""People are asked by a list: typed, pasted or as a file, with everything to be mended told by line."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.accounts.roster.addresses import MOST_CHARACTERS
from lms.accounts.service import set_active
from lms.audit.models import AuditEvent
from lms.db import db, writing
from tests.enrolment.conftest import DAY, NEW, MakePerson, form, obligations


def send(browser: FlaskClient, content: bytes, name: str = "people.csv", **given: str) -> TestResponse:
    """The form to ask, with a file."""
    sent = form(whom="named") | given | {"file": (io.BytesIO(content), name)}
    return browser.submit(NEW, sent, content_type="multipart/form-data")


def again(page: TestResponse, **given: str) -> dict[str, str]:
    """The form sent once more, with what stands in the field for addresses now."""
    found = re.search(r"<textarea[^>]*>\r?\n(.*?)</textarea>", page.text, re.DOTALL)
    assert found
    return form(whom="named") | {"emails": html.unescape(found[1])} | given


@pytest.fixture
def people(person: MakePerson, ada: Person) -> list[Person]:
    return [ada, person("Ben Cole"), person("Cy Dale", site="south")]


def test_a_file_is_shown_first_and_then_stands_in_the_field(
    app: Flask, lead: FlaskClient, people: list[Person]
) -> None:
    rows = "".join(f'"{one.name}, RN";{one.email.upper()}\r\n' for one in people)
    shown = send(lead, ("name;E-Mail\r\n" + rows).encode("utf-8-sig"), reason="A reason of mine")
    assert shown.status_code == 200, "also where the button said to ask at once"
    assert "<strong>3 people</strong> would be asked" in shown.text
    assert obligations(app) == []
    assert "A reason of mine" in shown.text
    given = again(shown)
    lines = [line.strip() for line in given["emails"].splitlines()]
    assert lines == ["", *(one.email.upper() for one in people)], "each in its line, and no header that would be read"
    assert lead.submit(NEW, given).status_code == 303
    assert {one.person_id for one in obligations(app)} == {one.id for one in people}
    with app.app_context():
        facts = db.session.scalars(select(AuditEvent.facts).filter_by(action="assignment made")).one()
    assert facts["people"] == 3


def test_everything_to_mend_is_told_by_line_and_can_be_taken_out(
    app: Flask, lead: FlaskClient, people: list[Person]
) -> None:
    ada, ben, cy = people
    with app.app_context(), writing(db.session) as session:
        set_active(session, session.merge(ben), False, DAY)
        gone = session.merge(cy)
        gone.is_active, gone.has_left = False, True
    lines = [ada.email, "", ben.email, cy.email, "who@example.org", "nonsense", ada.email.upper(), "<b>x</b>"]
    shown = send(lead, "\n".join(lines).encode(), "people.txt")
    assert shown.status_code == 422
    for line, words in {
        3: f"{ben.email} is let in no longer; ask an admin",
        4: f"{cy.email} has left; take the line out",
        5: "who@example.org: nobody here has this address",
        6: "“nonsense” is not an e-mail address",
        8: "“&lt;b&gt;x&lt;/b&gt;” is not an e-mail address",
    }.items():
        assert f"Line {line}: {words}" in shown.text
    assert "5 things to mend" in shown.text
    kept = again(shown)
    assert kept["emails"].splitlines() == lines, "each where it stood"
    assert lead.submit(NEW, kept | {"do": "ask"}).status_code == 422
    cleaned = lead.submit(NEW, kept | {"do": "clean"})
    assert cleaned.status_code == 200
    assert "<strong>1 person</strong> would be asked" in cleaned.text
    assert obligations(app) == []
    lead.submit(NEW, again(cleaned, do="ask"))
    assert [one.person_id for one in obligations(app)] == [ada.id]


@pytest.mark.parametrize("cell", ['"Bell, Ada"', '"""Ada"" <ada at example>"', "mail"])
def test_a_line_of_a_file_with_columns_can_be_taken_out_whatever_is_in_it(
    app: Flask, lead: FlaskClient, people: list[Person], cell: str
) -> None:
    ada, ben, _ = people
    shown = send(lead, f"name,email\nX,{cell}\nAda,{ada.email}\nBen,{ben.email}\n".encode())
    assert shown.status_code == 422
    assert "the other 2 addresses are right" in shown.text
    cleaned = lead.submit(NEW, again(shown, do="clean"))
    assert "<strong>2 people</strong> would be asked" in cleaned.text
    assert lead.submit(NEW, again(cleaned, do="ask")).status_code == 303
    assert {one.person_id for one in obligations(app)} == {ada.id, ben.id}


@pytest.mark.parametrize("between", [", ", ";", "; ", "\t"])
def test_addresses_are_taken_as_they_are_copied_out_of_a_mail(
    app: Flask, lead: FlaskClient, people: list[Person], between: str
) -> None:
    ada, ben, cy = people
    pasted = between.join((f"{ada.name} <{ada.email}>", ben.email, f'"Dale, Cy" <{cy.email}>'))
    assert lead.submit(NEW, form(whom="named", emails=pasted, do="ask")).status_code == 303
    assert {one.person_id for one in obligations(app)} == {one.id for one in people}


def test_of_several_in_a_line_only_what_is_wrong_is_taken_out(
    app: Flask, lead: FlaskClient, people: list[Person]
) -> None:
    ada, ben, _ = people
    pasted = f"{ada.email}, nobody, who@example.org, {ben.email}"
    shown = lead.submit(NEW, form(whom="named", emails=pasted, do="ask"))
    assert shown.status_code == 422
    assert "Line 1: “nobody” is not an e-mail address" in shown.text
    assert "Line 1: who@example.org: nobody here has this address" in shown.text
    assert again(shown)["emails"] == pasted, "what was typed stays"
    cleaned = lead.submit(NEW, again(shown, do="clean"))
    assert lead.submit(NEW, again(cleaned, do="ask")).status_code == 303
    assert {one.person_id for one in obligations(app)} == {ada.id, ben.id}


def test_an_end_of_a_line_is_one_character_however_the_browser_sends_it(
    app: Flask, lead: FlaskClient, people: list[Person]
) -> None:
    sent = form(whom="named", emails="\r\n" * (MOST_CHARACTERS // 2) + people[0].email, do="look")
    shown = lead.submit(NEW, sent, content_type="multipart/form-data")
    assert "<strong>1 person</strong> would be asked" in shown.text


def test_who_stands_there_twice_is_asked_once_and_that_is_said(
    app: Flask, lead: FlaskClient, people: list[Person]
) -> None:
    ada, ben, _ = people
    shown = lead.submit(NEW, form(whom="named", emails=f"{ada.email}\n{ben.email}\n{ada.email}", do="look"))
    assert "<strong>2 people</strong> would be asked" in shown.text
    assert f"Line 3: {ada.email} is in line 1 too; it counts once." in shown.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ada@example.org".encode("utf-16"), "Line 1: this is not a text in UTF-8"),
        (b"name,email\nAda Bell\n", "Line 2: 1 cells, but the header has 2"),
        (b'name,email\n"Ada,ada@example.org\n', "Line 2: this is not CSV"),
        (b"", "at least one address, or choose a file"),
        (b"email\n", "at least one address, or choose a file"),
        (b"a@b.example\n" + b"\0" * 50, "Line 2: “"),
        (b"\n".join(b"p%d@example.org" % number for number in range(20_001)), "Line 20,001: this is address 20,001"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(app: Flask, lead: FlaskClient, content: bytes, said: str) -> None:
    answer = send(lead, content, emails="kept@example.org")
    assert answer.status_code == 422
    assert said in answer.text
    assert obligations(app) == []
