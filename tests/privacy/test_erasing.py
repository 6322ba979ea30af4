"""After an erasure nothing is left of a person but what the operator is told of."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import keys
from lms.accounts.models import Person
from lms.audit.actions import SYSTEM, Action
from lms.audit.models import AuditEvent
from lms.audit.queries import prove
from lms.cli import main
from lms.config import Settings
from lms.db import writing
from lms.enrolment.models import Registration
from lms.mail import PostOffice
from lms.migrations.tables import tables
from lms.privacy import cli, service
from tests.privacy.filled import Filler, of_a_person, secrets

Run = Callable[..., Result]
MakePerson = Callable[..., Person]
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
EMAIL = "zoe.secret@example.org"

STAYS = {
    "person": "a stub without a name, so that what is counted has somebody it belongs to",
    "registration": "is counted: a module, its state, its days",
    "membership": "is counted: at which site",
}


@pytest.fixture
def run(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command against the test's installation."""
    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)
    monkeypatch.setattr(cli, "PAGES_ON_THEIR_WAY", 0)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def filler(session: Session, person: MakePerson) -> Filler:
    filler = Filler(session)
    filler.fill(person("Zoë Ng", EMAIL))
    session.rollback()
    return filler


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables().sorted_tables
        if table in of_a_person()
    }


def test_only_what_is_counted_stays(session: Session, filler: Filler) -> None:
    before = counts(session)
    assert set(before.values()) == {1}
    old = session.get_one(Person, filler.rows["person"]["id"])
    name_outside = old.uuid
    with writing(session):
        erased = service.erase(session, old, SYSTEM, NOW)
    assert (erased.uuid, erased.delivered, erased.withdrawn) == (name_outside, 0, 1)
    # The membership had a role; where someone has none it stays.
    assert {name for name, count in counts(session).items() if count} == set(STAYS) - {"membership"}
    stub = session.get_one(Person, filler.rows["person"]["id"])
    assert (stub.name, stub.is_active, stub.password_hash, stub.data_key) == ("Erased person", False, None, None)
    assert stub.uuid != name_outside
    taken = session.scalars(select(Registration)).one()
    assert taken.uuid != filler.rows["registration"]["uuid"]
    assert taken.completed_at == filler.rows["registration"]["completed_at"].replace(hour=0, minute=0, second=0)
    (event,) = session.scalars(select(AuditEvent))
    assert (event.action, event.about, event.facts) == (Action.ERASED, name_outside, {"delivered": 0, "withdrawn": 1})


def test_without_yes_nothing_is_done(run: Run, filler: Filler, session: Session) -> None:
    before = counts(session)
    answer = run("people", "erase", EMAIL)
    assert answer.exit_code == 0
    assert "Nothing is done yet" in answer.output
    assert "What you wrote: 1, goes" in answer.output
    assert counts(session) == before


def test_not_a_byte_is_left(run: Run, filler: Filler, settings: Settings, session: Session, app: Flask) -> None:
    hidden = secrets(filler) | {EMAIL, "Zoë Ng"}
    name_outside = filler.kept["person", "uuid"]
    folder = settings.instance / "mail"
    for address in (EMAIL, "max@example.org"):
        to = SimpleNamespace(id=1, name="Zoë Ng", email=address)
        PostOffice(settings, app.jinja_env).send("accounts/mail/reset.txt", to, address="http://x/", hours=24)
    assert len(list(folder.glob("*.eml"))) == 2
    session.rollback()
    session.get_bind().dispose()  # type: ignore[union-attr]
    is_sqlite = settings.database.startswith("sqlite")
    if is_sqlite:
        assert found_in(Path(settings.database.removeprefix("sqlite:///")), hidden), "the search finds what is there"
    answer = run("people", "erase", EMAIL.upper(), "--yes")
    assert answer.exit_code == 0, answer.output
    assert f'"name": "{name_outside}"' in answer.output
    assert "1 statements that waited are withdrawn" in answer.output
    assert [path.read_text("utf-8").count(EMAIL) for path in folder.glob("*.eml")] == [0]
    if is_sqlite:
        assert found_in(Path(settings.database.removeprefix("sqlite:///")), hidden) == set()
    else:
        dump = "".join(str(row) for table in tables().sorted_tables for row in session.execute(select(table)))
        assert {one for one in hidden if one in dump} == set()
    assert prove(session).is_whole
    again = run("people", "erase", EMAIL, "--yes")
    assert again.exit_code == 0, "done again, it does what a killed one may have left"
    assert run("people", "erase", EMAIL).exit_code == 1


def test_a_killed_erasure_is_whole_or_not_at_all(
    run: Run, filler: Filler, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts(session)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service.accounts, "become_nobody", die)
        assert run("people", "erase", EMAIL, "--yes").exit_code != 0
    assert counts(session) == before | {"sign_in": 0, "password_link": 0}, "disabled first, nothing else"
    with monkeypatch.context() as patch:
        patch.setattr(cli, "_remove_traces", die)
        assert run("people", "erase", EMAIL, "--yes").exit_code != 0
    assert session.scalar(select(func.count()).select_from(Person).where(Person.email == EMAIL)) == 0
    keys.write_private(_folder(settings) / "left.eml", f"To: {EMAIL}\n\nHello\n")
    assert "1 deleted" in run("people", "erase", EMAIL, "--yes").output


def test_the_same_address_may_come_again(run: Run, filler: Filler, session: Session) -> None:
    run("people", "erase", EMAIL, "--yes")
    assert run("people", "add", "--email", EMAIL, "--name", "Zoë Ng").exit_code == 0
    assert session.scalar(select(func.count()).select_from(Person)) == 2


def found_in(database: Path, hidden: set[str]) -> set[str]:
    """Which of the texts stand anywhere in a SQLite database, also where nothing refers to any more."""
    assert sqlite3.sqlite_version
    content = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    return {one for one in hidden if re.search(re.escape(one.encode()), content)}


def _folder(settings: Settings) -> Path:
    folder = settings.instance / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
