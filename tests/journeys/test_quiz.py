"""The quiz and the checks in a real browser, with a question of every kind."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.content.bundle import Bundle
from tests.journeys.conftest import Site
from tests.quiz import sample

pytestmark = pytest.mark.browser

CHECKS = f"/modules/{sample.MODULE}/pages/checks"
FINAL = f"/modules/{sample.MODULE}/pages/final"


@pytest.fixture
def bundle() -> Bundle:
    return sample.bundle()


def begin(page: Page) -> None:
    page.goto(FINAL)
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url("**/items/1")


def test_every_page_of_a_quiz_is_for_everyone(
    signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = signed_in()
    begin(page)
    for place in range(1, 7):
        page.wait_for_url(f"**/items/{place}")
        accessible(page)
        page.locator(".quiz-turn .btn-primary").click()
    page.wait_for_url("**/review")
    accessible(page)
    page.get_by_role("button", name="Hand in all the same").click()
    page.wait_for_url("**/result")
    accessible(page)


def test_an_answer_is_saved_as_it_is_chosen(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    page = signed_in(ada)
    begin(page)
    page.locator(".option").nth(2).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at")
    there = page.url
    other = signed_in(ada)
    other.goto(there)
    expect(other.locator(".option input").nth(2)).to_be_checked()


def test_without_a_connection_the_choice_waits_on_the_device(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    page = signed_in(ada)
    begin(page)
    page.locator(".option").nth(0).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at")
    page.context.set_offline(True)
    page.locator(".option").nth(1).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("kept on this device")
    page.context.set_offline(False)
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at", timeout=15_000)
    page.reload()
    expect(page.locator(".option input").nth(1)).to_be_checked()


def test_who_goes_on_without_a_connection_stays_with_the_choice(site: Site, signed_in: Callable[..., Page]) -> None:
    page = signed_in(site.person())
    begin(page)
    page.locator(".option").nth(0).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at")
    page.context.set_offline(True)
    page.locator(".option").nth(1).click()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("[data-keep-status]")).to_contain_text("kept on this device")
    assert page.url.endswith("/items/1")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/items/2")
    page.go_back()
    page.reload()
    expect(page.locator(".option input").nth(1)).to_be_checked()


def test_a_choice_outlives_the_browser(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    page = signed_in(ada)
    begin(page)
    there = page.url
    page.locator(".option").nth(0).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at")
    page.context.set_offline(True)
    page.locator(".option").nth(1).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("kept on this device")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(there)
    expect(again.locator(".option input").nth(1)).to_be_checked()
    # Sent by the page that closed or by the one that opened, whichever had a connection first.
    elsewhere = signed_in(ada)
    elsewhere.goto(there)
    for _ in range(20):
        if elsewhere.locator(".option input").nth(1).is_checked():
            break
        elsewhere.wait_for_timeout(500)
        elsewhere.reload()
    expect(elsewhere.locator(".option input").nth(1)).to_be_checked()


def test_of_two_windows_neither_overwrites_the_other_unseen(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    page.locator(".option").nth(0).click()
    expect(page.locator("[data-keep-status]")).to_contain_text("Saved at")
    words = page.locator(".option").nth(0).inner_text().strip()
    second.locator(".option").nth(1).click()
    panel = second.locator(".keep-conflict")
    expect(panel).to_contain_text(words)
    panel.get_by_role("button", name="Use the other one").click()
    expect(second.locator(".option input").nth(0)).to_be_checked()


def test_lines_are_put_in_order_by_keyboard(signed_in: Callable[..., Page], site: Site) -> None:
    page = signed_in()
    begin(page)
    page.goto(re.sub(r"items/1$", "items/4", page.url))
    lines = page.locator(".lines li label")
    first, second = lines.nth(0).inner_text(), lines.nth(1).inner_text()
    page.get_by_role("button", name="Move down").first.focus()
    page.keyboard.press("Enter")
    assert lines.nth(1).inner_text().split()[-1] == first.split()[-1]
    assert lines.nth(0).inner_text().split()[-1] == second.split()[-1]
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("Move down: "))
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/items/5")
    page.get_by_role("button", name="Back").click()
    page.wait_for_url("**/items/4")
    assert page.locator(".lines li label").nth(1).inner_text().split()[-1] == first.split()[-1]


def test_a_check_answers_in_its_place_and_says_so(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(CHECKS)
    block = page.locator("#block-check-single-one")
    block.get_by_role("button", name="Check my answer").click()
    expect(block.locator(".field-error")).to_contain_text("Choose an answer first.")
    block.locator(".option").nth(0).click()
    block.get_by_role("button", name="Check my answer").click()
    expect(block.locator(".verdict")).to_be_focused()
    expect(block.locator(".note")).to_have_count(4)
    assert page.url.endswith(CHECKS)


def test_checks_work_without_a_script(
    site: Site, signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    ada = site.person()
    page = signed_in(ada, java_script_enabled=False)
    page.goto(CHECKS)
    for block in ("single-one", "situational-one"):
        page.locator(f"#block-check-{block} .option").nth(0).click()
        page.locator(f"#block-check-{block} button").first.click()
    expect(page.locator(".verdict")).to_have_count(2)
    scripted = signed_in(ada)
    scripted.goto(CHECKS)
    accessible(scripted)
