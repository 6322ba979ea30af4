"""After an erasure nothing is left of a person but what the operator is told of."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.orm import Session

from lms import keys
from lms.accounts.models import Person
from lms.accounts.service import data_key
from lms.audit import service as audit
from lms.audit.actions import SYSTEM, Action
from lms.audit.models import AuditEvent
from lms.audit.queries import prove
from lms.cli import main
from lms.config import Settings
from lms.db import engine_options, writing
from lms.enrolment.models import Registration
from lms.mail import PostOffice
from lms.migrations.tables import tables
from lms.privacy import cli, service
from tests import warm
from tests.privacy.filled import Filler, of_a_person, secrets

Run = Callable[..., Result]
MakePerson = Callable[..., Person]
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
EMAIL = "zoe.secret@example.org"
ROOT = Path(__file__).parents[2]
TURN = audit._TURN

STAYS = {
    "person": "a stub without a name, so that what is counted has somebody it belongs to",
    "registration": "is counted: a module, its state, its days",
    "membership": "is counted: at which site",
    "placement": "is counted: where and from which month to which, as a manager or not",
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
    assert (erased.uuid, erased.delivered, erased.withdrawn) == (name_outside, {"main": 0}, 1)
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


def test_killed_before_the_commit_it_has_done_nothing(filler: Filler, session: Session, settings: Settings) -> None:
    if settings.database.startswith("sqlite"):
        pytest.skip("there is no lock that would hold it just before the commit; the next test kills it after")
    disable(session)
    before = counts(session)
    engine = create_engine(**engine_options(settings.database))
    with engine.connect() as holder, holder.begin():
        holder.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})  # the end of the audit log
        process = start(settings, "people", "erase", EMAIL, "--yes")
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND state = 'active'")
        until(lambda: bool(session.scalar(waits)))
        process.kill()
        process.wait()
    engine.dispose()
    until(lambda: not session.scalar(waits))
    assert counts(session) == before
    assert start(settings, "retention").wait() == 0, "as the relay does every hour"
    assert counts(session)["entry"] == 0


def test_killed_after_the_commit_it_is_finished_by_the_next(
    filler: Filler, settings: Settings, session: Session
) -> None:
    if not settings.database.startswith("sqlite"):
        pytest.skip("only a SQLite file is written anew")
    disable(session)
    hidden = secrets(filler)
    session.rollback()
    path = Path(settings.database.removeprefix("sqlite:///"))
    keys.write_private(_folder(settings) / "a.eml", f"To: {EMAIL}\n\nHello\n")
    reader = create_engine(**engine_options(settings.database))
    with reader.connect() as connection:
        connection.execute(text("SELECT count(*) FROM person")).scalar()
        assert connection.in_transaction(), "whoever reads keeps the log from being emptied"
        process = start(settings, "people", "erase", EMAIL, "--yes")
        until(lambda: not list(_folder(settings).glob("*.eml")))
        time.sleep(0.5)
        process.kill()
        process.wait()
        assert found_in(path, hidden), "it was killed before it could finish"
    reader.dispose()
    assert start(settings, "people", "erase", EMAIL, "--yes").wait() == 0
    assert found_in(path, hidden) == set()


def test_the_same_address_may_come_again(run: Run, filler: Filler, session: Session) -> None:
    run("people", "erase", EMAIL, "--yes")
    assert run("people", "add", "--email", EMAIL, "--name", "Zoë Ng").exit_code == 0
    assert session.scalar(select(func.count()).select_from(Person)) == 2


def disable(session: Session) -> None:
    """So that the command need not wait for pages on their way."""
    with writing(session):
        session.execute(update(Person).values(is_active=False))


def start(settings: Settings, *words: str) -> warm.Process:
    """The command `lms`, started."""
    own = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database, "PYTHONPATH": str(ROOT)}
    return warm.Process(["lms", *words], os.environ | own, ROOT, Path(os.devnull))


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end, "it never came to it"
        time.sleep(0.05)


def found_in(database: Path, hidden: set[str]) -> set[str]:
    """Which of the texts stand anywhere in a SQLite database, also where nothing refers to any more."""
    content = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    return {one for one in hidden if re.search(re.escape(one.encode()), content)}


def _folder(settings: Settings) -> Path:
    folder = settings.instance / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_copy_for_a_request_leaves_private_writing_out(
    run: Run, filler: Filler, session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "zoe.zip"
    answer = run("people", "export", EMAIL, file)
    assert answer.exit_code == 0, answer.output
    assert "without their private writing" in answer.output
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as parcel:
        told, page = json.loads(parcel.read("record.json")), parcel.read("record.html").decode()
    assert told["private_writing"] == "left out"
    assert told["account"]["email"] == EMAIL
    assert told["plans"][0]["words"] is told["self_assessments"][0]["ratings"] is None
    assert "Your private writing is not in here" in page
    assert run("people", "export", EMAIL, file).exit_code == 1, "nothing is written over"
    assert run("people", "export", "nobody@example.org", tmp_path / "x.zip").exit_code == 1
    assert not (tmp_path / "x.zip").exists()


def test_what_is_sealed_while_someone_is_erased_opens_for_nobody(session: Session, filler: Filler) -> None:
    stale = session.get_one(Person, filler.rows["person"]["id"])
    session.expunge(stale)
    with writing(session):
        service.erase(session, session.get_one(Person, stale.id), SYSTEM, NOW)
    with writing(session):
        data_key(session, stale)
    assert session.scalar(select(Person.data_key).filter_by(id=stale.id)) is None
