"""A programme lead and a site lead at their reports, in a real browser."""

from __future__ import annotations

import csv
import datetime as dt
import re
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from lms.accounts.models import JobGroup, Membership, Person, Placement, Role, Site
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.operate.demo.filling import fill
from lms.operate.making import make_next
from lms.ui.files import LONG
from tests.journeys.conftest import PHONE
from tests.journeys.conftest import Site as Service
from tests.paper import sheets
from tests.quiz import sample
from tests.reports.test_results import take

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Check = Callable[[Page], None]
MANY = {"North": (12, 8, 2), "South": (9, 2, 3), "Little": (3, 1, 0)}
"""Managers, those of them who have completed, and those who are under way."""


@pytest.fixture
def bundle() -> Bundle:
    """A small module with a quiz."""
    return sample.bundle()


@pytest.fixture
def organised(site: Service) -> Service:
    """A division with three places, over half a year; and people who have handed in a quiz."""
    at = dt.datetime.now(dt.UTC)
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        top, group = Site(code="division", name="Division"), JobGroup(code="ward", name="Ward managers")
        other = JobGroup(code="team", name="Team leaders")
        session.add_all([top, group, other])
        session.flush()
        for name, (people, done, begun) in MANY.items():
            place = Site(code=name.lower(), name=name, parent_id=top.id)
            session.add(place)
            session.flush()
            for number in range(people):
                work = group if number % 3 else other
                email = f"{name}-{number}@example.org".lower()
                one = Person(email=email, name=f"{name} {number + 1:02}", created_at=at)
                session.add(one)
                session.flush()
                since = (at - dt.timedelta(days=200)).date()
                where = {"site_id": place.id, "job_group_id": work.id, "from_on": since}
                session.add(Placement(person_id=one.id, is_manager=True, **where))
                if number < done + begun:
                    day = at - dt.timedelta(days=12 * number + 5)
                    is_done = number < done
                    session.add(
                        Registration(
                            person_id=one.id,
                            module_id=sample.MODULE,
                            registered_at=day,
                            started_at=day,
                            completed_at=day if is_done else None,
                            state=State.COMPLETED if is_done else State.STARTED,
                        )
                    )
    return site


def lead(site: Service, role: Role, place: str = "") -> Person:
    """Somebody who leads the programme, or a place."""
    who = site.person("Lea Ode")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        where = session.query(Site).filter_by(code=place).one().id if place else None
        session.add(Membership(person_id=who.id, site_id=where, role=role))
    return who


