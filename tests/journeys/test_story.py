"""A story in a real browser: told in its place, by keyboard, without a script, in two windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.content.bundle import Bundle
from tests.journeys.conftest import Site
from tests.scenario import sample

pytestmark = pytest.mark.browser


@pytest.fixture
def bundle() -> Bundle:
    return sample.bundle()


def begin(page: Page) -> None:
    page.goto(sample.PAGE)
    page.get_by_role("button", name="Begin the story").click()
    expect(page.get_by_role("heading", name="At the lift")).to_be_visible()


def choose(page: Page, words: str) -> None:
    page.locator(".option", has_text=words).click()
    page.get_by_role("button", name="That is what I do").click()


def play(page: Page) -> None:
    """To the ending in which nobody was heard."""
    begin(page)
    choose(page, "You walk on.")
    choose(page, "You eat elsewhere.")
    choose(page, "You thank him.")
    expect(page.get_by_role("heading", name="Ben is gone")).to_be_visible()


def test_a_story_is_for_everyone_from_beginning_to_end(
    signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = signed_in()
    begin(page)
    page.get_by_role("button", name="That is what I do").click()
    expect(page.get_by_text("Choose what you would do.")).to_be_visible()
    accessible(page)
    choose(page, "You ask how he is.")
    page.get_by_text("Read the story so far").click()
    expect(page.get_by_role("heading", name="1. At the lift")).to_be_visible()
    choose(page, "You wait.")
    choose(page, "You agree a time.")
    expect(page.get_by_role("heading", name="Ben was heard")).to_be_visible()
    accessible(page)
    page.locator(".option", has_text="2. By the window").click()
    page.get_by_role("button", name="Play it again").click()
    expect(page.get_by_text("You are playing decision 2 again.")).to_be_visible()
    choose(page, "You cheer him up.")
    choose(page, "You thank him.")
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    accessible(page)


def test_what_came_of_a_choice_is_read_first(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    begin(page)
    page.evaluate("window.isSamePage = true")
    expect(page.get_by_role("heading", name="At the lift")).to_be_focused()
    choose(page, "You ask how he is.")
    expect(page.locator(".story-consequence")).to_be_focused()
    expect(page.locator(".story-consequence")).to_contain_text("He stops.")
    expect(page.locator(".story-consequence")).to_be_in_viewport()
    assert page.evaluate("window.isSamePage") is True


def test_a_story_is_played_by_keyboard_alone(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    begin(page)
    page.get_by_label("You walk on.").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("You ask how he is.")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".story-consequence")).to_contain_text("He stops.")


def test_of_two_windows_the_late_one_is_told_where_the_story_stands(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    begin(page)
    second = page.context.new_page()
    second.goto(sample.PAGE)
    choose(page, "You ask how he is.")
    expect(page.locator(".story-consequence")).to_be_visible()
    choose(second, "You walk on.")
    news = second.locator(".alert", has_text="The story has gone on since that page was opened.")
    expect(news).to_be_focused()
    expect(second.get_by_role("heading", name="By the window")).to_be_visible()


def test_a_story_goes_on_on_another_device(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    page = signed_in(ada)
    begin(page)
    choose(page, "You walk on.")
    expect(page.get_by_role("heading", name="In the canteen")).to_be_visible()
    other = signed_in(ada)
    other.goto(sample.PAGE)
    expect(other.get_by_role("heading", name="In the canteen")).to_be_visible()


def test_the_same_without_a_script(signed_in: Callable[..., Page]) -> None:
    page = signed_in(java_script_enabled=False)
    play(page)
    assert page.url.endswith(f"#{sample.ANCHOR}")
    page.locator(".option", has_text="1. At the lift").click()
    page.get_by_role("button", name="Play it again").click()
    expect(page.get_by_label("You walk on.")).to_have_count(0)
    choose(page, "You ask how he is.")
    choose(page, "You wait.")
    choose(page, "You thank him.")
    expect(page.get_by_text("The first time it ended as Ben is gone.")).to_be_visible()
    page.get_by_role("button", name="Play the whole story once more").click()
    expect(page.get_by_role("heading", name="At the lift")).to_be_visible()
    page.get_by_role("button", name="Back to the debrief").click()
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
