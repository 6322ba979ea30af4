"""What is past its time is removed, and nothing else."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms import config, keys
from lms.accounts.models import NOWHERE, Person
from lms.accounts.service import set_active
from lms.audit.actions import SYSTEM, Action, Entry
from lms.audit.queries import prove
from lms.audit.service import record
from lms.cli import main
from lms.config import Settings
from lms.db import writing
from lms.operate.chores import remove_old
from lms.outbox.models import Delivery, Statement
from lms.privacy.remembered import names, remember
from lms.privacy.retention.rounds import foresee
from lms.progress.models import Visit
from lms.reflection.models import Entry as Written
from tests.privacy.filled import Filler

MakePerson = Callable[..., Person]
NOW = dt.datetime.now(dt.UTC)


def ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


@pytest.fixture
def filled(session: Session, person: MakePerson, settings: Settings) -> Person:
    """Someone of whom everything is kept, since 800 days."""
    zoe = person("Zoë Ng")
    Filler(session).fill(zoe)
    with writing(session):
        session.execute(update(Visit).values(ended_at=ago(800), seen_at=ago(800)))
        session.execute(update(Statement).values(delivery=Delivery.DELIVERED, delivered_at=ago(800)))
        record(session, SYSTEM, ago(1200), Entry(Action.ADDED, zoe.uuid))
        record(session, SYSTEM, ago(1), Entry(Action.CHANGED, zoe.uuid))
    folder = settings.instance / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    for name, days in (("old", 40), ("new", 1)):
        keys.write_private(folder / f"{name}.eml", "To: zoe@example.org\n\nHello\n")
        os.utime(folder / f"{name}.eml", (ago(days).timestamp(),) * 2)
    return zoe


def test_the_relay_removes_what_is_old(app: Flask, filled: Person, session: Session, settings: Settings) -> None:
    session.rollback()
    assert remove_old(app, NOW) == {"visits": 1, "texts of statements": 1, "audit log": 1, "mails": 1}
    assert remove_old(app, NOW) == {}
    assert [path.stem for path in (settings.instance / "mail").glob("*")] == ["new"]
    assert (prove(session).is_whole, prove(session).removed) == (True, 1)
    assert session.scalar(select(func.count()).select_from(Written)) == 1, "writing has no age"
    assert session.get_one(Person, filled.id).email == filled.email


def test_zero_keeps_for_ever(app: Flask, filled: Person, session: Session, settings: Settings) -> None:
    names = ("visits", "statements", "audit", "leavers", "mails", "sessions")
    app.config["CARES"] = settings.model_copy(update={f"keep_{name}_days": 0 for name in names})
    session.rollback()
    assert remove_old(app, NOW + dt.timedelta(days=9000)) == {}


def test_what_waits_is_never_old(app: Flask, filled: Person, session: Session, settings: Settings) -> None:
    app.config["CARES"] = settings.model_copy(update={"keep_audit_days": 0})
    with writing(session):
        session.execute(update(Statement).values(delivery=Delivery.QUEUED, delivered_at=None))
        session.execute(update(Visit).values(ended_at=None))
    assert "texts of statements" not in remove_old(app, NOW + dt.timedelta(days=9000))


def test_leavers_are_erased_where_that_is_set(
    app: Flask, filled: Person, session: Session, person: MakePerson, settings: Settings
) -> None:
    left, stays = person("Max Orr"), person("Kim Lee")
    with writing(session):
        set_active(session, session.get_one(Person, left.id), False, ago(100))
        set_active(session, session.get_one(Person, stays.id), False, ago(10))
    app.config["CARES"] = settings.model_copy(update={"keep_leavers_days": 90})
    assert foresee(session, app.config["CARES"], SYSTEM, NOW)["leavers"] == 1
    assert names(settings.instance) == set(), "who is only looked for is not erased"
    session.rollback()
    assert remove_old(app, NOW)["leavers"] == 1
    session.expire_all()
    assert session.get_one(Person, left.id).email.endswith(NOWHERE)
    assert names(settings.instance) == {left.uuid}
    assert session.get_one(Person, stays.id).name == "Kim Lee"
    assert "leavers" not in remove_old(app, NOW + dt.timedelta(minutes=1))


def test_the_command_says_first_and_does_then(
    filled: Person, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)
    told = "visits: 1, texts of statements: 1, audit log: 1, mails: 1"
    for arguments, expected in (
        (["--dry-run"], f"{told} would be removed.\n"),
        (["--dry-run"], f"{told} would be removed.\n"),
        ([], f"{told} removed.\n"),
        ([], "Nothing is past its time.\n"),
    ):
        answer = CliRunner().invoke(main, ["retention", *arguments])
        assert (answer.exit_code, answer.output) == (0, expected)


def test_the_times_are_days_and_not_less_than_none() -> None:
    with pytest.raises(config.SettingsError, match="LMS_KEEP_VISITS_DAYS"):
        config.load({"LMS_KEEP_VISITS_DAYS": "-1"}, instance=Path("nowhere"))


def test_a_restored_copy_does_not_bring_anyone_back(
    app: Flask, filled: Person, session: Session, settings: Settings
) -> None:
    remember(settings.instance, [filled.uuid, uuid4()])
    with (settings.instance / "erased").open("a") as file:
        file.write(str(uuid4())[:20])  # the machine died while it was written
    session.rollback()
    assert (settings.instance / "erased").stat().st_mode & 0o777 == 0o600
    assert remove_old(app, NOW)["erased before"] == 1
    session.expire_all()
    assert session.get_one(Person, filled.id).email.endswith(NOWHERE)
    assert session.scalar(select(func.count()).select_from(Written)) == 0
    assert remove_old(app, NOW) == {}
