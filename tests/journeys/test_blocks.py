"""What a trainer types in the blocks of a page, in a real browser: it stays where it belongs, or it is said why not."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.test_trainer import (  # noqa: F401
    DRAFT,
    Check,
    Enter,
    add_block,
    add_section,
    begin,
    block_of,
    bundle,
    pytestmark,
    trainer,
)


def status(block: Locator) -> Locator:
    return block.locator("[data-keep-status]").first


def page_of_three(page: Page) -> None:
    """A text, a box and a text."""
    begin(page)
    add_section(page)
    add_block(page, "Box")
    add_block(page, "Text")


def test_what_is_typed_in_one_block_takes_no_other_away(trainer: Enter, accessible: Check) -> None:  # noqa: F811
    page = trainer()
    page_of_three(page)
    first = page.locator(".author-block").nth(1)
    box = first.locator("textarea[name=source]")
    box.fill("")
    expect(status(first)).to_contain_text("The box is empty.")
    accessible(page)
    for more in ("\n\n```\nand", "\n\n:::{callout}\nA box of its own.\n:::", ""):
        with page.expect_response(lambda answer: "/blocks/1" in answer.url and answer.ok):
            box.fill(f"Words that are new.{more}")
        expect(status(first)).to_contain_text("Saved at")
    page.reload()
    expect(page.locator(".author-word")).to_have_text([re.compile(word) for word in ("About", "Text", "Box", "Text")])
    expect(page.locator("textarea[name=source]").first).to_have_value("Words that are new.")

    # At once, before anything is saved by itself: what was typed goes along, and stays nowhere else.
    block_of(page, "Box").get_by_label("Title").fill("A box that moves")
    block_of(page, "Box").get_by_role("button", name=re.compile("^Up")).click()
    expect(page.locator(".author-word").nth(1)).to_have_text(re.compile("Box"))
    expect(block_of(page, "Box").get_by_label("Title")).to_have_value("A box that moves")
    block_of(page, "Box").get_by_label("Title").fill("A box that goes")
    block_of(page, "Box").get_by_role("button", name=re.compile("^Take away")).click()
    expect(page.get_by_text("A block is taken away: Box.")).to_be_visible()
    page.reload()
    page.wait_for_timeout(500)
    expect(page.locator(".keep-conflict")).to_have_count(0)
    expect(page.get_by_text("A box that goes")).to_have_count(0)

    page.get_by_role("button", name="Undo my last change").click()
    expect(block_of(page, "Box").get_by_label("Title")).to_have_value("A box that goes")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(block_of(page, "Box")).to_have_count(0)


def test_a_block_that_somebody_took_away_is_put_in_again(trainer: Enter) -> None:  # noqa: F811
    ida = trainer()
    page_of_three(ida)
    ida.reload()
    tom = trainer()

    def take_away() -> None:
        tom.goto(f"{DRAFT}/pages/first-page")
        block_of(tom, "Box").get_by_role("button", name=re.compile("^Take away")).click()
        expect(tom.get_by_text("A block is taken away: Box.")).to_be_visible()

    take_away()
    block_of(ida, "Box").get_by_label("Title").fill("What Ida wrote")
    expect(ida.get_by_text("The block was taken away.")).to_be_visible()
    ida.get_by_role("button", name="Keep mine").click()
    expect(ida.get_by_text("The block was taken away.")).to_have_count(0)
    expect(block_of(ida, "Box").get_by_label("Title")).to_have_value("What Ida wrote")

    take_away()
    block_of(ida, "Box").get_by_label("Title").fill("What Ida wrote next")
    expect(ida.get_by_text("The block was taken away.")).to_be_visible()
    ida.reload()
    lost = ida.locator("[data-keep-lost] .keep-conflict")
    expect(lost).to_contain_text("What Ida wrote next")
    lost.get_by_role("button", name="Put it in again").click()
    expect(block_of(ida, "Box").get_by_label("Title")).to_have_value("What Ida wrote next")
    ida.reload()
    ida.wait_for_timeout(500)
    expect(ida.locator(".keep-conflict")).to_have_count(0)


def test_a_page_without_a_title_is_previewed_again_when_it_has_one(trainer: Enter) -> None:  # noqa: F811
    page = trainer()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    begin(page)
    add_section(page)
    head = page.locator(".author-block").first
    head.get_by_label("Title").fill("")
    page.frame_locator("iframe").get_by_text("“Title” is missing; add it.").wait_for()
    head.get_by_label("Title").fill("It has one")
    page.frame_locator("iframe").get_by_role("heading", name="It has one").wait_for()
    assert faults == []


def test_a_section_is_taken_away_after_a_question(trainer: Enter, accessible: Check) -> None:  # noqa: F811
    page = trainer(viewport=PHONE)
    begin(page)
    add_section(page)
    page.goto(DRAFT)
    accessible(page)
    page.get_by_role("button", name="Take away the section: Handovers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Take away “Handovers”?")
    accessible(page)
    page.get_by_role("button", name="Take the section away").click()
    expect(page.get_by_text("The section is taken away.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Handovers"))).to_have_count(0)
