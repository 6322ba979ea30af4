"""A team pulse in a browser: opened at a desk, answered on phones without an account, read by the manager."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.content.bundle import Bundle
from tests.journeys.conftest import PHONE, Site
from tests.pulse.team.conftest import bundle as with_pulse

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Check = Callable[[Page], None]
LINES = ("My manager listens when I raise something.", "I can question how we do things.")


@pytest.fixture
def bundle() -> Bundle:
    """A small programme with a pulse."""
    return with_pulse()


def opened(page: Page, occasion: str) -> str:
    """Open a pulse by the page; the address at which the team answers."""
    page.goto("/pulse")
    page.get_by_label("Your team").fill("Porters, nights")
    page.get_by_label("How many people you ask").fill("9")
    page.get_by_label(occasion).check()
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("Not yet enough answers.")).to_be_visible()
    address = page.locator(".pulse-address a").get_attribute("href")
    assert address
    return address


def answer(page: Page, address: str, step: str) -> None:
    """As a colleague does, without a script."""
    page.goto(address)
    for line in LINES:
        page.get_by_role("group", name=line).get_by_label(step, exact=True).check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_team_is_asked_before_and_after(
    site: Site, signed_in: Enter, visitor: Callable[..., Page], accessible: Check
) -> None:
    page = signed_in(site.person("Ada Bell"))
    page.goto("/account")
    page.get_by_role("link", name="Team pulse").click()
    page.get_by_label("How many people you ask").fill("5")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("Fewer than 8 people cannot answer without being known.")).to_be_visible()
    accessible(page)
    phone = visitor(viewport=PHONE, java_script_enabled=False)
    for occasion, steps in (("Before the programme", ["Disagree"] * 8), ("After the programme", ["Agree"] * 8)):
        address = opened(page, occasion)
        accessible(page)
        for step in steps:
            answer(phone, address, step)
        assert phone.context.cookies() == []
        page.reload()
        expect(page.get_by_text("Enough have answered.")).to_be_visible()
        page.get_by_role("button", name="Close it").click()
        expect(page.get_by_text("8 people answered, or some more.")).to_be_visible()
        accessible(page)
    page.goto("/pulse")
    row = page.get_by_role("row", name=LINES[0])
    expect(row).to_contain_text("Few agree")
    expect(row).to_contain_text("Most agree")
    accessible(page)


def test_what_a_colleague_sees(site: Site, signed_in: Enter, visitor: Callable[..., Page], accessible: Check) -> None:
    page = signed_in(site.person("Ada Bell"))
    address = opened(page, "Before the programme")
    phone = visitor(viewport=PHONE)
    phone.goto(address)
    expect(phone.get_by_role("heading", name="Who sees what")).to_be_visible()
    accessible(phone)
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_role("alert")).to_contain_text("Choose an answer for at least one line.")
    accessible(phone)
    phone.get_by_role("group", name=LINES[1]).get_by_label("Neither").check()
    phone.get_by_role("button", name="Send my answers").dblclick()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    accessible(phone)
    phone.goto("/p/2345-6789-abcd")
    expect(phone.get_by_role("heading", name="There is no such pulse")).to_be_visible()
