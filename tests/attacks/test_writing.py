"""Every form of every route, sent by every role with its own, another's, unknown and impossible ids; other methods."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, select
from werkzeug.exceptions import NotFound

from lms.accounts import access
from lms.accounts.models import Person, Role
from lms.db import db
from lms.enrolment.models import Registration
from lms.migrations.tables import tables
from lms.outbox.models import Statement
from tests.attacks.conftest import SECRET, Dump, Owner, changed, dump
from tests.attacks.test_routes import addresses
from tests.attacks.walk import Address

ENDINGS = {"accounts.sign_out", "accounts.sign_out_everywhere"}
"""Forms after which nobody is there to send the others."""
ADDED_TO = {"tries", "audit_event", "module_comment", "rating_count", "rating_group"}
"""Tables of nobody, or of everybody, which grow when someone does something."""
IMPOSSIBLE = ("-1", "999999999999999999999", "%F0%9F%99%82", "a" * 300)
UNKNOWN = str(uuid.UUID(int=0x4711, version=4))
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "LINK", "CONNECT")


@pytest.fixture(params=[None, *Role], ids=str)
def someone(
    request: pytest.FixtureRequest,
    app: Flask,
    owner: Owner,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
) -> tuple[FlaskClient, Person, Role | None]:
    """Not the owner, with a role or without, who has begun the same module."""
    roles = [request.param] if request.param else []
    who = person("Eve Lund", roles=roles, site="north")
    browser = sign_in(app.test_client(), who)
    browser.get("/modules/notice-and-listen/pages/who-cares")
    return browser, who, request.param


def test_whatever_anyone_sends_nothing_of_the_owner_changes_or_shows(
    app: Flask, owner: Owner, someone: tuple[Any, Person, Role | None]
) -> None:
    browser, who, role = someone
    before, tried = others(app, who), 0
    assert sum(bool(rows) for rows in before.values()) > 15
    for address in addresses(app, owner, "POST"):
        if address.endpoint in ENDINGS:
            continue
        policy = access.policy_of(app, address.endpoint)
        for path in variants(app, address):
            form = owner.walk.addresses.get(address, {})
            answer = browser.submit(path, {name: values for name, values in form.items() if name != "csrf_token"})
            tried += 1
            assert answer.status_code < 500, (path, role)
            assert SECRET.encode() not in answer.data.replace(_typed(form), b""), (path, role)
            if policy and not policy.admits({role} if role else ()):
                # What is no id belongs to no route, so it has no policy either.
                assert answer.status_code == (403 if _is_known(app, path) else 404), (path, role)
            elif path != address.path and policy is not access.PUBLIC:
                assert answer.status_code in (400, 404, 409), (path, role)
    assert tried > 80
    writes = {"draft", "draft_file"} if role in (Role.TRAINER, Role.ADMIN) else set()
    assert changed(before, others(app, who)) <= writes, "a draft is nobody's, and learners see nothing of it"


def test_no_other_method_is_known(app: Flask, owner: Owner) -> None:
    before = dump(app)
    for way in ("GET", "POST"):
        for address in {one.endpoint: one for one in addresses(app, owner, way)}.values():
            for method in METHODS:
                headers = {"X-CSRFToken": owner.browser.csrf_token()}  # type: ignore[attr-defined]
                answer = owner.browser.open(address.path, method=method, headers=headers, data={"a": "b"})
                assert answer.status_code in (404, 405), (method, address)
                assert SECRET.encode() not in answer.data
            told = owner.browser.open(address.path, method="OPTIONS")
            assert "Access-Control-Allow-Origin" not in told.headers
            # Flask answers by itself which methods there are; these are no secret.
            assert told.status_code in (200, 403, 404, 405)
    for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        owner.browser.get("/reflections", headers={header: "DELETE"})
        owner.browser.post("/", headers={header: "GET"})
    assert changed(before, dump(app)) == set()


def variants(app: Flask, address: Address) -> Iterator[str]:
    """The owner's address, and the same with ids of nothing and with what is no id."""
    yield address.path
    whole = address.path.partition("?")[0]
    _, named = app.url_map.bind("localhost").match(whole, method="POST")
    for number, part in enumerate(map(str, named.values())):
        for other in (UNKNOWN, IMPOSSIBLE[(len(whole) + number) % len(IMPOSSIBLE)]):
            yield "/".join(other if found == part else found for found in whole.split("/"))


def _is_known(app: Flask, path: str) -> bool:
    try:
        app.url_map.bind("localhost").match(unquote(path.partition("?")[0]), method="POST")
    except NotFound:
        return False
    return True


def others(app: Flask, who: Person) -> Dump:
    """Everything that is not of one person: rows that lead to other people, and to nobody."""
    own: dict[str, set[Any]] = {"person": {who.id}}
    found: Dump = {}
    with app.app_context():
        for table in tables().sorted_tables:
            rows = [row._mapping for row in db.session.execute(select(table))]
            theirs = [row for row in rows if not _is_of(table, row, own)]
            own.setdefault(table.name, {row["id"] for row in rows if row not in theirs and "id" in row})
            found[table.name] = sorted(map(repr, theirs))  # type: ignore[arg-type]
        mine = set(db.session.scalars(select(Registration.uuid).filter_by(person_id=who.id)))
        told = db.session.scalars(select(Statement.uuid).where(Statement.registration.not_in(mine)))
        found["statement"] = sorted(map(repr, told))  # type: ignore[arg-type]
        db.session.rollback()
    return {name: rows for name, rows in found.items() if name not in ADDED_TO}


def _is_of(table: Table, row: Any, own: dict[str, set[Any]]) -> bool:
    if table.name == "person":
        return row["id"] in own["person"]
    leads = [(key.column.table.name, row[column.name]) for column in table.columns for key in column.foreign_keys]
    return any(there in own.get(name, ()) for name, there in leads)


def _typed(form: dict[str, list[str]]) -> bytes:
    """What the sender has typed may come back to the sender."""
    return SECRET.encode() if any(SECRET in value for values in form.values() for value in values) else b"\0"
