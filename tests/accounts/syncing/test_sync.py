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


def test_a_list_says_which_roles_stay(run: Run, folder: Path, session: Session) -> None:
    run("sync", folder)
    (folder / "roles.csv").write_text(
        "email,name,site,role\nzoe@example.org,Zoë Ng,north,site lead\nmax@example.org,Max Orr,,trainer\n",
        encoding="utf-8",
    )
    assert run("import", folder / "roles.csv").exit_code == 0
    yesterday(session)
    moved = PEOPLE.replace("zoe@example.org,Zoë Ng,1,north", "zoe@example.org,Zoë Ng,1,south")
    (folder / "people.csv").write_text(moved.replace("max@example.org,Max Orr,2,ward-3,,zoe@example.org,,\n", ""))
    told = run("sync", folder, "--dry-run").output
    assert (
        "North Hospital, ward, manager → South Hospital, ward, manager; keeps the role site lead at North Hospital; "
        "take it away with `lms people take-role zoe@example.org --role site-lead --site north`\n"
    ) in told
    assert (
        "Max Orr (max@example.org): Ward 3; keeps the role trainer at all sites; "
        "take it away with `lms people take-role max@example.org --role trainer`\n"
    ) in told
    assert run("sync", folder).exit_code == 0
    assert run("take-role", "zoe@example.org", "--role", "site-lead", "--site", "north").exit_code == 0
    session.rollback()
    zoe = select(Membership.role).join(Person).where(Person.email == "zoe@example.org")
    assert list(session.scalars(zoe)) == [None]


KIT_LEFT = PEOPLE.replace("kit@example.org,Kit Day,3,south,,1,yes,South Hospital\n", "")
NEXT = "kit@example.org,Ned New,{},south,,,,\n"


def test_a_newcomer_with_the_address_of_a_leaver_gets_an_account_of_their_own(
    run: Run, folder: Path, session: Session
) -> None:
    run("sync", folder)
    kit = person_by_email(session, "kit@example.org")
    assert kit
    (folder / "people.csv").write_text(KIT_LEFT, encoding="utf-8")
    assert run("sync", folder).exit_code == 0
    (folder / "people.csv").write_text(KIT_LEFT + NEXT.format(9), encoding="utf-8")
    assert (
        "kit@example.org has the staff number 3 here, not 9; mend the number; or, if the address of Kit Day, who has "
        "left, is somebody else's now, free it by `lms people change-address kit@example.org NEW-ADDRESS`"
    ) in run("sync", folder).output
    assert run("change-address", "kit@example.org", "kit.left@example.org").exit_code == 0
    assert run("sync", folder).exit_code == 0
    session.rollback()
    ned, old = (person_by_email(session, one) for one in ("kit@example.org", "kit.left@example.org"))
    assert ned
    assert old
    assert (old.id, old.name, old.is_active) == (kit.id, "Kit Day", False)
    assert (ned.name, ned.staff_number, ned.is_active, ned.id != kit.id) == ("Ned New", "9", True, True)


def test_nobody_comes_back_under_another_name_unasked(
    run: Run, folder: Path, session: Session, app: Flask, person: Callable[..., Person]
) -> None:
    run("sync", folder)
    (folder / "people.csv").write_text(KIT_LEFT, encoding="utf-8")
    run("sync", folder)
    (folder / "people.csv").write_text(KIT_LEFT + NEXT.format(""), encoding="utf-8")
    told = run("sync", folder, "--dry-run").output
    assert "Ned New (kit@example.org): South Hospital; was Kit Day" in told
    doubt = "Ned New (kit@example.org) would come back into the account of Kit Day, who has left"
    refused = run("sync", folder)
    assert refused.exit_code == 1
    assert f"nothing was changed, --same-people allows it, 1 thing to mend:\n{doubt}" in refused.output
    app.config["CARES"] = app.config["CARES"].model_copy(update={"people_folder": folder})
    came = chores.sync_people(app, dt.datetime.now(dt.UTC) + DAY)
    assert came
    assert (came.state, [one[: len(doubt)] for one in came.problems]) == ("refused", [doubt]), "not by night"
    session.rollback()
    kit = person_by_email(session, "kit@example.org")
    assert kit
    assert (kit.name, kit.is_active) == ("Kit Day", False)
    assert run("sync", folder, "--same-people").exit_code == 0
    session.rollback()
    kit = person_by_email(session, "kit@example.org")
    assert kit
    assert (kit.name, kit.is_active) == ("Ned New", True)


