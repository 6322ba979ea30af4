"""A trainer who has never seen YAML writes in a browser: a section, a story, questions; and a learner is unharmed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.accounts.models import Role
from lms.accounts.service import join
from lms.authoring.wording import BLOCKS
from lms.content.bundle import Bundle
from lms.db import db, writing
from tests.journeys.conftest import PHONE, Site
from tests.quiz import sample

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Check = Callable[[Page], None]
MODULE = sample.MODULE
DRAFT = f"/authoring/{MODULE}"


@pytest.fixture
def bundle() -> Bundle:
    """A module with a quiz."""
    return sample.bundle()


@pytest.fixture
def trainer(site: Site, signed_in: Enter) -> Enter:
    """Opens a browser in which a trainer is signed in."""
    ida = site.person("Ida Holm")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        join(session, session.merge(ida), None, Role.TRAINER)
    return lambda **options: signed_in(ida, **options)


def begin(page: Page) -> None:
    """From the page of those who manage to a draft, by links and buttons alone."""
    page.goto("/manage")
    page.get_by_role("link", name="Write modules").click()
    page.locator(f".author-modules a[href='{DRAFT}']").click()
    page.get_by_role("button", name="Begin a draft").click()
    expect(page.get_by_text("This is your draft.")).to_be_visible()


def block_of(page: Page, word: str) -> Locator:
    return page.locator(".author-block").filter(has=page.get_by_role("heading", name=re.compile(f"^{word}"))).last


def add_block(page: Page, word: str) -> None:
    """At the end of the page."""
    count = page.locator(".author-block").count()
    last = page.locator(".author-block").last
    last.get_by_text("Add something here").click()
    last.locator(".author-kind", has_text=re.compile(f"^{re.escape(word)}")).click()
    expect(page.locator(".author-block")).to_have_count(count + 1)


def saved(page: Page) -> None:
    """Said by the script, beside the button."""
    expect(page.locator("[data-keep-status]", has_text="Saved at").first).to_be_visible()


def add_section(page: Page) -> None:
    page.goto(DRAFT)
    page.get_by_label("Title", exact=True).last.fill("Handovers")
    page.get_by_role("button", name="Add the section").click()
    expect(page.get_by_text("The section is added")).to_be_visible()
    page.get_by_label("Title").fill("A good handover")
    block_of(page, "About this page").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A good handover")


def write_prose(page: Page, words: str) -> None:
    box = page.locator("textarea[name=source]").first
    box.fill(words)
    box.select_text()
    page.get_by_role("toolbar").first.get_by_role("button", name="Bold").click()
    expect(box).to_have_value(f"**{words}**")
    saved(page)


def write_story(page: Page) -> None:
    """Three scenes, one after the other."""
    page.get_by_role("link", name="Write this story").click()
    expect(page.get_by_text("Every scene can be come to")).to_be_visible()
    for title in ("The second minute", "The third minute"):
        page.get_by_label("Title of a new scene").fill(title)
        page.get_by_role("button", name="Add the scene").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        page.get_by_role("link", name="The story").click()
    expect(page.get_by_role("link", name="No choice leads to “The second minute”.")).to_be_visible()
    for scene, following in (("It begins", "The second minute"), ("The second minute", "The third minute")):
        page.locator(".author-scenes").get_by_role("link", name=scene, exact=True).click()
        for box in page.get_by_label("Leads to").all():
            box.select_option(label=next(one for one in box.locator("option").all_text_contents() if following in one))
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        page.get_by_role("link", name="The story").click()
    expect(page.get_by_text("Every scene can be come to")).to_be_visible()


def write_questions(page: Page, count: int) -> None:
    page.goto(f"{DRAFT}/questions")
    for number in range(count):
        page.goto(f"{DRAFT}/questions")
        place = page.locator(".author-slots > li").first
        place.get_by_text("Add a question").click()
        place.get_by_label("Short name").fill(f"late trolley {number}")
        place.get_by_role("button", name="Add the question").click()
        page.get_by_label("Question", exact=True).fill(f"A trolley is {number + 2} minutes late. What do you do first?")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def publish(page: Page) -> None:
    page.goto(f"{DRAFT}/publish")
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Learners see it from now on.")).to_be_visible()


def have_it_reviewed(site: Site, page: Page, signed_in: Enter) -> None:
    """A second trainer is asked, says something of the page's text, and is done; the writer answers."""
    tom = site.person("Tom Reed")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        join(session, session.merge(tom), None, Role.TRAINER)
    page.goto(DRAFT)
    page.get_by_label("Ask somebody to look at this draft").select_option(label="Tom Reed")
    page.get_by_role("button", name="Ask", exact=True).click()
    other = signed_in(tom)
    other.goto(f"{DRAFT}/pages/first-page")
    block = other.locator(".author-block").nth(1)
    block.get_by_text("Comment", exact=False).first.click()
    block.get_by_label("For all who write this draft").fill("Say to whom.")
    block.get_by_role("button", name="Say it").click()
    other.goto(DRAFT)
    other.get_by_role("button", name="I have looked at it").click()
    page.goto(DRAFT)
    expect(page.get_by_text("Tom Reed has looked at it as it is now.")).to_be_visible()
    expect(page.get_by_text("Say to whom.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Done")).first.click()
    expect(page.get_by_text("Say to whom.")).to_have_count(0)


