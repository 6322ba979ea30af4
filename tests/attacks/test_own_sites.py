"""A site lead and the reports: whatever they put into an address, nothing of another site comes back, not a number."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from itertools import product
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.models import JobGroup, Membership, Person, Placement, Role, Site
from lms.audit.models import AuditEvent
from lms.db import db, transaction
from lms.enrolment.assignments import service as assignments
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.service import Wanted
from lms.enrolment.models import Registration, State
from tests.attacks.conftest import Pattern, changed, dump
from tests.attacks.forms import Page
from tests.attacks.populated import LOCAL, LOCAL_NAMED, MODULE, Actor, Populated, populated

TABLES = ("people", "places", "groups", "modules", "months")
FILES = tuple(f"/{name}.{kind}" for name in TABLES for kind in ("csv", "xlsx"))
PATHS = ("", "/people", *FILES, "/board.pdf")
PAGE = "/reports/coverage"
# A new group is in the list to choose from, as all job groups are: the organisation has one list of them.
GROUPS = r'<option value="doctors"( selected)?>Doctors</option>'
FOREIGN = ("south", "division", "new", "nowhere", "SOUTH", "south,north", "south&site=north", "*")
SITES = ("", "north", "north&site=south", *FOREIGN)
MORE = {
    "standing": ("", "completed", "under way", "not started", "' OR 1=1"),
    "what": ("", MODULE, "programme", "nothing"),
    "who": ("", "all"),
    "group": ("", "ward", "doctors"),
    "on": ("", "2026-02-01", "1999-01-01", "9999-12-31", "nonsense"),
    "page": ("", "2", "-1", "south"),
    "sites": ("", "2", "south"),
    "reader": ("", "2"),
}


@pytest.fixture(scope="module")
def everything(pattern: Pattern, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Populated]:
    """People at two sites; whatever a test does, it undoes."""
    made = populated(pattern, tmp_path_factory.mktemp("own-sites"))
    yield made
    with made.app.app_context():
        db.engine.dispose()


def addresses() -> list[str]:
    """Every site with every page, and all else by chance."""
    chance = random.Random(11)
    found = [f"{PAGE}{path}?site={site}" for path, site in product(PATHS, SITES)]
    found += [f"/reports/files/new?site={site}" for site in SITES]
    for path in PATHS:
        for _ in range(6 if path.endswith("pdf") else 24):
            parts = {name: chance.choice(values) for name, values in MORE.items()}
            given = "&".join(f"{name}={value}" for name, value in parts.items() if value)
            found.append(f"{PAGE}{path}?site={chance.choice(SITES[:3])}&{given}")
    return found


def said(answer: TestResponse) -> str:
    """All that can be read in an answer; in a PDF only where there is poppler."""
    if answer.mimetype == "application/pdf":
        if not shutil.which("pdftotext"):
            return ""
        return subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True
        ).stdout.decode()
    if (answer.mimetype or "").endswith("sheet"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode() for name in sorted(book.namelist()) if "docProps" not in name)
    # Tokens are others each time.
    return re.sub(r'"[\w.-]{60,}"', "", answer.text)


def ask_all(browser: FlaskClient, paths: list[str]) -> dict[str, tuple[int, str]]:
    answers = {path: browser.get(path) for path in paths}
    return {path: (one.status_code, said(one) if one.status_code < 300 else "") for path, one in answers.items()}


def change_the_other_site(session: Session) -> None:
    """More people, other names, somebody who has completed, and a place below."""
    south = session.scalars(select(Site).filter_by(code="south")).one()
    below = Site(code="new", name="South annexe", parent_id=south.id)
    session.add_all([below, JobGroup(code="doctors", name="Doctors")])
    session.flush()
    at = dt.datetime(2026, 1, 20, 9, tzinfo=dt.UTC)
    for number in range(7):
        one = accounts.add_person(session, f"southerner-{number}@example.org", f"Southerner {number}", at)
        site = below if number % 2 else south
        session.add(Placement(person_id=one.id, site_id=site.id, is_manager=True, from_on=dt.date(2026, 1, 2)))
        done = {"state": State.COMPLETED, "registered_at": at, "started_at": at, "completed_at": at}
        session.add(Registration(person_id=one.id, module_id=MODULE, **done))


def test_nothing_that_happens_at_another_site_changes_an_answer(everything: Populated) -> None:
    lead, paths = everything.browser(Actor.SITE_LEAD), addresses()
    whole = everything.browser(Actor.PROGRAMME_LEAD)
    with everything.as_it_was():
        before, before_of_all = ask_all(lead, paths), ask_all(whole, [PAGE])
        with everything.app.app_context(), transaction() as session:
            change_the_other_site(session)
        after, after_of_all = ask_all(lead, paths), ask_all(whole, [PAGE])
        there = ask_all(everything.browser(Actor.OTHER_LEAD), [f"{PAGE}/people?site=new"])
    assert before_of_all != after_of_all, "what was changed would be seen"
    assert "Southerner" in there[f"{PAGE}/people?site=new"][1]
    for path in paths:
        assert before[path][0] in (200, 404), path
        if "group=doctors" in path:
            continue  # nobody could ask for it before
        status, text = after[path]
        assert (status, re.sub(GROUPS, "", text)) == before[path], path
        assert "outh" not in re.sub(r"(site|sites|reader)=\S+|page=\S+", "", text), path
    for path in PATHS:
        assert all(after[f"{PAGE}{path}?site={site}"][0] == 404 for site in FOREIGN), path


def ask_the_other_site(session: Session, by: UUID) -> UUID:
    """Its lead asks everyone there, and exempts somebody."""
    at, key = dt.datetime(2026, 1, 20, 9, tzinfo=dt.UTC), uuid4()
    south = session.scalars(select(Site.id).filter_by(code="south")).one()
    wanted = Wanted(MODULE, "Southern reasons.", True, True, site_id=south, is_local=True)
    assignments.assign(session, wanted, [], key, by, at, at.date())
    someone = session.scalars(select(Person).filter_by(name="Southerner 0")).one()
    assignments.exempt(session, someone, None, "Southern leave.", None, uuid4(), by, at.date(), is_local=True)
    assignments.settle(session, programme_modules(session), dt.datetime.now(dt.UTC).date())
    return key


def test_what_is_asked_at_another_site_is_neither_seen_nor_changed(everything: Populated) -> None:
    lead, other = everything.browser(Actor.SITE_LEAD), everything.browser(Actor.OTHER_LEAD)
    own = [f"/assignments/{key}" for key in (everything.values["assignment"], LOCAL, LOCAL_NAMED)]
    ways = ("", "?standing=open", "?standing=overdue", "?page=2", "?reader=2&site=south")
    paths = ["/assignments", "/assignments/new", f"{own[1]}/whom", f"{own[2]}/people"]
    paths += [one + way for one, way in product(own, ways)]

    def seen(browser: FlaskClient) -> dict[str, tuple[int, str]]:
        found = ask_all(browser, paths)
        key = r'name="token"[^>]*>'
        return {path: (code, re.sub(f"{GROUPS}|{key}", "", text)) for path, (code, text) in found.items()}

    with everything.as_it_was():
        before = seen(lead)
        with everything.app.app_context(), transaction() as session:
            change_the_other_site(session)
            key = ask_the_other_site(session, everything.owner.uuid)
        assert seen(lead) == before
        assert {code for code, _ in before.values()} == {200}
        assert all("outh" not in text for _, text in before.values())
        assert "Southerner 1" in other.get(f"/assignments/{key}").text
        assert "Southern leave." in other.get("/assignments").text
        there = dump(everything.app, "tries")
        form = {"reason": "Mine", "site": "north", "group": "", "change": "off", "emails": "", "do": "change"}
        for way in ("", "/whom", "/people", "/withdraw"):
            answer = lead.submit(f"/assignments/{key}{way}", form)  # type: ignore[attr-defined]
            assert answer.status_code == 404, way
        assert [lead.get(f"/assignments/{key}{way}").status_code for way in ("", "/whom", "/people")] == [404] * 3
        for address, site in product(("/assignments/new", f"{own[1]}/whom"), FOREIGN):
            answer = lead.submit(address, {"site": site, "whom": "rule", "do": "change"})  # type: ignore[attr-defined]
            assert answer.status_code == 404, (address, site)
        assert changed(there, dump(everything.app, "tries")) == set()


def test_every_link_of_the_report_stays_at_the_own_site(everything: Populated) -> None:
    lead = everything.browser(Actor.SITE_LEAD)
    waiting, seen = [PAGE], set[str]()
    with everything.as_it_was():
        while waiting:
            path = waiting.pop()
            if path in seen or not path.startswith(PAGE):
                continue
            seen.add(path)
            answer = lead.get(path)
            assert answer.status_code == 200, path
            assert "outh" not in said(answer), path
            if answer.mimetype == "text/html":
                waiting += Page(answer.text).links
    assert len({path.split("?")[0] for path in seen}) == len(PATHS)


def test_each_list_of_people_is_written_down_with_as_many_as_it_names(everything: Populated) -> None:
    lead = everything.browser(Actor.SITE_LEAD)
    with everything.as_it_was():
        for place in ("people.csv", "people.csv?who=all&standing=not started", "people.csv?on=1999-01-01"):
            rows = list(csv.reader(io.StringIO(lead.get(f"{PAGE}/{place}").data.decode("utf-8-sig"))))
            with everything.app.app_context():
                last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
            assert last
            assert (last.action, last.actor_was, last.facts["people"]) == ("looked at", "site lead", len(rows) - 1)


def test_who_leads_a_site_no_more_sees_nothing_at_the_next_request(everything: Populated) -> None:
    lead = everything.browser(Actor.SITE_LEAD)
    with everything.as_it_was():
        assert lead.get(f"{PAGE}/people").status_code == 200
        with everything.app.app_context(), transaction() as session:
            north = select(Site.id).filter_by(code="north").scalar_subquery()
            session.execute(delete(Membership).filter_by(role=Role.SITE_LEAD, site_id=north))
        assert [lead.get(PAGE + path).status_code for path in PATHS] == [403] * len(PATHS)
