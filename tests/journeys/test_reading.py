"""Reading in a real browser: the very place, the time, what is typed, and how it looks to everyone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from lms.content.bundle import Bundle
from lms.db import db
from lms.progress.models import Place
from tests.journeys.conftest import DESK, PHONE, Site
from tests.player import sample

pytestmark = pytest.mark.browser

FIRST = f"/modules/{sample.MODULE}/pages/verbs"
SECOND = f"/modules/{sample.MODULE}/pages/turn"


@pytest.fixture
def bundle() -> Bundle:
    """A small programme whose first page is long enough to scroll."""
    files = dict(sample.bundle().files)
    path = f"courses/{sample.MODULE}/begin/verbs.md"
    more = "\n\n".join(f"Paragraph {number}. " + "You stand by the lift and wait. " * 12 for number in range(40))
    files[path] += f"\n\n{more}\n".encode()
    return Bundle(files)


PAGES = ["/", f"/modules/{sample.MODULE}", f"/modules/{sample.SECOND}", FIRST, SECOND, "/help", "/accessibility",
         f"/modules/{sample.MODULE}/tools/card", "/account", "/nowhere"]  # fmt: skip


def test_every_page_is_accessible(signed_in: Callable[..., Page], accessible: Callable[[Page], None]) -> None:
    page = signed_in()
    for path in PAGES:
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        accessible(page)


def test_sign_in_page_is_accessible(visitor: Callable[..., Page], accessible: Callable[[Page], None]) -> None:
    page = visitor()
    page.goto("/sign-in")
    accessible(page)
    page.get_by_role("button", name="Sign in").click()
    accessible(page)


def test_button_leads_back_to_the_very_paragraph(
    site: Site, signed_in: Callable[..., Page], visitor: Callable[..., Page]
) -> None:
    ada = site.person()
    page = signed_in(ada, viewport=PHONE)
    page.get_by_role("link", name="Start").click()
    page.wait_for_url(f"**{FIRST}")
    paragraph = page.get_by_text("Paragraph 20.")
    paragraph.evaluate("one => one.scrollIntoView({block: 'start'})")
    page.goto("/")
    anchor = _eventually(lambda: _place(site).anchor)
    assert anchor.startswith("at-")

    other = signed_in(ada, viewport=DESK)
    other.get_by_role("link", name="Go on where you stopped").click()
    other.wait_for_url(f"**{FIRST}#{anchor}")
    expect(other.get_by_text("You stopped here")).to_be_visible()
    found = other.locator(f"#{anchor}")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()


def test_first_visit_is_small(visitor: Callable[..., Page]) -> None:
    page = visitor()
    sizes = _sizes(page)
    page.goto("/sign-in", wait_until="networkidle")
    assert 0 < len(sizes) <= 6
    assert sum(sizes) < 90_000


def test_later_page_is_one_small_request(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(SECOND, wait_until="networkidle")
    sizes = _sizes(page)
    page.goto(FIRST, wait_until="networkidle")
    assert len(sizes) == 1
    assert sum(sizes) < 12_000


def test_everything_can_be_read_without_a_script(signed_in: Callable[..., Page]) -> None:
    page = signed_in(java_script_enabled=False)
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The four verbs")
    page.get_by_role("link", name=re.compile("Next")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your turn")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_keyboard_alone_reaches_the_content(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(SECOND)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_source_opens_when_it_is_asked_for(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(FIRST)
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("#source-1")).to_be_visible()


def _place(site: Site) -> Place:
    with site.app.app_context():
        return db.session.scalars(select(Place)).one()


def _eventually(ask: Callable[[], str]) -> str:
    """What `ask` says once it says something; a report may arrive a moment after the next page."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if answer := ask():
            return answer
        time.sleep(0.05)
    return ask()


def _sizes(page: Page) -> list[int]:
    """Bytes of everything that is asked for from now on, but for what the browser has already."""
    sizes: list[int] = []

    def note(request: Request) -> None:
        size = request.sizes()
        if sent := size["responseBodySize"] + size["responseHeadersSize"]:
            sizes.append(sent)

    page.on("requestfinished", note)
    return sizes
