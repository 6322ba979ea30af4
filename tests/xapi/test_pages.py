"""Admins see how statements stand, what the store refused and why, and send it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lms.accounts.models import Person, Role
from lms.config import Settings
from lms.db import db, writing
from lms.outbox import queries
from lms.outbox.models import Statement
from tests.waiting import eventually
from tests.xapi.store import Store

PAGE = "/statements"
Happen = Callable[..., dict[str, list[str]]]


@pytest.fixture
def admin(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """An admin's browser."""
    return sign_in(app.test_client(), person("Ida Admin", roles=[Role.ADMIN]))


def standing(app: Flask) -> queries.Standing:
    with app.app_context():
        return queries.standing(db.session)


def test_what_waits_is_counted_and_a_missing_relay_told(admin: FlaskClient, happen: Happen) -> None:
    happen(3)
    page = admin.get(PAGE).text
    assert "<dt>Waiting</dt><dd>3</dd>" in page
    assert "No relay is at work." in page
    assert PAGE in admin.get("/manage").text


def test_what_was_refused_is_shown_with_the_reason_and_sent_again(
    app: Flask,
    wired: Settings,
    store: Store,
    admin: FlaskClient,
    happen: Happen,
    relaying: Callable[[Settings], threading.Event],
) -> None:
    ((_, ids),) = happen(3).items()
    store.poison = lambda statement: 400 if statement["id"] in ids[:2] else None
    relaying(wired)
    eventually(lambda: standing(app).parked == 2 and standing(app).queued == 0)
    page = admin.get(PAGE).text
    assert all(id_ in page for id_ in ids[:2])
    assert "400" in page
    assert "<dt>Delivered in the last hour</dt><dd>1</dd>" in page
    store.poison = lambda _: None
    assert admin.submit(f"{PAGE}/retry", {"statement": ids[0]}).status_code == 303
    eventually(lambda: standing(app).parked == 1 and standing(app).queued == 0)
    admin.submit(f"{PAGE}/retry", {"all": "yes"})
    eventually(lambda: standing(app).parked == 0 and standing(app).queued == 0)
    assert {str(one) for one in store.statements} == set(ids)


def test_another_store_has_a_part_of_its_own(
    app: Flask,
    wired: Settings,
    store: Store,
    other: Store,
    add: Callable[..., object],
    admin: FlaskClient,
    happen: Happen,
    relaying: Callable[[Settings], threading.Event],
) -> None:
    add("--verb", "progressed")
    ((_, ids),) = happen(3).items()
    other.poison = lambda statement: 422 if statement["id"] == ids[0] else None
    relaying(wired)
    eventually(lambda: len(store.statements) == 3 and len(other.statements) == 2)
    eventually(lambda: "Refused by national" in admin.get(PAGE).text)
    page = admin.get(PAGE).text
    assert f"At {other.url}/; told progressed" in page
    assert "422" in page
    other.poison = lambda _: None
    assert admin.submit(f"{PAGE}/retry", {"statement": ids[0], "store": "nowhere"}).status_code == 404
    assert admin.submit(f"{PAGE}/retry", {"statement": ids[0], "store": "national"}).status_code == 303
    eventually(lambda: len(other.statements) == 3)


@pytest.mark.parametrize("form", [{}, {"statement": "nonsense"}, {"all": "no"}])
def test_a_form_that_names_nothing_does_nothing(admin: FlaskClient, form: dict[str, str]) -> None:
    assert admin.submit(f"{PAGE}/retry", form).status_code == 404


def test_nobody_else_comes_in(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient], happen: Happen
) -> None:
    happen(1)
    for role in (Role.TRAINER, Role.SITE_LEAD, Role.PROGRAMME_LEAD):
        browser = sign_in(app.test_client(), person("Rae Holm", roles=[role], site="north"))
        assert browser.get(PAGE).status_code == 403
        assert browser.submit(f"{PAGE}/retry", {"all": "yes"}).status_code == 403


def test_a_withdrawn_statement_is_known_by_its_id(app: Flask, happen: Happen) -> None:
    ((_, ids),) = happen(1).items()
    with app.app_context():
        found = queries.find(db.session, UUID(ids[0]))
        assert found and str(found.uuid) == ids[0]


def test_what_has_no_text_has_no_button(app: Flask, admin: FlaskClient, happen: Happen) -> None:
    ((_, ids),) = happen(2).items()
    with app.app_context(), writing(db.session) as session:
        session.execute(update(Statement).values(delivery="parked", answer="no"))
        session.execute(update(Statement).where(Statement.uuid == UUID(ids[0])).values(digest=b"x" * 32))
    page = admin.get(PAGE).text
    assert f'value="{ids[1]}"' in page
    assert f'value="{ids[0]}"' not in page
    assert f"lms xapi retry {ids[0]}" in page
    assert "Send all of them again" in page
    with app.app_context(), writing(db.session) as session:
        session.execute(update(Statement).values(digest=b"x" * 32))
    assert "Send all of them again" not in admin.get(PAGE).text
