"""Modules 2 to 4, each from its warm-up to its end, on a phone; every page is for everyone, its diagrams too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.content.bundle import from_folder
from lms.content.library import library
from lms.content.loader import load_module
from lms.content.module import Module
from lms.db import db, writing
from lms.enrolment.service import open_early
from lms.operate.demo.people import Stage
from lms.operate.demo.service import walk_as
from tests.browser import hold_against_axe
from tests.journeys.conftest import NARROWEST, PHONE, ROOT, Site
from tests.journeys.learner import Learner

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = "notice-and-listen"
MODULES = ("safe-to-speak", "everyday-feedback", "fair-by-design")
ALWAYS = "fair-by-design"
"""Walked in every run of the tests: it has most of what a module can have, and four endings."""


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, Module]]:
    """All four, as their files have them."""
    bundle = from_folder(ROOT)
    yield {module_id: load_module(bundle, module_id) for module_id in (FIRST, *MODULES)}


def begin(site: Site, module_id: str) -> Person:
    """Someone who completed the first module a month ago, and to whom a lead has opened another."""
    ada, at = site.person(), dt.datetime.now(dt.UTC)
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        walk_as(session, session.merge(ada), at - dt.timedelta(days=30), Stage.COMPLETED)
        open_early(session, ada.id, module_id, at)
    library.forget()
    return ada


@pytest.mark.parametrize(
    "module_id", [one if one == ALWAYS else pytest.param(one, marks=pytest.mark.soak) for one in MODULES]
)
def test_a_module_from_its_warm_up_to_its_end(
    site: Site, signed_in: Callable[..., Page], modules: dict[str, Module], module_id: str
) -> None:
    module = modules[module_id]
    page = signed_in(begin(site, module_id), viewport=PHONE, color_scheme="dark")
    ada = Learner(page, module, earlier=modules)
    for found in module.pages:
        ada.read(found)
        is_for_everyone(page)
    page.goto(f"/modules/{module_id}/resume")
    page.goto(f"/modules/{module_id}/pages/{module.quiz_page.id}")
    ada.take_the_quiz()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"You have completed {module.title}")
    expect(page.get_by_role("heading", name="Looking back")).to_be_visible()
    for tool_id in module.tools:
        page.goto(f"/modules/{module_id}/tools/{tool_id}")
        is_for_everyone(page)
        answer = page.request.get(f"/modules/{module_id}/tools/{tool_id}.pdf")
        assert answer.body().startswith(b"%PDF")


def is_for_everyone(page: Page) -> None:
    """axe-core finds nothing, and nothing scrolls sideways on the narrowest screen."""
    # What is being replaced is paler for the moment.
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    hold_against_axe(page)
    page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{page.url} scrolls sideways"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
