"""First starts that are interrupted, folders that are half there, and what stands in the way of a start."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lms import config
from lms.accounts import passwords, service
from lms.accounts.models import Person
from lms.cli import main
from lms.content.bundle import Bundle, from_zip
from lms.content.library import library
from lms.content.models import Revision, Standing
from lms.content.service import publish
from lms.db import open_session, writing
from lms.operate import instance
from lms.operate.preparing import prepare
from lms.operate.start_error import StartError
from tests.databases import new_database
from tests.operate.installation import Installation, free_port, password_in

ADMIN = "ada@example.org"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Iterator[config.Settings]:
    """An installation before its first start."""
    yield config.load({}, instance=tmp_path / "instance", database_url=database_url)
    library.forget()


def begin(settings: config.Settings) -> str | None:
    """A start as far as the welcome; the admin's password, if it is told."""
    instance.make(settings.instance)
    return prepare(settings, ADMIN).admin.password


def admin(settings: config.Settings) -> Person:
    with open_session(settings.database) as session:
        return session.scalars(select(Person).filter_by(email=ADMIN)).one()


def test_the_password_is_told_once(settings: config.Settings) -> None:
    password = begin(settings)
    instance.told(settings.instance)
    assert password and passwords.matches(admin(settings).password_hash, password)
    assert begin(settings) is None
    assert passwords.matches(admin(settings).password_hash, password)


def test_a_start_that_was_killed_before_the_welcome_tells_another_password(settings: config.Settings) -> None:
    first, second = begin(settings), begin(settings)
    assert first and second and first != second
    assert passwords.matches(admin(settings).password_hash, second)


def test_keys_without_a_database_get_one(settings: config.Settings) -> None:
    (settings.instance / "keys").mkdir(parents=True)
    (settings.instance / "keys" / "vault").write_text("ab" * 32)
    assert begin(settings)
    assert (settings.instance / "keys" / "vault").read_text() == "ab" * 32


def test_a_database_without_keys_gets_new_ones_if_nothing_is_sealed(settings: config.Settings) -> None:
    begin(settings)
    instance.told(settings.instance)
    for key in (settings.instance / "keys").glob("*"):
        key.unlink()
    assert begin(settings) is None


@pytest.mark.parametrize(("damage", "said"), [("gone", "is missing"), ("other", "is not the key")])
def test_private_writing_is_not_locked_away_by_a_new_key(settings: config.Settings, damage: str, said: str) -> None:
    begin(settings)
    with open_session(settings.database) as session, writing(session):
        session.info[service.VAULT] = bytes.fromhex("ab" * 32)
        service.data_key(session, session.scalars(select(Person)).first())  # type: ignore[arg-type]
    path = settings.instance / "keys" / "vault"
    path.parent.mkdir(exist_ok=True)
    path.write_text("ab" * 32)
    begin(settings)
    path.unlink() if damage == "gone" else path.write_text("cd" * 32)
    with pytest.raises(StartError, match=said):
        begin(settings)
    assert path.exists() == (damage == "other")


def test_files_that_were_imported_once_undo_nothing(settings: config.Settings) -> None:
    begin(settings)
    with open_session(settings.database) as session, writing(session):
        current = session.scalars(select(Revision).filter_by(subject="programme")).one()
        edited = Bundle({"courses/programme.yaml": b"# edited by a trainer\n" + _programme(current)})
        publish(session, "programme", edited, current.created_at)
    begin(settings)
    with open_session(settings.database) as session:
        rows = session.execute(select(Revision.subject, Revision.number).filter_by(standing=Standing.PUBLISHED)).all()
        published = dict(rows)
    assert published.pop("programme") == 2
    assert set(published.values()) == {1}


def test_an_admin_who_is_disabled_is_no_way_in(settings: config.Settings) -> None:
    begin(settings)
    instance.told(settings.instance)
    with open_session(settings.database) as session, writing(session):
        service.set_active(session, session.scalars(select(Person)).one(), False, dt.datetime.now(dt.UTC))
    assert begin(settings)
    assert admin(settings).is_active


def test_a_bad_address_of_the_admin_is_said(settings: config.Settings) -> None:
    instance.make(settings.instance)
    with pytest.raises(StartError, match="'nobody' is not an e-mail address"):
        prepare(settings, "nobody")


def test_refusals_are_one_sentence_each(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    garbage = tmp_path / "garbage"
    garbage.mkdir()
    (garbage / "cares.db").write_bytes(b"no database" * 500)
    unreadable = tmp_path / "unreadable"
    unreadable.mkdir()
    (unreadable / "settings.toml").write_bytes(b"port = \xff")
    cases = {
        "LMS_PORT": ({"LMS_PORT": "eighty"}, "LMS_PORT is 'eighty'"),
        "unknown": ({"LMS_PROT": "80"}, "did you mean LMS_PORT?"),
        "no folder": ({"LMS_INSTANCE": str(file / "instance")}, "Not a directory"),
        "no database": ({"LMS_INSTANCE": str(garbage)}, "file is not a database"),
        "bad file": ({"LMS_INSTANCE": str(unreadable)}, "settings.toml cannot be read"),
        "no server": ({"LMS_DATABASE_URL": "postgresql://ada:SECRET@127.0.0.1:9/cares"}, "ada:***@127.0.0.1:9/cares"),
        "no host": ({"LMS_HOST": "no.such.host.invalid"}, "no.such.host.invalid"),
        "no logo": ({"LMS_LOGO": "nowhere.svg"}, "nowhere.svg"),
    }
    for name, (given, expected) in cases.items():
        code, said = refused({"LMS_INSTANCE": str(tmp_path / name), "LMS_PORT": str(free_port()), **given})
        assert code == 1, (name, said)
        assert expected in said
        assert "Traceback" not in said and "SECRET" not in said
        assert len(said.strip().splitlines()) == 1, said


def refused(environment: dict[str, str]) -> tuple[int, str]:
    """What `lms up` says, and its exit code. In a forked process, which has imported everything already."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()

    def run() -> None:
        outcome = CliRunner(env={"LMS_TEST_POSTGRES_URL": None, **environment}).invoke(main, ["up"])
        there.send((outcome.exit_code, outcome.output))

    process = context.Process(target=run)
    process.start()
    code, said = here.recv()
    process.join()
    return code, said


def _programme(revision: Revision) -> bytes:
    return from_zip(revision.files).files["courses/programme.yaml"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_on_postgresql_and_after_a_first_start_that_was_killed(tmp_path: Path, postgres_url: str) -> None:
    with new_database(postgres_url) as url:
        installation = Installation(tmp_path, {"LMS_DATABASE_URL": url, "LMS_WEB_WORKERS": "1"})
        interrupted = installation.command("up")
        while not (installation.instance / "log" / "up.log").exists():
            assert interrupted.poll() is None
            time.sleep(0.02)
        time.sleep(0.2)
        interrupted.kill()
        interrupted.communicate()
        assert password_in(installation.start())
        seconds, code, warnings = installation.stop(signal.SIGTERM)
        assert (seconds < 10, code, warnings) == (True, 0, "")
