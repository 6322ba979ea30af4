"""The pages and files on coverage, as leads get them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import JobGroup, Membership, Person, Placement, Role, Site
from lms.audit.actions import Action
from lms.audit.models import AuditEvent
from lms.cli import main
from lms.config import Settings
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.operate import chores
from lms.ui import sheets
from tests.quiz import sample

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
PAGE = "/reports/coverage"
SignIn = Callable[..., FlaskClient]
NORTH = select(Person).where(Person.email.startswith("north-"))
NAMES = ("Division", "North", "South", "Small")


@pytest.fixture
def organised(app: Flask, person: Callable[..., Person]) -> Iterator[dict[str, Site]]:
    """A division with two hospitals and a small place: 6 of 10 managers at North have completed, 1 of 8 at South."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), AT)
        top = Site(code="division", name="Division")
        session.add(top)
        session.flush()
        below = [Site(code=name.lower(), name=name, parent_id=top.id) for name in NAMES[1:]]
        group = JobGroup(code="ward", name="=Ward managers")
        session.add_all([*below, group])
        session.flush()
        for site, many, done in zip(below, (10, 8, 2), (6, 1, 1), strict=True):
            for number in range(many):
                _add(session, site, group, f"{site.code} {number:02}", number < done)
    library.forget()
    with app.app_context():
        yield {site.code: site for site in db.session.scalars(select(Site))}
    library.forget()


def _add(session, site: Site, group: JobGroup, name: str, is_done: bool) -> None:  # type: ignore[no-untyped-def]
    email = f"{name.replace(' ', '-')}@example.org"
    one = Person(email=email, name=f"=cmd {name}", created_at=AT)
    session.add(one)
    session.flush()
    own = {"person_id": one.id, "job_group_id": group.id, "site_id": site.id}
    session.add(Placement(**own, is_manager=True, from_on=dt.date(2026, 1, 1)))
    if is_done:
        taken = {"person_id": one.id, "module_id": sample.MODULE, "registered_at": AT, "state": State.COMPLETED}
        session.add(Registration(**taken, started_at=AT, completed_at=AT))


@pytest.fixture
def lead(
    organised: dict[str, Site], client: FlaskClient, person: Callable[..., Person], sign_in: SignIn
) -> FlaskClient:
    """A programme lead's browser."""
    return sign_in(client, person("Lea Ode", roles=[Role.PROGRAMME_LEAD]))


@pytest.fixture
def site_lead(app: Flask, organised: dict[str, Site], person: Callable[..., Person], sign_in: SignIn) -> FlaskClient:
    """The browser of someone who leads North."""
    sid = person("Sid Ode")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.add(Membership(person_id=sid.id, site_id=organised["north"].id, role=Role.SITE_LEAD))
    return sign_in(app.test_client(), sid)


def test_the_headline_and_the_way_down(lead: FlaskClient) -> None:
    page = unescape(lead.get(PAGE).text)
    assert "8 of 20 managers at all sites had completed Leading with care" in page
    assert '<p class="headline-figure">40%</p>' in page
    assert "The target is 60%: 4 more people have to complete it." in page
    page = unescape(lead.get(f"{PAGE}?site=division").text)
    for name, said in (("North", "60 to 69%"), ("Small", "fewer than 5"), ("South", "fewer than 5")):
        row = page.split(f">{name}</a></th>")[1].split("</tr>")[0]
        assert said in row, (name, row)
    north = unescape(lead.get(f"{PAGE}?site=north").text)
    assert "6 of 10 managers at North" in north
    assert lead.get(f"{PAGE}?site=nowhere").status_code == 404
    assert "2 of 20" not in unescape(lead.get(f"{PAGE}?on=2026-03-01").text)
    assert '<p class="headline-figure">0%</p>' in lead.get(f"{PAGE}?on=2026-03-01").text, "as it was then"
    assert "There were no managers" in unescape(lead.get(f"{PAGE}?on=2025-12-31").text)


def test_a_site_lead_sees_own_sites_alone(site_lead: FlaskClient) -> None:
    page = unescape(site_lead.get(PAGE).text)
    assert "6 of 10 managers at your sites" in page
    assert "South" not in page
    for path in (PAGE, f"{PAGE}/people", f"{PAGE}/people.csv", f"{PAGE}/places.csv", f"{PAGE}/board.pdf"):
        assert site_lead.get(f"{path}?site=south").status_code == 404, path
        assert site_lead.get(f"{path}?site=division").status_code == 404, path
    names = site_lead.get(f"{PAGE}/people").text
    assert names.count("=cmd north") == 10
    assert "=cmd south" not in names
    assert site_lead.get(f"{PAGE}/people?standing=completed").text.count("=cmd north") == 6


def looks(app: Flask) -> list[AuditEvent]:
    """Who looked at what, the earliest first."""
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent).filter_by(action=Action.LOOKED).order_by(AuditEvent.id)))


