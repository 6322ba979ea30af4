"""The page of the organisation: a list is shown first, then exactly that is done, by whoever may."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person, Role, RosterRun
from lms.audit.models import AuditEvent

PAGE = "/people/organisation"
HEADER = "email,name,staff_number,site,site_name\n"
PEOPLE = HEADER + "".join(f"p{n}@example.org,Pat {n},{n},north,North <Hospital>\n" for n in range(8))


def bring(browser: FlaskClient, people: str) -> str:
    """Send a list; where it is shown."""
    sent = {"people": (io.BytesIO(people.encode()), "export.csv")}
    answer = browser.submit(PAGE, sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return answer.location


def carry_out(browser: FlaskClient, place: str, digest: str = "", **more: str) -> str:
    """Say that it is to be done; what the page says then."""
    found = re.search(r'name="digest" type="hidden" value="(\w+)"', browser.get(place).text)
    browser.submit(place, {"digest": digest or (found[1] if found else ""), **more})
    return browser.get(place).text


def test_a_list_is_shown_and_exactly_that_is_done(
    app: Flask, session: Session, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    lead = sign_in(app.test_client(), person("Lea Lind", "lea@example.org", roles=[Role.PROGRAMME_LEAD]))
    admin = sign_in(app.test_client(), person("Ada Bell", "ada@example.org", roles=[Role.ADMIN]))
    assert "There are none yet" in lead.get(PAGE).text

    first = bring(lead, PEOPLE)
    shown = lead.get(first).text
    assert "Join: 8" in shown
    assert "Pat 3 (p3@example.org): North &lt;Hospital&gt;" in shown
    assert "Nothing was done" in carry_out(lead, first, digest="something else")
    assert session.scalars(select(Person).filter_by(is_from_roster=True)).all() == []
    assert "It was carried out" in carry_out(lead, first)
    page = lead.get(PAGE).text
    assert "8 people" in page
    assert "by Lea Lind" in page
    assert carry_out(lead, first).count("It was carried out") == 1, "a second time does nothing"

    many = bring(lead, HEADER + "p0@example.org,Pat 0,0,north,\n")
    assert "only an admin may do it" in lead.get(many).text
    assert "Nothing was done" in carry_out(admin, many)
    assert "It was carried out" in carry_out(admin, many, many_leave="y")
    session.rollback()
    active = select(Person.email).filter_by(is_from_roster=True, is_active=True)
    assert session.scalars(active).all() == ["p0@example.org"]
    assert all(run.content is None for run in session.scalars(select(RosterRun)))

    address = bring(lead, HEADER + "lea2@example.org,Pat 0,0,north,\n")
    assert "only an admin may do that" in lead.get(address).text
    assert "It was only shown" not in carry_out(lead, address)
    assert session.scalars(active).all() == ["p0@example.org"]
    done = [event.action for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert {action: done.count(action) for action in done} == {
        "looked at": 31,  # about each who is here already, each time that a page said what a list would change for them
        "person added": 8,
        "person disabled": 7,
        "list of people imported": 2,
    }

    sent = {"people": (io.BytesIO(b"email,name\n"), "people.csv")}
    bad = lead.submit(PAGE, sent, content_type="multipart/form-data")
    assert (bad.status_code, "people.csv:1: the column site is missing" in bad.text) == (422, True)
    empty = lead.submit(PAGE, {}, content_type="multipart/form-data")
    assert (empty.status_code, "No file was sent" in empty.text) == (422, True)


def test_an_admin_says_that_it_is_the_same_person(
    app: Flask, session: Session, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    lead = sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))
    admin = sign_in(app.test_client(), person("Ada Bell", roles=[Role.ADMIN]))
    carry_out(lead, bring(lead, PEOPLE))
    carry_out(lead, bring(lead, PEOPLE.replace("p7@example.org,Pat 7,7,north,North <Hospital>\n", "")))
    back = bring(lead, PEOPLE.replace("p7@example.org,Pat 7,7", "p7@example.org,Ned New,"))
    assert "Ned New (p7@example.org): North &lt;Hospital&gt;; was Pat 7" in lead.get(back).text
    assert "only an admin may do that" in lead.get(back).text
    assert "would come back into the account of Pat 7" in admin.get(back).text
    assert "Nothing was done" in carry_out(admin, back)
    assert "It was carried out" in carry_out(admin, back, same_people="y")
    session.rollback()
    assert session.scalar(select(Person.name).filter_by(email="p7@example.org")) == "Ned New"


def test_a_page_warns_of_line_managers_who_have_left(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    lead = sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))
    header = "email,name,site,site_name,line_manager\n"
    carry_out(lead, bring(lead, header + "a@x.org,Ann,north,North,\nb@x.org,Bo,north,,a@x.org\n"))
    place = bring(lead, header + "b@x.org,Bo,north,,a@x.org\n")
    said = "Ann (a@x.org) leaves by this list and is the line manager of 1 person"
    assert said in lead.get(place).text
    assert said in carry_out(lead, place), "it stays there for whoever looks later"
