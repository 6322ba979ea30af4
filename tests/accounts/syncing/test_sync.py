"""A full list, as an administrator types it and as it lies in a folder overnight."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, Person, Placement, RosterRun, SignIn, Site
from lms.accounts.organisation.queries import subtree
from lms.accounts.queries import person_by_email
from lms.cli import main
from lms.config import Settings
from lms.operate import chores
from tests.databases import counted_rows

Run = Callable[..., Result]
DAY = dt.timedelta(days=1)
SITES = (
    "code,name,parent,kind\nnorth,North Hospital,east,\neast,East Division,,division\nward-3,Ward 3,north,department\n"
)
GROUPS = "code,name,counts_as_manager\nward,Ward managers,yes\n"
PEOPLE = (
    "email,name,staff_number,site,job_group,line_manager,manager,site_name\n"
    "zoe@example.org,Zoë Ng,1,north,ward,,,\n"
    "max@example.org,Max Orr,2,ward-3,,zoe@example.org,,\n"
    "kit@example.org,Kit Day,3,south,,1,yes,South Hospital\n"
)


@pytest.fixture
def run(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command against the test's installation."""
    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)
    return lambda *arguments: CliRunner().invoke(main, ["people", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"people.csv": PEOPLE, "sites.csv": SITES, "job_groups.csv": GROUPS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def places(session: Session, email: str) -> Sequence[Any]:
    """Site, whether a manager, and whether it is over, of each placement of a person."""
    session.rollback()
    query = (
        select(Site.code, Placement.is_manager, Placement.until_on.is_not(None))
        .join(Placement)
        .join(Person, Person.id == Placement.person_id)
        .where(Person.email == email)
        .order_by(Placement.id)
    )
    return [tuple(row) for row in session.execute(query)]


def yesterday(session: Session) -> None:
    """All that began today began a day before."""
    session.rollback()
    for placement in session.scalars(select(Placement)):
        placement.from_on -= DAY
        placement.until_on = placement.until_on and placement.until_on - DAY
    session.commit()


def test_people_join_move_leave_and_come_back(
    run: Run, folder: Path, session: Session, app: Flask, sign_in: Callable[..., object]
) -> None:
    dry = run("sync", folder, "--dry-run")
    assert "Join: 3\n  Kit Day (kit@example.org): South Hospital, manager\n" in dry.output
    assert session.scalars(select(Person)).all() == []
    first = run("sync", folder)
    assert first.output == (
        "people: 3 join, 0 come back, 0 move, 0 leave, 0 change in other ways, 0 stay as they are; "
        "sites: 4; job groups: 1\n"
    )
    assert places(session, "zoe@example.org") == [("north", True, False)]
    assert places(session, "max@example.org") == [("ward-3", False, False)]
    east, north, ward, south = (
        session.scalar(select(Site.id).filter_by(code=c)) for c in ("east", "north", "ward-3", "south")
    )
    assert subtree(session, [east or 0]) == {east, north, ward}
    assert subtree(session, [ward or 0, south or 0]) == {ward, south}
    assert "0 change in other ways, 3 stay as they are; sites: 0; job groups: 0" in run("sync", folder).output

    yesterday(session)
    sign_in(app.test_client(), person_by_email(session, "kit@example.org"))
    (folder / "people.csv").write_text(
        PEOPLE.replace("max@example.org,Max Orr,2,ward-3", "max.lee@example.org,Max Lee,2,south").replace(
            "kit@example.org,Kit Day,3,south,,1,yes,South Hospital\n", ""
        ),
        encoding="utf-8",
    )
    assert (
        "Max Lee (max.lee@example.org): Ward 3 → South Hospital; was Max Orr, was max@example.org"
        in run("sync", folder, "--dry-run", "--leavers-up-to", 50).output
    )
    assert run("sync", folder).exit_code == 0, "one person may always leave"
    assert places(session, "max.lee@example.org") == [("ward-3", False, True), ("south", False, False)]
    assert places(session, "kit@example.org") == [("south", True, True)]
    kit = session.scalars(select(Person).filter_by(email="kit@example.org")).one()
    assert (kit.is_active, kit.has_left) == (False, True)
    assert session.scalars(select(SignIn)).all() == []
    assert set(session.scalars(select(Site.code).join(Membership))) == {"north", "south"}

    yesterday(session)
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    assert "0 join, 1 come back, 1 move, 0 leave" in run("sync", folder).output
    assert places(session, "kit@example.org") == [("south", True, True), ("south", True, False)]
    assert places(session, "max@example.org")[-1] == ("ward-3", False, False)


def test_a_folder_is_read_once_and_a_refusal_is_mailed(
    folder: Path, session: Session, app: Flask, person: Callable[..., Person]
) -> None:
    person("Ada Bell", "ada@example.org", roles=["admin"])
    app.config["CARES"] = app.config["CARES"].model_copy(update={"people_folder": folder})
    mails = app.config["CARES"].instance / "mail"
    now = dt.datetime.now(dt.UTC)
    assert chores.sync_people(app, now) is None, "it may still be on its way"
    later = now + dt.timedelta(minutes=5)
    with ThreadPoolExecutor(2) as two:
        came = list(two.map(lambda _: chores.sync_people(app, later), range(2)))
    assert sum(run is not None for run in came) == 1, "two relays side by side"
    assert chores.sync_people(app, later) is None
    (folder / "people.csv").write_text(PEOPLE + "who,,,,,,,\n", encoding="utf-8")
    os.utime(folder / "people.csv", (now.timestamp(), now.timestamp()))
    assert chores.sync_people(app, later)
    assert chores.sync_people(app, later) is None
    (mail,) = mails.glob("*.eml")
    assert "people.csv:5: 'who' is not an e-mail address" in mail.read_text(encoding="utf-8")
    assert chores.sync_people(app, later + DAY), "a refused one is tried again a day later"
    session.rollback()
    assert [(one.state, one.counts["joins"]) for one in session.scalars(select(RosterRun).order_by(RosterRun.id))] == [
        ("applied", 3),
        ("refused", 0),
        ("refused", 0),
    ]
    chores.remove_old(app, later + 40 * DAY)
    assert [one.problems for one in session.scalars(select(RosterRun))] == [[], [], []], "they may quote a list"
    ada = session.scalars(select(Person).filter_by(email="ada@example.org")).one()
    assert ada.is_active, "whoever was added by hand is not on any list"


def test_the_database_knows_at_once_that_many_came(run: Run, session: Session, tmp_path: Path) -> None:
    people = "".join(f"p{number}@example.org,Pat {number},,north,,,,\n" for number in range(600))
    (tmp_path / "people.csv").write_text(PEOPLE.splitlines(keepends=True)[0] + people, encoding="utf-8")
    (tmp_path / "sites.csv").write_text("code,name,parent,kind\nnorth,North Hospital,,\n", encoding="utf-8")
    outcome = run("sync", tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert counted_rows(session, Placement) >= 600
