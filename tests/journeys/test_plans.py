"""Plans, exercises and self-assessments in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.content.bundle import Bundle
from tests.player import sample

pytestmark = pytest.mark.browser

PAGE = f"/modules/{sample.MODULE}/pages/turn"


@pytest.fixture
def bundle() -> Bundle:
    return sample.bundle()


def block(page: Page, name: str) -> Locator:
    return page.locator(f"#block-{name}")


def save_plan(page: Page, when: str, will: str) -> None:
    page.get_by_label("When …").fill(when)
    page.get_by_label("… I will").fill(will)
    page.get_by_role("button", name="Save my plan").click()


def test_everything_is_accessible_when_it_is_done(
    signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = signed_in()
    page.goto(PAGE)
    save_plan(page, "I come on shift", "ask one porter how it goes")
    expect(page.get_by_text("When I come on shift, I will ask one porter how it goes.")).to_be_visible()
    exercise = block(page, "exercise-ten-minutes")
    exercise.get_by_label("On which day?").fill("2999-01-01")
    exercise.get_by_role("button", name="I have done it").click()
    expect(exercise.get_by_label("On which day?")).to_be_focused()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.locator(".field-error", has_text="Choose an answer")).to_be_focused()
    accessible(page)
    exercise.get_by_label("On which day?").fill("2026-01-20")
    exercise.get_by_role("button", name="I have done it").click()
    expect(exercise.get_by_text("Done on 20 January 2026")).to_be_focused()
    page.locator(".rating-option", has_text="Sometimes").click()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.get_by_text("Only you can see your answers.")).to_be_visible()
    page.get_by_text("Answer again").click()
    accessible(page)


def test_of_two_windows_neither_plan_is_lost(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(PAGE)
    second = page.context.new_page()
    second.goto(PAGE)
    save_plan(page, "I come on shift", "say hello")
    expect(page.locator(".plan-sentence")).to_be_visible()
    save_plan(second, "I come on shift", "say goodbye")
    expect(second.locator(".plan-other, .keep-conflict").first).to_contain_text("say hello")
    expect(second.get_by_label("… I will")).to_have_value("say goodbye")
    second.get_by_role("button", name="Keep mine").click()
    expect(second.locator(".plan-sentence")).to_contain_text("say goodbye")
    page.goto(PAGE)
    expect(page.get_by_label("… I will")).to_have_value("say goodbye")


def test_ratings_wait_on_the_device_until_they_are_sent(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(PAGE)
    page.locator(".rating-option", has_text="Often").click()
    _until(page, kept=1)
    page.reload()
    expect(page.get_by_role("radio", name="Often")).to_be_checked()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.locator(".rated")).to_contain_text("Often")
    _until(page, kept=0)


def test_the_same_without_a_script(signed_in: Callable[..., Page]) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(PAGE)
    save_plan(page, "I come on shift", "")
    expect(page.get_by_text("A plan needs both parts")).to_be_visible()
    save_plan(page, "I come on shift", "say hello")
    expect(page.get_by_text("When I come on shift, I will say hello.")).to_be_visible()
    page.get_by_role("button", name="I have done it").click()
    page.get_by_role("button", name="Not done yet").click()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.get_by_text("Choose an answer for at least one line.")).to_be_visible()
    page.locator(".rating-option", has_text="Never").click()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.locator(".rated")).to_contain_text("Never")


def _until(page: Page, kept: int) -> None:
    """Wait until so many texts wait on the device."""
    for _ in range(100):
        if page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('cares-keep|')).length") == kept:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"there are never {kept} texts on the device")