def test_from_nothing_to_a_published_section_while_a_learner_takes_the_quiz(
    site: Site, trainer: Enter, signed_in: Enter
) -> None:
    learner = signed_in(site.person("Ada Bell"))
    learner.goto(f"/modules/{MODULE}/pages/final")
    learner.get_by_role("button", name="Start the quiz").click()
    learner.wait_for_url("**/items/1")
    learner.locator(".option").nth(1).click()
    asked = learner.locator(".stem").inner_text()

    page = trainer()
    begin(page)
    add_section(page)
    write_prose(page, "Say what is late, and what you need.")
    add_block(page, BLOCKS["scenario"])
    write_story(page)
    write_questions(page, 10)
    page.goto(f"{DRAFT}/pages/first-page")
    page.frame_locator("iframe").get_by_text("Say what is late").wait_for()
    have_it_reviewed(site, page, signed_in)
    page.goto(f"{DRAFT}/publish")
    expect(page.get_by_text("1 person is in the middle of the quiz")).to_be_visible()
    expect(page.get_by_text("10 new questions in the quiz.")).to_be_visible()
    publish(page)

    learner.reload()
    assert learner.locator(".stem").inner_text() == asked
    for place in range(1, 7):
        learner.wait_for_url(f"**/items/{place}")
        learner.locator(".quiz-turn .btn-primary").click()
    learner.wait_for_url("**/review")
    learner.get_by_role("button", name=re.compile("Hand in")).click()
    learner.wait_for_url("**/result")
    learner.goto(f"/modules/{MODULE}/pages/first-page")
    expect(learner.get_by_text("Say what is late, and what you need.")).to_be_visible()

    begin(page)
    page.goto(f"{DRAFT}/pages/first-page")
    page.locator("textarea[name=source]").first.fill("Say to the night sister what is late.")
    saved(page)
    publish(page)
    learner.wait_for_timeout(1_200)  # a process goes on for a second without asking what is published
    learner.reload()
    expect(learner.get_by_text("Say to the night sister what is late.")).to_be_visible()

    page.get_by_role("button", name=re.compile("Bring it back.*revision 1")).click()
    expect(page.get_by_text("Revision 1 is back, as revision 4.")).to_be_visible()
    learner.wait_for_timeout(1_200)
    learner.reload()
    expect(learner.get_by_text("Say to the night sister what is late.")).to_have_count(0)


@pytest.mark.soak
def test_every_kind_of_block_can_be_added_and_is_whole(trainer: Enter, accessible: Check) -> None:
    page = trainer()
    begin(page)
    add_section(page)
    for kind in [kind for kind in BLOCKS if kind not in ("prose", "quiz", "figure", "media")]:
        add_block(page, BLOCKS[kind])
    expect(page.locator(".author-block .author-problems")).to_have_count(0)
    page.get_by_role("link", name="Write this tool").click()
    page.get_by_role("textbox", name="Text").fill("Say **what** is late.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Say **what** is late.")
    page.goto(f"{DRAFT}/pages/first-page")
    accessible(page)
    page.goto(f"{DRAFT}/preview/first-page")
    expect(page.get_by_role("heading", level=1)).to_have_text("A good handover")
    page.goto(f"{DRAFT}/publish")
    expect(page.get_by_role("button", name="Publish now")).to_be_visible()


