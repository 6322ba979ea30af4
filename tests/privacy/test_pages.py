"""The pages "Your data" and "Audit log", as a browser uses them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vault
from lms.accounts.models import Person, Role
from lms.accounts.service import data_key
from lms.audit.actions import SYSTEM, Action, Entry
from lms.audit.models import AuditEvent
from lms.audit.service import record
from lms.db import writing
from lms.enrolment.models import Registration
from lms.pulse.models import SelfAssessment
from lms.reflection.models import Entry as Written
from lms.reflection.models import EntryVersion
from lms.reflection.sealing import sealed
from lms.reflection.words import Words
from tests.privacy.filled import START, Filler

MakePerson = Callable[..., Person]
SignIn = Callable[..., FlaskClient]
PASSWORD = "kettle-lamp-river"
TEXT = "I walked past Sam’s ward twice"


@pytest.fixture
def zoe(person: MakePerson) -> Person:
    return person("Zoë Ng", "zoe@example.org", PASSWORD)


@pytest.fixture
def entered(client: FlaskClient, sign_in: SignIn, zoe: Person) -> Any:
    return sign_in(client, zoe)


def log(session: Session) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def write_in_private(session: Session, author: Person) -> None:
    """A text, a plan and a self-assessment as their rooms keep them."""
    Filler(session).fill(author)
    with writing(session):
        author = session.get_one(Person, author.id)
        key = data_key(session, author)
        entry, version = session.scalars(select(Written)).one(), session.scalars(select(EntryVersion)).one()
        words = Words(("What happened?",), (TEXT,))
        version.ciphertext = sealed(key, words, author.uuid, entry.uuid, version.number)
        taken, kept = session.scalars(select(Registration)).one(), session.scalars(select(SelfAssessment)).one()
        about = f"self-assessment {kept.block_id} of {taken.uuid}, answer {kept.token}"
        kept.sealed = vault.seal(key, '{"listens": 4}', about)


def parcel(answer: Any) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert found.namelist() == ["record.json", "record.html"]
        return json.loads(found.read("record.json")), found.read("record.html").decode()


def test_a_copy_holds_the_private_writing_in_clear(session: Session, zoe: Person, entered: Any) -> None:
    write_in_private(session, zoe)
    answer = entered.submit("/account/data/copy", {"current_password": PASSWORD})
    # The filler has changed the hash: nobody's password is right any more.
    assert answer.status_code == 422
    with writing(session):
        session.get_one(Person, zoe.id).password_hash = zoe.password_hash
    answer = entered.submit("/account/data/copy", {"current_password": PASSWORD})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=my-data-")
    assert "no-store" in answer.headers["Cache-Control"]
    told, page = parcel(answer)
    assert told["private_writing"] == "in clear"
    assert told["writing"][0]["versions"][0]["words"]["texts"] == [TEXT]
    assert told["self_assessments"][0]["ratings"] == {"listens": 4}
    assert TEXT in page
    assert [event.action for event in log(session)] == [Action.EXPORTED]


@pytest.mark.parametrize("given", ["", "wrong-lamp-river"])
def test_no_copy_without_the_password(entered: Any, session: Session, given: str) -> None:
    answer = entered.submit("/account/data/copy", {"current_password": given})
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"
    assert log(session) == []


def test_guessing_the_password_is_held_back(app: Flask, entered: Any, session: Session, zoe: Person) -> None:
    codes = [entered.submit("/account/data/copy", {"current_password": "wrong"}).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    assert entered.submit("/account/data/copy", {"current_password": PASSWORD}).status_code == 429
    app.extensions["mail"].settle()
    assert [(event.action, event.about) for event in log(session)] == [(Action.HELD_BACK, zoe.uuid)]


def test_erasure_is_asked_for_and_taken_back(entered: Any, session: Session, zoe: Person) -> None:
    assert entered.submit("/account/data/erasure").status_code == 303
    assert entered.submit("/account/data/erasure").status_code == 303
    page = entered.get("/account/data").text
    assert "You asked for this on" in page
    assert entered.submit("/account/data/erasure/take-back").status_code == 303
    assert "Ask for my data to be erased" in entered.get("/account/data").text
    asked, back = Action.ERASURE_ASKED, Action.ERASURE_TAKEN_BACK
    assert [(event.action, event.about) for event in log(session)] == [(one, zoe.uuid) for one in (asked, asked, back)]


def test_the_log_is_for_admins(entered: Any, client: FlaskClient) -> None:
    assert entered.get("/audit").status_code == 403
    assert entered.submit("/audit/person", {"person": "zoe@example.org"}).status_code == 403


@pytest.fixture
def admin(app: Flask, person: MakePerson, sign_in: SignIn) -> Any:
    return sign_in(app.test_client(), person("Kit Day", roles=[Role.ADMIN]))


def test_looking_at_one_person_is_written_down(admin: Any, session: Session, zoe: Person, person: MakePerson) -> None:
    max_ = person("Max Orr")
    with writing(session):
        record(session, SYSTEM, START, Entry(Action.DISABLED, zoe.uuid), Entry(Action.ENABLED, max_.uuid))
    assert str(zoe.uuid) in admin.get("/audit").text
    assert len(log(session)) == 2, "the log as a whole names nobody"
    page = admin.submit("/audit/person", {"person": "ZOE@example.org"}).text
    assert "Person disabled" in page
    assert "Person enabled" not in page
    last = log(session)[-1]
    assert (last.action, last.about, last.actor_was) == (Action.LOOKED, zoe.uuid, "admin")
    assert "Person disabled" in admin.submit("/audit/person", {"person": str(zoe.uuid)}).text
    for wrong in ("", "nobody@example.org", "x\0y", "\u202e", "a" * 400):
        assert admin.submit("/audit/person", {"person": wrong}).status_code in (400, 422)


def test_the_log_is_turned_over_page_by_page(admin: Any, session: Session, zoe: Person) -> None:
    with writing(session):
        record(session, SYSTEM, START, *(Entry(Action.CHANGED, zoe.uuid, {"count": n}) for n in range(120)))
    first = admin.get("/audit").text
    assert first.count("Person changed</h3>") == 50
    assert "before=71" in first
    assert admin.get("/audit?before=71").text.count("Person changed</h3>") == 50
    assert admin.get("/audit?before=21").text.count("Person changed</h3>") == 20
    second = admin.submit("/audit/person", {"person": str(zoe.uuid), "before": "71"}).text
    assert second.count("Person changed</h3>") == 50
    assert "none that fit" in admin.get("/audit?action=person+erased").text
    assert admin.get("/audit?since=2026-03-02").text.count("</h3>") == 1
    for odd in ("action=nothing", "since=yesterday"):
        assert admin.get(f"/audit?{odd}").status_code == 422
    for odd in ("before=x", "before=-1", "before=99999999999999999999", "since=9999-12-31", "since=0001-01-01"):
        assert admin.get(f"/audit?{odd}").status_code == 200


def test_the_account_leads_there(entered: Any, admin: Any) -> None:
    assert 'href="/account/data"' in entered.get("/account").text
    assert 'href="/audit"' not in entered.get("/account").text
    assert 'href="/audit"' in admin.get("/manage").text
