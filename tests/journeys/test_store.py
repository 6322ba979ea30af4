"""An admin looks into the store in a browser: with a pointer, without scripts, on a phone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms import events
from lms.accounts.models import Role
from lms.accounts.service import join
from lms.content.bundle import Bundle
from lms.db import db, writing
from lms.xapi.statements import voided
from tests.journeys.conftest import PHONE, Site
from tests.player import sample
from tests.xapi.holding import Holding, at_work, happened, of_another, tried, use

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.fixture
def bundle() -> Bundle:
    """A small programme."""
    return sample.bundle()


@pytest.fixture
def holding(site: Site, tmp_path: Path) -> Iterator[Holding]:
    """A store with statements of every kind, some of them ugly."""
    ngozi = site.person("Ngozi Adeyemi")
    with at_work(tmp_path, site.app.config["CARES"].url) as one:
        use(site.app, one.url)
        fill(one, ngozi.uuid)
        yield one


def fill(one: Holding, who: uuid.UUID) -> None:
    for _ in range(9):
        one.tell(tried(who))
    one.tell(happened(events.Progressed, who, percent=40))
    (started,) = one.tell(happened(events.Initialized, uuid.uuid4()))
    long = {"en": "Lifting-and-carrying" * 20}
    one.keep(of_another(object={"id": f"http://example.org/{'x' * 300}", "definition": {"name": long}}))
    one.keep(voided(one.home, uuid.UUID(started), dt.datetime.now(dt.UTC)))


@pytest.fixture
def admin(site: Site, signed_in: Enter) -> Enter:
    """Opens a browser in which an admin is signed in."""
    kit = site.person("Kit Day")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        join(session, session.merge(kit), None, Role.ADMIN)
    return lambda **options: signed_in(kit, **options)


def test_an_admin_looks_into_the_store(admin: Enter, accessible: Check, holding: Holding) -> None:
    page = admin()
    page.goto("/manage")
    page.get_by_role("link", name="Statements").click()
    page.get_by_role("link", name="What the store holds").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the store holds")
    accessible(page)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    page.get_by_text("Find by person").click()
    page.get_by_label("Person").fill("ngozi adeyemi")
    page.get_by_label("What was done").select_option("passed")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name="Ngozi Adeyemi passed Notice (module) with 80%")).to_have_count(9)
    page.get_by_role("link", name="Ngozi Adeyemi passed").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One statement")
    accessible(page)
    page.get_by_role("link", name="All statements of this person").click()
    page.get_by_label("Person").fill("nobody")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Nobody here has this address or name.")).to_be_visible()
    accessible(page)


def test_on_a_phone_without_scripts(admin: Enter, holding: Holding) -> None:
    page = admin(viewport=PHONE, java_script_enabled=False)
    page.goto("/statements/held")
    page.get_by_role("link", name="took back").click()
    page.get_by_role("link", name="The statement that it refers to").click()
    expect(page.get_by_text("It was taken back.")).to_be_visible()
    expect(page.get_by_text("Somebody who was erased started Notice (module)")).to_be_visible()


def test_a_store_that_is_away_is_a_page_for_everyone(admin: Enter, accessible: Check, site: Site) -> None:
    use(site.app, "http://127.0.0.1:9/xapi")
    page = admin()
    page.goto("/statements/held")
    expect(page.get_by_text("gave no answer that can be read")).to_be_visible()
    accessible(page)
