"""`lms people …`, as an administrator types it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, PasswordLink, Person, Placement, Role, SignIn, Site
from lms.audit.models import AuditEvent
from lms.cli import main
from lms.config import Settings

Run = Callable[..., Result]

PEOPLE = (
    "email,name,site,role,site_name\n"
    "zoe@example.org,Zoë Ng,north,site lead,North Hospital\n"
    "zoe@example.org,Zoë Ng,south,,South Hospital\n"
    "max@example.org,Max Orr,north,,\n"
    "kit@example.org,Kit Day,,admin,\n"
)


@pytest.fixture
def run(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command against the test's installation."""
    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)
    return lambda *arguments: CliRunner().invoke(main, ["people", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def counts(session: Session) -> Sequence[int | None]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) for table in (Person, Site, Membership)]


def test_a_file_is_imported_and_imported_again(run: Run, file: Path, session: Session) -> None:
    first = run("import", file)
    assert (first.exit_code, first.output) == (0, "people: 3 added, 0 changed, 0 as they were; sites: 2 added\n")
    assert counts(session) == [3, 2, 4]
    assert run("import", file).output == "people: 0 added, 0 changed, 3 as they were; sites: 0 added\n"
    assert counts(session) == [3, 2, 4]


def test_a_changed_file_changes_names_and_adds_places(run: Run, file: Path, session: Session) -> None:
    run("import", file)
    file.write_text("email,name,site,role\nMAX@example.org,Max Orr-Lee,south,trainer\n", encoding="utf-8")
    assert run("import", file).output == "people: 0 added, 1 changed, 0 as they were; sites: 0 added\n"
    assert session.scalar(select(Person.name).filter_by(email="max@example.org")) == "Max Orr-Lee"
    assert counts(session) == [3, 2, 5]


def test_a_dry_run_does_nothing(run: Run, file: Path, session: Session) -> None:
    assert "people: 3 added" in run("import", file, "--dry-run").output
    assert counts(session) == [0, 0, 0]


def test_one_bad_row_stops_all(run: Run, file: Path, session: Session) -> None:
    file.write_text(PEOPLE + "who,,east,,\n", encoding="utf-8")
    result = run("import", file)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "Error: nothing was imported, 2 things to mend:",
        "people.csv:6: 'who' is not an e-mail address; it should look like name@example.org",
        "people.csv:6: there is no name; add it",
    ]
    assert counts(session) == [0, 0, 0]


def test_an_unknown_site_is_told_with_its_cure(run: Run, file: Path) -> None:
    file.write_text("email,name,site,role\na@example.org,A,east,\n", encoding="utf-8")
    assert run("import", file).output.splitlines()[1] == (
        "people.csv:2: there is no site 'east'; "
        'add it with `lms people sites add east "its name"`, or give its name in a column site_name'
    )
    assert run("sites", "add", "east", "East Hospital").exit_code == 0
    assert run("import", file).exit_code == 0


def test_a_person_is_added_with_a_link(run: Run, session: Session) -> None:
    result = run("add", "--email", "Ada@Example.org", "--name", "Ada Bell", "--role", "admin", "--password-link")
    assert re.search(r"^http://127\.0\.0\.1:8000/password/[\w-]{43}$", result.output, re.MULTILINE)
    assert session.scalar(select(Membership.role).join(Person)) is Role.ADMIN
    again = run("add", "--email", "ada@example.org", "--name", "Ada")
    assert (again.exit_code, again.output) == (1, "Error: ada@example.org is here already.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--email", "ada", "--name", "Ada"), "'ada' is not an e-mail address."),
        (("--email", "a@example.org", "--name", " "), "a person needs a name."),
        (("--email", "a@example.org", "--name", "A", "--site", "x"), "there is no site 'x'"),
        (("--email", "a@example.org", "--name", "A", "--role", "site-lead"), "a site lead needs a site"),
    ],
)
def test_what_cannot_be_added_is_told(run: Run, session: Session, arguments: tuple[str, ...], told: str) -> None:
    result = run("add", *arguments)
    assert result.exit_code == 1
    assert told in result.output
    assert counts(session) == [0, 0, 0]


def test_disabling_ends_sign_ins_and_links(
    run: Run, session: Session, person: Callable[..., Person], sign_in: Callable[..., object], app: Flask
) -> None:
    ada = person(email="ada@example.org")
    sign_in(app.test_client(), ada)
    run("link", "ada@example.org")
    assert run("disable", "ADA@example.org").output == "ada@example.org is disabled.\n"
    session.rollback()
    assert session.scalar(select(SignIn.id)) is None
    assert session.scalar(select(PasswordLink.id)) is None
    assert "is disabled" in run("link", "ada@example.org").output
    assert run("enable", "ada@example.org").exit_code == 0
    assert run("link", "ada@example.org").exit_code == 0


