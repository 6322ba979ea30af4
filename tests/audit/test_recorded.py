"""What looks at or changes another person's record is written down, by the very transaction that does it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.cli import people
from lms.accounts.models import Person, Role
from lms.audit.actions import Action, ActorKind, Way, operator
from lms.audit.models import AuditEvent
from lms.audit.queries import prove
from lms.cli import main
from lms.config import Settings
from lms.privacy import cli

Run = Callable[..., Result]
MakePerson = Callable[..., Person]
PASSWORD = "kettle-lamp-river"
EMAIL = "zoe@example.org"


@pytest.fixture
def run(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command against the test's installation."""
    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)

    def invoke(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output
        return result

    return invoke


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is on a page in these tests."""
    monkeypatch.setattr(cli, "PAGES_ON_THEIR_WAY", 0)


def log(session: Session) -> list[AuditEvent]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


# By command: what is typed, and what is found in the log. A command that is not here fails the test below.
COMMANDS: dict[str, tuple[list[str], set[Action]]] = {
    "add": (
        ["add", "--email", "new@example.org", "--name", "New", "--password-link"],
        {Action.ADDED, Action.LINK_MADE},
    ),
    "import": (["import", "FILE"], {Action.ADDED, Action.CHANGED, Action.IMPORTED}),
    "sync": (["sync", "LIST"], {Action.ADDED, Action.CHANGED, Action.IMPORTED}),
    "link": (["link", EMAIL], {Action.LINK_MADE}),
    "disable": (["disable", EMAIL], {Action.DISABLED}),
    "enable": (["enable", EMAIL], {Action.ENABLED}),
    "export": (["export", EMAIL, "RECORD"], {Action.EXPORTED}),
    "erase": (["erase", EMAIL, "--yes"], {Action.DISABLED, Action.ERASED}),
    "erasure-requests": (["erasure-requests"], {Action.LOOKED}),
    "sites add": (["sites", "add", "east", "East"], {Action.SITE_ADDED}),
    "take-role": (["take-role", EMAIL, "--role", "trainer"], {Action.ROLE_TAKEN}),
    "change-address": (["change-address", EMAIL, "other@example.org"], {Action.CHANGED}),
}


def _names(group: click.Group, before: str = "") -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        found |= _names(command, f"{name} ") if isinstance(command, click.Group) else {f"{before}{name}"}
    return found


def test_every_command_for_people_is_tried_here() -> None:
    assert _names(people) == set(COMMANDS)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_written_down(name: str, run: Run, person: MakePerson, session: Session, tmp_path: Path) -> None:
    zoe = person("Zoë Ng", EMAIL, PASSWORD, roles=[Role.TRAINER] if name == "take-role" else [])
    file = tmp_path / "people.csv"
    file.write_text(f"email,name,site,role,site_name\nkim@example.org,Kim,n,,North\n{EMAIL},Zoë Orr,n,,\n", "utf-8")
    arguments, expected = COMMANDS[name]
    whole = tmp_path / "whole.csv"
    whole.write_text(f"email,name,site,site_name\nkim@example.org,Kim,n,North\n{EMAIL},Zoë Orr,n,North\n", "utf-8")
    files = {"FILE": file, "LIST": whole, "RECORD": tmp_path / "record.zip"}
    run("people", *(files.get(argument, argument) for argument in arguments))
    found = log(session)
    assert {event.action for event in found} == expected
    assert {(event.actor_kind, event.actor_was) for event in found} == {(ActorKind.OPERATOR, operator().was)}
    about = {event.about for event in found}
    assert zoe.uuid in about or name in ("add", "sites add", "erasure-requests")
    said = json.dumps([event.facts for event in found])
    assert not any(secret in said for secret in ("Zoë", "zoe", "Kim", "kim", "New", "n@ex", PASSWORD))
    assert prove(session).is_whole


def test_a_dry_run_is_not(run: Run, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name,site,role\nkim@example.org,Kim,,\n", "utf-8")
    run("people", "import", "--dry-run", file)
    assert log(session) == []


def enter(client: Any, password: str = PASSWORD, email: str = EMAIL) -> Any:
    return client.submit("/sign-in", {"email": email, "password": password})


def test_a_changed_password_is_written_down(client: FlaskClient, person: MakePerson, session: Session) -> None:
    zoe = person("Zoë Ng", EMAIL, PASSWORD, roles=[Role.TRAINER])
    enter(client)
    new = {"current_password": PASSWORD, "new_password": "another-lamp-river"}
    assert client.submit("/account/password", new).status_code == 303  # type: ignore[attr-defined]
    (event,) = log(session)
    assert (event.action, event.about, event.actor_uuid) == (Action.PASSWORD_SET, zoe.uuid, zoe.uuid)
    assert (event.actor_was, event.came_from, event.facts) == ("trainer", Way.IPV4, {"by": "current password"})


def test_a_sign_in_that_is_held_back_is_written_down_once(
    app: Flask, client: FlaskClient, person: MakePerson, session: Session
) -> None:
    zoe = person("Zoë Ng", EMAIL, PASSWORD)
    start = dt.datetime.now(dt.UTC)
    for hours in (0, 1):
        with time_machine.travel(start + dt.timedelta(hours=hours), tick=False):
            for _ in range(13):
                enter(client, "wrong")
                enter(client, "wrong", "nobody@example.org")
            app.extensions["mail"].settle()
    assert [(event.action, event.about, event.actor_kind) for event in log(session)] == [
        (Action.HELD_BACK, zoe.uuid, ActorKind.VISITOR)
    ] * 2


def test_looking_at_one_person_is_written_down(run: Run, person: MakePerson, session: Session) -> None:
    zoe = person("Zoë Ng", EMAIL)
    run("people", "disable", EMAIL)
    assert "person disabled" in run("audit", "show").output
    assert len(log(session)) == 1, "to look at the log as a whole is not"
    shown = run("audit", "show", "--about", EMAIL, "--json").output
    assert json.loads(shown)["about"] == str(zoe.uuid)
    assert [event.action for event in log(session)] == [Action.DISABLED, Action.LOOKED]
    assert "person disabled" in run("audit", "show", "--by", operator().was, "--since", "2020-01-01").output
    assert "The log is whole: 2 entries" in run("audit", "verify").output
    assert run("audit", "verify", "--noted", log(session)[0].digest).exit_code == 0
