"""Writing in a real browser: saved as one writes, compared, chosen between, collected in the journal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.content.bundle import Bundle
from tests.journeys.conftest import Site
from tests.reflection import sample

pytestmark = pytest.mark.browser

WRITE = f"/modules/{sample.MODULE}/pages/write"
COMPARE = f"/modules/{sample.MODULE}/pages/compare"
WORDS = "I cut Hamid short, and he stopped telling me things."


@pytest.fixture
def bundle() -> Bundle:
    return sample.bundle()


def block(page: Page, name: str) -> Locator:
    return page.locator(f"#block-{name}")


def open_box(page: Page, path: str = WRITE, label: str = "What happened?") -> Locator:
    page.goto(path)
    return page.get_by_label(label)


def test_what_is_typed_without_a_connection_is_saved_when_it_is_back(
    site: Site, signed_in: Callable[..., Page]
) -> None:
    ada = site.person()
    page = signed_in(ada)
    box = open_box(page)
    box.focus()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    box.fill(WORDS)
    status = block(page, "reflection-unheard").locator("[data-keep-status]")
    expect(status).to_contain_text("kept on this device")
    page.context.set_offline(False)
    expect(status).to_contain_text("Saved at")
    elsewhere = signed_in(ada)
    expect(open_box(elsewhere)).to_have_value(WORDS)
    elsewhere.goto("/reflections")
    expect(elsewhere.locator(".typed-text")).to_have_text(WORDS)


def test_two_windows_never_overwrite_each_other_unseen(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    desk, phone = signed_in(ada), signed_in(ada)
    here, there = open_box(desk), open_box(phone)
    there.fill("From the phone.")
    expect(block(phone, "reflection-unheard").locator("[data-keep-status]")).to_contain_text("Saved at")
    here.fill("From the desk.")
    panel = desk.locator(".keep-conflict")
    expect(panel).to_contain_text("From the phone.")
    panel.get_by_role("button", name="Keep mine").click()
    expect(block(desk, "reflection-unheard").locator("[data-keep-status]")).to_contain_text("Saved at")
    # The button, too, shows both texts in the place of the block.
    there.fill("From the phone again.")
    block(phone, "reflection-unheard").get_by_role("button", name="Save", exact=True).click()
    expect(phone.locator(".keep-conflict").filter(has_text="There are two texts")).to_contain_text("From the desk.")
    expect(there).to_have_value("From the phone again.")
    phone.get_by_role("button", name="Keep mine").last.click()
    expect(block(phone, "reflection-unheard").locator("[data-keep-status]")).to_contain_text("Saved")
    expect(open_box(desk)).to_have_value("From the phone again.")


def test_model_answer_appears_in_its_place(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(COMPARE)
    practice = block(page, "practice-opener")
    practice.get_by_label("Your words").fill("I have a minute.")
    practice.get_by_role("button", name="Save and compare").click()
    expect(practice.get_by_role("heading", name="To compare with")).to_be_focused()
    expect(practice).to_contain_text("I have ten minutes")
    practice.get_by_label("I say why").check()
    expect(practice.locator("[data-keep-status]")).to_contain_text(re.compile("Saved at"))
    page.reload()
    expect(practice.get_by_label("I say why")).to_be_checked()
    expect(practice.get_by_label("Your words")).to_have_value("I have a minute.")


def test_page_is_out_of_sight_while_one_remembers(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(COMPARE)
    recall, practice = block(page, "recall-moves"), block(page, "practice-opener")
    recall.get_by_label("Your words").focus()
    expect(practice).to_be_hidden()
    expect(recall).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(practice).to_be_visible()


def test_everything_goes_without_a_script(site: Site, signed_in: Callable[..., Page]) -> None:
    ada = site.person()
    page, other = (signed_in(ada, java_script_enabled=False) for _ in "ab")
    open_box(page).fill(WORDS)
    open_box(other).fill("From the phone.")
    for one in (page, other):
        block(one, "reflection-unheard").get_by_role("button", name="Save").click()
    expect(other.locator(".keep-conflict")).to_contain_text(WORDS)
    other.get_by_role("button", name="Keep mine").click()
    expect(other.get_by_label("What happened?")).to_have_value("From the phone.")
    other.get_by_role("link", name="My reflections").first.click()
    other.get_by_role("link", name="Earlier versions").click()
    expect(other.locator(".version")).to_have_count(2)
    other.get_by_role("button", name="Bring this text back").click()
    expect(other.locator(".version").first).to_contain_text(WORDS)
    other.get_by_role("link", name="My reflections").last.click()
    other.get_by_role("link", name="Delete").click()
    other.get_by_role("button", name="Delete it").click()
    expect(other.get_by_text(WORDS)).to_have_count(0)


def test_every_page_is_for_everyone(
    site: Site, signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    ada = site.person()
    page = signed_in(ada)
    page.goto("/reflections")
    accessible(page)
    open_box(page).fill(WORDS)
    block(page, "reflection-unheard").get_by_role("button", name="Save").click()
    expect(page.get_by_text("comes back to you on")).to_be_visible()
    accessible(page)
    page.goto(COMPARE)
    recall = block(page, "recall-moves")
    recall.get_by_role("button", name="Save and compare").click()
    expect(recall.locator(".field-error")).to_contain_text("Write a few words first")
    recall.get_by_role("button", name="Show me the model answer").click()
    expect(recall.get_by_role("heading", name="To compare with")).to_be_visible()
    accessible(page)
    page.goto("/reflections")
    accessible(page)
    page.get_by_role("link", name="Earlier versions").click()
    accessible(page)
    page.goto("/reflections")
    page.get_by_role("link", name="Delete").click()
    accessible(page)


def test_two_texts_on_a_page_of_their_own_are_for_everyone(
    site: Site, signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    ada = site.person()
    page, other = (signed_in(ada) for _ in "ab")
    for one, text in ((page, "One"), (other, "Two")):
        one.route("**/cares.*.js", lambda route: route.abort())
        open_box(one).fill(text)
    for one in (page, other):
        block(one, "reflection-unheard").get_by_role("button", name="Save").click()
    expect(other.locator(".keep-conflict")).to_contain_text("One")
    accessible(other)