def test_a_role_is_taken_away(
    run: Run,
    file: Path,
    session: Session,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
    app: Flask,
) -> None:
    run("import", file)
    zoe = session.scalars(select(Person).filter_by(email="zoe@example.org")).one()
    browser = sign_in(app.test_client(), zoe)
    assert browser.get("/manage").status_code == 200
    told = run("take-role", "zoe@example.org", "--role", "trainer")
    assert (told.exit_code, told.output) == (1, "Error: zoe@example.org is not trainer, but site lead at north.\n")
    told = run("take-role", "zoe@example.org", "--role", "site-lead", "--site", "south")
    assert told.output == "Error: zoe@example.org is not site lead at south, but site lead at north.\n"
    assert (
        "there is no site 'east'" in run("take-role", "zoe@example.org", "--role", "trainer", "--site", "east").output
    )
    taken = run("take-role", "ZOE@example.org", "--role", "site-lead", "--site", "north")
    assert (taken.exit_code, taken.output) == (0, "Zoë Ng is no longer site lead at north.\n")
    assert browser.get("/manage").status_code == 303, "signed out at once"
    assert sign_in(app.test_client(), zoe).get("/manage").status_code == 403
    session.rollback()
    event = session.scalars(select(AuditEvent).filter_by(about=zoe.uuid, action="role taken away")).one()
    assert (event.actor_kind, event.facts) == ("operator", {"role": "site lead", "site": "north"})
    assert set(session.scalars(select(Placement.site_id).filter_by(person_id=zoe.id, until_on=None))), "works there"
    only = run("take-role", "kit@example.org", "--role", "admin")
    assert only.output == "Error: kit@example.org is the only admin; make somebody else one first.\n"


def test_of_several_sites_one_has_to_be_said(run: Run, file: Path, session: Session) -> None:
    rows = "email,name,site,role\nzoe@example.org,Zoë Ng,south,site lead\nzoe@example.org,Zoë Ng,,trainer\n"
    run("import", file)
    file.write_text(rows, encoding="utf-8")
    run("import", file)
    told = run("take-role", "zoe@example.org", "--role", "site-lead")
    assert told.output == "Error: zoe@example.org is site lead at north, south; say with --site at which no longer.\n"
    assert run("take-role", "zoe@example.org", "--role", "site-lead", "--site", "south").exit_code == 0
    assert run("take-role", "zoe@example.org", "--role", "trainer").output == (
        "Zoë Ng is no longer trainer at all sites.\n"
    )
    session.rollback()
    assert list(session.scalars(select(Membership.role).where(Membership.role == "site lead"))) == [Role.SITE_LEAD]


def test_somebody_gets_another_address(
    run: Run, session: Session, person: Callable[..., Person], sign_in: Callable[..., FlaskClient], app: Flask
) -> None:
    ada = person(email="ada@example.org")
    person(email="bo@example.org")
    browser = sign_in(app.test_client(), ada)
    run("link", "ada@example.org")
    assert run("change-address", "ada@example.org", "BO@example.org").output == (
        "Error: bo@example.org belongs to someone else here.\n"
    )
    assert "'ada' is not an e-mail address" in run("change-address", "ada@example.org", "ada").output
    assert browser.get("/account").status_code == 200
    changed = run("change-address", "ada@example.org", "Ada.Bell@example.org")
    assert changed.output == "Ada Bell has the address ada.bell@example.org now.\n"
    assert browser.get("/account").status_code == 303
    session.rollback()
    assert session.scalar(select(PasswordLink.id)) is None, "a link in the old mailbox opens nothing"
    events = session.scalars(select(AuditEvent).filter_by(about=ada.uuid, action="person changed")).all()
    assert [one.facts for one in events] == [{"what": ["e-mail address"]}]


def test_an_unknown_person_is_told(run: Run) -> None:
    assert run("link", "who@example.org").output == "Error: nobody here has the address who@example.org.\n"


def test_a_database_without_tables_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_INSTANCE", str(tmp_path))
    result = CliRunner().invoke(main, ["people", "link", "a@example.org"])
    assert result.exit_code == 1
    assert "`lms up` or `lms prepare` sets it up" in result.output
