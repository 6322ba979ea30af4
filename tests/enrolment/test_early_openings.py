"""A lead opens a module to someone before its turn, and takes that back; what was begun stays open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.audit.models import AuditEvent
from lms.db import db, transaction
from lms.enrolment.models import OpenedEarly
from lms.enrolment.service import become_nobodys, open_early
from tests.player.conftest import ada, learner  # noqa: F401
from tests.player.sample import SECOND

PAGE = "/early-openings"
INSIDE = f"/modules/{SECOND}/pages/one"


@pytest.fixture
def lead(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A programme lead's browser."""
    return sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))


def open_it(lead: FlaskClient, email: str, module: str = SECOND) -> int:
    return lead.submit(PAGE, {"email": email, "module": module}).status_code


def actions(app: Flask) -> list[tuple[str, object]]:
    with app.app_context():
        found = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(one.action, one.facts.get("module")) for one in found if "early" in one.action]


def test_a_locked_module_opens_for_one_person_alone(
    app: Flask,
    learner: FlaskClient,  # noqa: F811
    ada: Person,  # noqa: F811
    lead: FlaskClient,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
) -> None:
    assert learner.get(INSIDE).status_code == 303
    assert open_it(lead, f" {ada.email.upper()} ") == 303
    assert learner.get(INSIDE).status_code == 200
    assert sign_in(app.test_client(), person("Ben Cole")).get(INSIDE).status_code == 303
    page = lead.get(PAGE).text
    assert "Ada Bell" in page
    assert "Speak" in page
    assert actions(app) == [("module opened early", SECOND)]


def test_opening_it_twice_is_once(
    app: Flask,
    learner: FlaskClient,  # noqa: F811
    ada: Person,  # noqa: F811
    lead: FlaskClient,
) -> None:
    for _ in range(2):
        assert open_it(lead, ada.email) == 303
    with app.app_context():
        assert len(db.session.scalars(select(OpenedEarly)).all()) == 1
    assert len(actions(app)) == 1


@pytest.mark.parametrize("is_begun", [False, True])
def test_what_was_begun_stays_open_when_it_is_taken_back(
    app: Flask,
    learner: FlaskClient,  # noqa: F811
    ada: Person,  # noqa: F811
    lead: FlaskClient,
    is_begun: bool,
) -> None:
    open_it(lead, ada.email)
    if is_begun:
        learner.get(INSIDE)
    assert lead.submit(f"{PAGE}/{ada.uuid}/{SECOND}/close").status_code == 303
    assert learner.get(INSIDE).status_code == (200 if is_begun else 303)
    assert "None at the moment." in lead.get(PAGE).text
    assert actions(app)[-1] == ("module no longer opened early", SECOND)


@pytest.mark.parametrize(
    ("email", "module", "words"),
    [
        ("nobody@example.org", SECOND, "Nobody here has this e-mail address."),
        ("", SECOND, "Please say whose."),
        ("ada", SECOND, "Nobody here has this e-mail address."),
        ("ada@example.org", "", "Please choose a module."),
        ("ada@example.org", "notice", "Not a valid choice"),
    ],
)
def test_what_cannot_be_done_is_said_beside_its_field(
    app: Flask,
    learner: FlaskClient,  # noqa: F811
    lead: FlaskClient,
    email: str,
    module: str,
    words: str,
) -> None:
    answer = lead.submit(PAGE, {"email": email, "module": module})
    assert answer.status_code == 422
    assert words in answer.text
    assert actions(app) == []


def test_the_page_says_when_modules_open(learner: FlaskClient, lead: FlaskClient) -> None:  # noqa: F811
    page = lead.get(PAGE).text
    assert "7 days after the one before is completed" in page
    assert PAGE in lead.get("/manage").text
    assert learner.get(PAGE).status_code == 403
    assert PAGE not in learner.get("/account").text


def test_what_is_erased_opens_nothing_any_more(app: Flask, ada: Person, learner: FlaskClient) -> None:  # noqa: F811
    with app.app_context(), transaction() as session:
        assert open_early(session, ada.id, SECOND, dt.datetime.now(dt.UTC))
        become_nobodys(session, ada.id)
        assert session.scalars(select(OpenedEarly)).all() == []
