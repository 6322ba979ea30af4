"""An admin finds somebody by address, gives them a role and takes one away; it holds from the next request on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, Person, Role
from lms.audit.models import AuditEvent

PAGE = "/people/roles"


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    return person("Ada Bell", "ada@example.org", roles=[Role.ADMIN])


@pytest.fixture
def admin(client: FlaskClient, ada: Person, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(client, ada)


def held(session: Session, who: Person) -> list[Role | None]:
    session.rollback()
    return list(session.scalars(select(Membership.role).filter_by(person_id=who.id).order_by(Membership.id)))


def test_a_role_is_given_and_taken_away(
    app: Flask, admin: FlaskClient, session: Session, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    sid = person("Sid Ode", "sid@example.org", site="north")
    browser = sign_in(app.test_client(), sid)
    unknown = admin.submit(PAGE, {"email": "who@example.org"})
    assert (unknown.status_code, "Nobody here has this e-mail address" in unknown.text) == (422, True)
    assert "who@example.org" in unknown.text
    found = admin.submit(PAGE, {"email": " SID@example.org "})
    assert (found.status_code, found.location) == (303, f"{PAGE}/{sid.uuid}"), "no address stands in the log"
    assert "They are a learner" in admin.get(found.location).text

    without = admin.submit(f"{found.location}/give", {"role": "site lead", "site": ""})
    assert (without.status_code, "A site lead needs a site" in without.text) == (422, True)
    for_all = admin.submit(f"{found.location}/give", {"role": "admin", "site": "north"})
    assert (for_all.status_code, "This role is for all sites" in for_all.text) == (422, True)
    assert held(session, sid) == [None]
    given = {"role": "site lead", "site": "north"}
    assert admin.submit(f"{found.location}/give", given).status_code == 303
    assert "Sid Ode is site lead at North now." in admin.get(found.location).text
    assert browser.get("/manage").status_code == 303, "signed out"
    browser = sign_in(app.test_client(), sid)
    assert browser.get("/manage").status_code == 200

    assert admin.submit(f"{found.location}/take", given).status_code == 303
    page = admin.get(found.location).text
    assert "Sid Ode is no longer site lead at North." in page
    assert browser.get("/manage").status_code == 303, "it holds at once"
    assert sign_in(app.test_client(), sid).get("/manage").status_code == 403
    assert held(session, sid) == [None], "where they work stays"
    assert admin.submit(f"{found.location}/take", given).status_code == 303, "a second time does nothing"
    done = [
        (one.action, one.facts)
        for one in session.scalars(select(AuditEvent).filter_by(about=sid.uuid).order_by(AuditEvent.id))
        if one.action.startswith("role")
    ]
    assert done == [("role given", given), ("role taken away", given)]


def test_who_has_only_a_role_at_a_site_goes_on_working_there(
    admin: FlaskClient, session: Session, person: Callable[..., Person]
) -> None:
    sid = person("Sid Ode", roles=[Role.SITE_LEAD], site="north")
    admin.submit(f"{PAGE}/{sid.uuid}/take", {"role": "site lead", "site": "north"})
    assert held(session, sid) == [None]


def test_the_only_admin_stays_one(
    admin: FlaskClient, session: Session, ada: Person, person: Callable[..., Person]
) -> None:
    own = f"{PAGE}/{ada.uuid}"
    assert admin.submit(f"{own}/take", {"role": "admin", "site": ""}).status_code == 303
    assert "nobody else is an admin" in admin.get(own).text
    assert held(session, ada) == [Role.ADMIN]
    person("Bo Ek", roles=[Role.ADMIN])
    assert admin.submit(f"{own}/take", {"role": "admin", "site": ""}).status_code == 303
    assert admin.get(own).status_code == 303
    assert held(session, ada) == []