def test_each_look_is_written_down_about_each_who_is_shown(
    app: Flask, site_lead: FlaskClient, person: Callable[..., Person], sign_in: SignIn
) -> None:
    site_lead.get(f"{PAGE}/people?site=north&standing=completed&on=2026-03-05")
    where = {"at": "coverage", "what": "programme", "of_whom": "managers", "site": "north", "day": "2026-03-05"}
    facts = where | {"standing": "completed"}
    with app.app_context():
        named = db.session.scalars(select(Person).filter_by(email="north-03@example.org")).one()
        other = db.session.scalars(select(Person).filter_by(email="north-07@example.org")).one()
        shown = {one.uuid for one in db.session.scalars(NORTH) if int(one.name[-2:]) < 6}
    found = looks(app)
    assert len(found) == 6
    assert {one.about for one in found} == shown
    assert [one.facts for one in found] == [facts] * 6
    list(site_lead.get(f"{PAGE}/people.csv?site=north&standing=completed&on=2026-03-05").response)
    last = looks(app)[-1]
    assert (last.about, last.facts) == (None, facts | {"people": 6, "as": "file"})
    admin = sign_in(app.test_client(), person("Kit Day", roles=[Role.ADMIN]))
    page = admin.submit("/audit/person", {"person": named.email}).text  # type: ignore[attr-defined]
    for name, value in (("Looked at", "coverage"), ("Site", "north"), ("Standing", "completed"), ("Day", "2026-03-05")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in page
    page = admin.submit("/audit/person", {"person": other.email}).text  # type: ignore[attr-defined]
    assert "<dd>coverage</dd>" not in page, "who was not on the page was not looked at"


def figures(browser: FlaskClient, query: str) -> tuple[str, str, str]:
    """The headline, the places as a file, and month by month."""
    page = unescape(browser.get(f"{PAGE}?{query}").text)
    headline = page.split('<p class="headline-words">')[1].split("</p>")[0]
    places = browser.get(f"{PAGE}/places.csv?{query}").data.decode("utf-8-sig")
    months = page.split("The same as a table")
    return headline, places, months[1].split("</table>")[0] if len(months) > 1 else ""


def test_reorganising_does_not_change_the_past(
    app: Flask,
    settings: Settings,
    lead: FlaskClient,
    organised: dict[str, Site],
    person: Callable[..., Person],
    sign_in: SignIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """South becomes a part of nothing today: of all days before, the division says what it said."""
    div = person("Div Ode")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.add(Membership(person_id=div.id, site_id=organised["division"].id, role=Role.SITE_LEAD))
    site_lead = sign_in(app.test_client(), div)
    asked = [f"site=division&on={day}" for day in ("2026-03-01", "2026-03-05", "2026-05-31")]
    before = [figures(browser, one) for browser in (lead, site_lead) for one in asked]
    assert "8 of 20 managers at Division" in before[1][0]
    now = unescape(lead.get(f"{PAGE}?site=division").text)
    assert site_lead.get(f"{PAGE}/people?on=2026-03-05").text.count("=cmd south") == 8

    monkeypatch.setenv("LMS_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LMS_DATABASE_URL", settings.database_url)
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "sites.csv").write_text("code,name,parent\nsouth,South,\n", encoding="utf-8")
    outcome = CliRunner().invoke(main, ["people", "sync", str(lists)])
    assert outcome.exit_code == 0, outcome.output

    assert [figures(browser, one) for browser in (lead, site_lead) for one in asked] == before
    after = unescape(lead.get(f"{PAGE}?site=division").text)
    assert "8 of 20 managers at Division" in now
    assert "7 of 12 managers at Division" in after, "today it is as it is today"
    rows = after.split("The same as a table")[1].split("</table>")[0].split("<tr>")
    assert [re.findall(r'number">(\d+)', row)[:2] for row in rows[-2:]] == [["20", "8"], ["12", "7"]], "by month"
    past = unescape(site_lead.get(f"{PAGE}?on=2026-03-05").text)
    assert "South" in past
    assert "site=south" not in past, "it is not theirs to look at today"
    assert site_lead.get(f"{PAGE}?site=south&on=2026-03-05").status_code == 404
    for path in ("people", "people.csv", "people.xlsx"):
        names = site_lead.get(f"{PAGE}/{path}?on=2026-03-05")
        assert b"cmd south" not in names.data, "rights are those of today"
    assert lead.get(f"{PAGE}/people?site=division&on=2026-03-05").text.count("=cmd south") == 8
    assert lead.get(f"{PAGE}/people?site=division").text.count("=cmd south") == 0


def test_what_a_release_before_changed_is_noted_by_a_chore(
    app: Flask, lead: FlaskClient, organised: dict[str, Site]
) -> None:
    today = dt.datetime.now(dt.UTC)
    with app.app_context():
        assert chores.note_tree(app, today - dt.timedelta(days=30)) == len(organised)
        assert chores.note_tree(app, today) == 0
        with db.sessionmaker() as own, writing(own) as session:
            session.get_one(Site, organised["south"].id).parent_id = None
        assert chores.note_tree(app, today) == 1
    assert "7 of 12 managers" in lead.get(f"{PAGE}?site=division").text
    yesterday = today.date() - dt.timedelta(days=1)
    assert "8 of 20 managers" in lead.get(f"{PAGE}?site=division&on={yesterday}").text


@pytest.mark.parametrize("role", [None, Role.TRAINER])
def test_nobody_else_looks(
    organised: dict[str, Site], client: FlaskClient, person: Callable[..., Person], sign_in: SignIn, role: Role | None
) -> None:
    browser = sign_in(client, person("Pat", roles=[role] if role else []))
    for path in ("", "/people", "/people.xlsx", "/places.csv", "/months.xlsx", "/board.pdf"):
        assert browser.get(PAGE + path).status_code == 403


def test_files_hold_what_the_page_shows_and_no_formula(lead: FlaskClient) -> None:
    text = lead.get(f"{PAGE}/people.csv?site=north").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 11
    assert {row[0] for row in rows[1:]} == {f"'=cmd north {number:02}" for number in range(10)}
    assert [row[4] for row in rows[1:]].count("completed") == 6
    assert rows[1][3] == "'=Ward managers"
    places = list(csv.reader(io.StringIO(lead.get(f"{PAGE}/places.csv?site=division").data.decode("utf-8-sig"))))
    assert ["North", "10", "6", "0", "4", "0", "60", "69"] in [row[:8] for row in places]
    assert [row[1] for row in places if row[0] in ("Small", "South")] == ["", ""]
    book = zipfile.ZipFile(io.BytesIO(lead.get(f"{PAGE}/people.xlsx?site=north").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("<row ") == 11


def table(browser: FlaskClient, path: str) -> list[list[str]]:
    """A table that was asked for as CSV, without its head."""
    answer = browser.get(f"{PAGE}/{path}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]


def test_each_table_of_the_page_is_had_as_a_file(lead: FlaskClient) -> None:
    on = "on=2026-03-05"
    page = unescape(lead.get(f"{PAGE}?site=division&{on}").text)
    for which in ("places", "modules", "months"):
        for kind in ("xlsx", "csv"):
            address = f"{PAGE}/{which}.{kind}?site=division&{on}"
            assert (f'"{address}"' in page) == (which != "modules"), "one module has no table of its own"
            answer = lead.get(address)
            assert answer.headers["Content-Disposition"] == f"attachment; filename=coverage-{which}-2026-03-05.{kind}"
    book = zipfile.ZipFile(io.BytesIO(lead.get(f"{PAGE}/groups.xlsx?{on}").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("=Ward managers" in sheet, "<f>" in sheet) == (True, False)
    groups = table(lead, f"groups.csv?{on}")
    assert groups[0] == ["'=Ward managers", "20", "8", "0", "12", "0", "40", "49", "2026-03-05"]
    assert groups[-1][:3] == ["Together: all sites", "20", "8"]
    [module] = table(lead, f"modules.csv?site=north&{on}")
    assert module[1:] == ["10", "6", "0", "4", "60", "2026-03-05"]
    months = table(lead, f"months.csv?site=north&{on}")
    assert months == [
        ["2026-01-31", "10", "0", "0"],
        ["2026-02-28", "10", "0", "0"],
        ["2026-03-05", "10", "6", "60"],
    ]


def test_of_few_people_a_file_says_no_figures_and_the_page_does(lead: FlaskClient, tmp_path: Path) -> None:
    at = "site=small&on=2026-03-05"
    assert "1 of 2 managers at Small" in unescape(lead.get(f"{PAGE}?{at}").text), "who may see them by name"
    for which in ("places", "groups", "modules"):
        for row in table(lead, f"{which}.csv?{at}"):
            assert set(row[1:-1]) == {""}, row
    assert [row[1:] for row in table(lead, f"months.csv?{at}")] == [["", "", ""]] * 3
    path = tmp_path / "board.pdf"
    path.write_bytes(lead.get(f"{PAGE}/board.pdf?{at}").data)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    words = " ".join(text.split())
    assert "There were fewer than 5 managers at Small on 5 March 2026." in words
    assert words.count("fewer than 5") >= 4, "the months say no figures either"
    assert not re.search(r"%|\b[12] of\b|more people|overdue", words)


def test_a_board_gets_one_tagged_page(lead: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "board.pdf"
    path.write_bytes(lead.get(f"{PAGE}/board.pdf?site=division").data)
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info)
    assert re.search(r"Pages:\s+1\b", info)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "40%" in text
    assert "60 to 69%" in text
    assert re.search(r"Small\s+fewer than 5", text)


cells = st.text(max_size=6).filter(lambda text: text.isprintable()) | st.integers() | st.none()


@given(st.lists(st.lists(cells, max_size=4), max_size=8))
def test_no_cell_is_a_formula_and_none_is_lost(rows: list[list[str | int | None]]) -> None:
    text = b"".join(sheets.as_csv(["row", *row] for row in rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows)
    for row, found in zip(rows, read, strict=True):
        for cell, seen in zip(row, found[1:], strict=True):
            assert seen in ("" if cell is None else str(cell), f"'{cell}")
            assert not (isinstance(cell, str) and seen.startswith(("=", "+", "-", "@", "\t", "\r")))