def test_the_same_number_or_the_same_name_need_no_asking(run: Run, folder: Path, session: Session) -> None:
    for row in (NEXT.format(3), "kit@example.org,KIT-DÁY,,south,,,,\n"):
        (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
        assert run("sync", folder).exit_code == 0
        (folder / "people.csv").write_text(KIT_LEFT, encoding="utf-8")
        run("sync", folder)
        (folder / "people.csv").write_text(KIT_LEFT + row, encoding="utf-8")
        assert "1 come back" in run("sync", folder).output


def test_line_managers_who_have_left_are_named(run: Run, folder: Path, session: Session) -> None:
    run("sync", folder)
    led = "".join(f"p{n}@example.org,Pat {n},,north,,kit@example.org,,\n" for n in range(2))
    (folder / "people.csv").write_text(KIT_LEFT + led, encoding="utf-8")
    leaves = "Kit Day (kit@example.org) leaves by this list and is the line manager of 2 people; give them another"
    assert f"Please look: {leaves}." in run("sync", folder, "--dry-run").output
    done = run("sync", folder)
    assert done.exit_code == 0
    assert f"Please look: {leaves}." in done.output
    again = run("sync", folder).output
    assert "Kit Day (kit@example.org) has left and is the line manager of 2 people" in again
    assert "Please look" not in run("sync", folder / "sites.csv").output
    session.rollback()
    assert leaves in [one for run_ in session.scalars(select(RosterRun)) for one in run_.problems], "a page says it too"


def test_a_file_with_a_time_to_come_is_read_when_it_stays_the_same(folder: Path, app: Flask) -> None:
    app.config["CARES"] = app.config["CARES"].model_copy(update={"people_folder": folder})
    now, ahead = dt.datetime.now(dt.UTC), dt.datetime(2038, 1, 1, tzinfo=dt.UTC).timestamp()
    minute = dt.timedelta(minutes=1)
    os.utime(folder / "people.csv", (ahead, ahead))
    assert chores.sync_people(app, now) is None
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("lee@example.org,Lee Ek,4,south,,,,\n")
    os.utime(folder / "people.csv", (ahead, ahead))
    assert chores.sync_people(app, now + minute) is None, "it was still being written"
    came = chores.sync_people(app, now + 2 * minute)
    assert came
    assert came.counts["joins"] == 4


def test_a_mail_of_a_refusal_that_did_not_go_is_sent_again(
    folder: Path, app: Flask, session: Session, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    person("Ada Bell", "ada@example.org", roles=["admin"])
    person("Bo Ek", "bo@example.org", roles=["admin"])
    app.config["CARES"] = app.config["CARES"].model_copy(update={"people_folder": folder})
    (folder / "people.csv").write_text(PEOPLE + "who,,,,,,,\n", encoding="utf-8")
    later, mails = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5), app.config["CARES"].instance / "mail"
    mails.parent.mkdir(exist_ok=True)
    mails.write_text("in the way")  # no mail can be written
    assert chores.sync_people(app, later)
    mails.unlink()
    for minute in range(1, 3):
        assert chores.sync_people(app, later + dt.timedelta(minutes=minute)) is None
        to = sorted(one.read_text(encoding="utf-8").split("To: ")[1].split("\n")[0] for one in mails.glob("*.eml"))
        assert to == ["Ada Bell <ada@example.org>", "Bo Ek <bo@example.org>"], "each of them once"


def test_a_line_for_excel_is_understood(run: Run, folder: Path, session: Session) -> None:
    (folder / "people.csv").write_text("sep=;\n" + PEOPLE.replace(",", ";"), encoding="utf-8-sig")
    assert "3 join" in run("sync", folder).output
    (folder / "people.csv").write_text("sep=;\r\nemail;name;site\r\nwho;Who;north\r\n", encoding="utf-8")
    assert "people.csv:3: 'who' is not an e-mail address" in run("sync", folder).output