def test_every_page_of_the_editor_is_for_everyone(trainer: Enter, accessible: Check) -> None:
    page = trainer()
    page.goto("/authoring")
    accessible(page)
    page.goto(DRAFT)
    accessible(page)
    begin(page)
    accessible(page)
    page.get_by_label("Title of a new story").fill("A late trolley")
    page.get_by_role("button", name="Add the story").click()
    accessible(page)
    page.locator(".author-scenes a").first.click()
    accessible(page)
    for name in ("module", "questions", "sources", "findings", "publish", "history", "pages/final?preview=desktop"):
        page.goto(f"{DRAFT}/{name}")
        accessible(page)
    page.goto(f"{DRAFT}/questions")
    addresses = [link.get_attribute("href") or "" for link in page.locator(".author-slots a, #checks ~ ul a").all()]
    for address in addresses[:14:5]:
        page.goto(address)
        accessible(page)


def test_of_two_who_write_one_question_neither_is_lost(trainer: Enter) -> None:
    ida = trainer()
    begin(ida)
    ida.goto(f"{DRAFT}/questions")
    address = ida.locator(".author-slots ul a").first.get_attribute("href")
    tom = trainer()
    for page in (ida, tom):
        page.goto(address or "")
    with ida.expect_response(lambda answer: answer.request.method == "POST"):
        ida.get_by_label("Question", exact=True).fill("What Ida asks?")
    tom.get_by_label("Question", exact=True).fill("What Tom asks?")
    expect(tom.get_by_text("What Ida asks?")).to_be_visible()
    tom.get_by_role("button", name="Use the other one").click()
    expect(tom.get_by_label("Question", exact=True)).to_have_value("What Ida asks?")
    tom.reload()
    expect(tom.get_by_label("Question", exact=True)).to_have_value("What Ida asks?")


@pytest.mark.soak
def test_a_finding_leads_to_its_place(trainer: Enter) -> None:
    page = trainer()
    begin(page)
    page.goto(f"{DRAFT}/pages/final")
    long = " ".join(["word"] * 40)
    page.locator(".author-block").last.get_by_text("Add something here").click()
    page.locator(".author-block").last.locator(".author-kind", has_text=re.compile("^Text")).click()
    page.locator("textarea[name=source]").last.fill(f"This is a sentence with very many of them: {long}.")
    saved(page)
    page.reload()
    expect(page.locator(".author-advice").last).to_contain_text("make two of it")
    page.goto(f"{DRAFT}/findings")
    page.get_by_role("link", name=re.compile("A sentence of 49 words")).click()
    expect(page).to_have_url(re.compile(r"/pages/final#block-\d+$"))


@pytest.mark.soak
def test_on_a_phone_without_scripts_and_back_again(trainer: Enter) -> None:
    page = trainer(viewport=PHONE, java_script_enabled=False)
    begin(page)
    add_section(page)
    page.locator("textarea[name=source]").first.fill("Written without a script.")
    block_of(page, "Text").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_role("button", name="Undo my last change").click()
    expect(page.get_by_text("Your last change is taken back.")).to_be_visible()
    expect(page.locator("textarea[name=source]").first).not_to_have_value("Written without a script.")
    page.goto(DRAFT)
    page.get_by_role("button", name="Take away: A good handover").click()
    expect(page.get_by_text("The page is taken away.")).to_be_visible()
    page.get_by_role("button", name="Undo my last change").click()
    expect(page.get_by_role("link", name="A good handover")).to_be_visible()


@pytest.mark.soak
def test_a_new_module_is_whole_from_the_start(trainer: Enter) -> None:
    page = trainer()
    page.goto("/authoring")
    page.get_by_role("link", name="Begin a new module").click()
    page.get_by_label("Title").fill("Handing over well")
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handing over well")
    page.goto("/authoring/handing-over-well/publish")
    page.get_by_role("button", name="Publish now").click()
    expect(
        page.get_by_text("Published as revision 1. Learners see it as soon as the programme lists it.")
    ).to_be_visible()


@pytest.mark.soak
def test_the_toolbar_is_one_stop_and_is_walked_with_arrows(trainer: Enter) -> None:
    page = trainer()
    begin(page)
    page.goto(f"{DRAFT}/pages/final")
    box = page.locator("textarea.markdown").first
    box.fill("words")
    box.select_text()
    page.keyboard.press("Control+i")
    expect(box).to_have_value("*words*")
    page.keyboard.press("Control+z")
    expect(box).to_have_value("words")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus")).to_have_text("B")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_text("Link")
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