def fetched(page: Page, name: str) -> Download:
    """What comes by a link."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return download.value


def rows(download: Download) -> list[list[str]]:
    with Path(download.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_programme_lead_reads_goes_down_and_takes_files_along(
    organised: Service, signed_in: Enter, accessible: Check, tmp_path: Path
) -> None:
    page = signed_in(lead(organised, Role.PROGRAMME_LEAD))
    page.get_by_role("link", name="Manage").click()
    accessible(page)
    page.get_by_role("link", name="Coverage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coverage: all sites")
    expect(page.get_by_text("11 of 24 managers at all sites had completed Leading with care")).to_be_visible()
    expect(page.locator(".headline-figure")).to_have_text("45%")
    page.get_by_text("How this is counted").click()
    accessible(page)

    page.get_by_label("Place", exact=True).select_option("Division")
    page.get_by_role("button", name="Show").click()
    table = page.get_by_role("table").first
    expect(table.get_by_role("row", name="North")).to_contain_text("60 to 69%")
    expect(table.get_by_role("row", name="Little")).to_contain_text("fewer than 5")
    accessible(page)
    table.get_by_role("link", name="North").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coverage: North")
    accessible(page)
    page.get_by_role("link", name="2 have not started").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who have not started")
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row", name="North 12")).to_contain_text("Not started")
    accessible(page)

    listed = rows(fetched(page, "CSV"))
    assert [row[0] for row in listed] == ["Name", "North 11", "North 12"]
    with zipfile.ZipFile(fetched(page, "XLSX").path()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert (sheet.count("<row "), "North 12" in sheet, "South" in sheet) == (3, True, False)

    page.get_by_role("link", name="Coverage: North").click()
    page.get_by_role("link", name="Division").click()
    board = tmp_path / "board.pdf"
    fetched(page, "One page for a board (PDF)").save_as(board)
    [picture] = sheets.pages(board)
    assert sheets.is_tagged(board)
    assert 0.02 < sheets.inked(picture) < 0.3, "neither blank nor black"
    assert sheets.lowest(picture) > 0.4, "more than a headline"
    words = sheets.text(board)
    assert "45%" in words
    assert "60 to 69%" in words


def test_a_programme_lead_sees_what_a_module_changed(organised: Service, signed_in: Enter, accessible: Check) -> None:
    with organised.app.app_context():
        module = library.module(db.session, sample.MODULE)
        assert module
        item = next(one.id for one in module.bank.items if one.type == "single")
    people = [organised.person(f"Taker {number}") for number in range(9)]
    take(organised.app, people, item, list("ccccabcbd"))
    page = signed_in(lead(organised, Role.PROGRAMME_LEAD), viewport=PHONE)
    page.goto("/manage")
    page.get_by_role("link", name="What modules changed").click()
    accessible(page)
    page.get_by_role("link", name="Sample").click()
    expect(page.get_by_text("8 people have handed in the quiz")).to_be_visible()
    expect(page.get_by_text("of 8 people had done what they planned")).to_be_visible()
    expect(page.get_by_text("Taker")).to_have_count(0)
    page.locator(".report-item summary").first.click()
    accessible(page)


def test_a_site_lead_sees_own_sites_and_reaches_no_other_by_address(
    organised: Service, signed_in: Enter, accessible: Check
) -> None:
    page = signed_in(lead(organised, Role.SITE_LEAD, "south"), java_script_enabled=False)
    page.goto("/manage")
    page.get_by_role("link", name="Coverage").click()
    expect(page.get_by_text("2 of 9 managers at your sites")).to_be_visible()
    expect(page.get_by_label("Place", exact=True).get_by_role("option")).to_have_text(["All your sites", "South"])
    expect(page.get_by_text("North")).to_have_count(0)
    page.get_by_role("link", name="4 have not started").click()
    expect(page.get_by_role("row")).to_have_count(5)
    assert {row[2] for row in rows(fetched(page, "CSV"))[1:]} == {"South"}
    for place in ("north", "little", "division"):
        for path in ("", "/people", "/people.csv", "/places.xlsx", "/board.pdf"):
            answer = page.goto(f"/reports/coverage{path}?site={place}")
            assert answer
            assert answer.status == 404
            expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    for path in ("/reports/results", "/people/organisation", "/early-openings", "/audit", "/authoring"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("This page is not open to you")


def test_a_long_workbook_is_made_beside_and_fetched(
    site: Service, signed_in: Enter, accessible: Check, tmp_path: Path
) -> None:
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        fill(session, LONG + 1000, 12, 5, dt.datetime.now(dt.UTC))
    who = lead(site, Role.PROGRAMME_LEAD)
    page = signed_in(who)
    page.goto("/reports/coverage/people?who=all")
    page.get_by_role("link", name="XLSX").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"A workbook of [56],\d\d\d people"))
    accessible(page)
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your file is being made")
    expect(page.get_by_role("progressbar", name="How far the file is")).to_be_visible()
    accessible(page)
    plain = signed_in(who, java_script_enabled=False)
    plain.goto(page.url)
    assert make_next(site.app, threading.Event())
    expect(page.get_by_role("heading", level=1)).to_have_text("Your file is ready")  # by itself
    accessible(page)
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your file is being made")
    plain.get_by_role("link", name="See how far it is now").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your file is ready")
    for one in (page, plain):
        with zipfile.ZipFile(fetched(one, "Download the file").path()) as book:
            assert book.read("xl/worksheets/sheet1.xml").decode().count("<row ") > LONG
    page.get_by_role("link", name="Files that you asked for").click()
    expect(page.get_by_text(re.compile(r"ready, [56],\d\d\d people"))).to_be_visible()
    accessible(page)


def test_an_admin_takes_a_role_away_on_a_phone_without_scripts(
    organised: Service, signed_in: Enter, accessible: Check
) -> None:
    sid = lead(organised, Role.SITE_LEAD, "south")
    page = signed_in(lead(organised, Role.ADMIN), java_script_enabled=False, viewport=PHONE)
    page.goto("/manage")
    page.get_by_role("link", name="Roles").click()
    page.get_by_label("E-mail address").fill(sid.email)
    page.get_by_role("button", name="Show their roles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roles of Lea Ode")
    address = page.url
    expect(page.get_by_text("Site lead at South", exact=True)).to_be_visible()
    page.get_by_text("Take it away …").click()
    page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("Lea Ode is no longer site lead at South.")).to_be_visible()
    expect(page.get_by_text("They are a learner")).to_be_visible()
    page.get_by_label("Role", exact=True).select_option("Site lead")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("A site lead needs a site.")).to_be_visible()
    # What looks for barriers is a script itself.
    scripted = signed_in(lead(organised, Role.ADMIN), viewport=PHONE)
    scripted.goto(address)
    scripted.get_by_label("Role", exact=True).select_option("Trainer")
    scripted.get_by_role("button", name="Give it").click()
    expect(scripted.get_by_text("Take it away …")).to_be_visible()
    accessible(scripted)
