"""What is typed is never lost: saved as one writes, kept on the device for its owner alone, gone at sign-out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import service
from lms.content.bundle import Bundle
from lms.db import db, writing
from lms.player import blocks
from tests.journeys.conftest import PASSWORD, PHONE, Site
from tests.journeys.notebook import Note, Notebook
from tests.player import sample
from tests.waiting import eventually

pytestmark = pytest.mark.browser

PAGE = f"/modules/{sample.MODULE}/pages/turn"
WORDS = "I cut Hamid short, and he stopped telling me things."
KEPT = "Object.keys(localStorage).filter(name => name.startsWith('cares-keep|'))"


@pytest.fixture
def bundle() -> Bundle:
    """A small programme."""
    return sample.bundle()


@pytest.fixture
def notebook(site: Site) -> Iterator[Notebook]:
    """A room that takes notes."""
    before = dict(blocks.KINDS)
    made = Notebook()
    made.install(site.app)
    yield made
    blocks.KINDS.clear()
    blocks.KINDS.update(before)


def note(notebook: Notebook) -> Note:
    """The one note."""
    return next(iter(notebook.notes.values()))


def status(page: Page):  # type: ignore[no-untyped-def]
    """What the box says about itself."""
    return page.locator("#block-reflection-last-time .keep-status")


def type_words(page: Page, words: str = WORDS) -> None:
    page.goto(PAGE)
    page.get_by_label("Your note").fill(words)


def test_text_is_saved_as_one_writes(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in()
    type_words(page)
    expect(status(page)).to_contain_text("Saved at")
    assert note(notebook).text == WORDS
    assert page.evaluate(KEPT) == []
    page.reload()
    expect(page.get_by_label("Your note")).to_have_value(WORDS)


def test_text_outlives_a_lost_connection(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in()
    page.goto(PAGE)
    page.get_by_label("Your note").focus()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_label("Your note").fill(WORDS)
    expect(status(page)).to_contain_text("kept on this device")
    assert len(page.evaluate(KEPT)) == 1
    page.context.set_offline(False)
    expect(status(page)).to_contain_text("Saved at")
    assert note(notebook).text == WORDS
    assert page.evaluate(KEPT) == []


def test_text_outlives_a_server_that_is_down_and_a_closed_page(
    site: Site, signed_in: Callable[..., Page], notebook: Notebook
) -> None:
    notebook.is_down = True
    page = signed_in(site.person())
    type_words(page)
    expect(status(page)).to_contain_text("kept on this device")
    stored = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    for word in WORDS.split():
        assert len(word) < 4 or word not in stored
    before = notebook.refusals
    page.goto("/")
    # A page that is left sends once more. Were it let in only now, the text would be there without the device's copy.
    eventually(lambda: notebook.refusals > before)
    notebook.is_down = False
    page.goto(PAGE)
    expect(page.get_by_label("Your note")).to_have_value(WORDS)
    expect(status(page)).to_contain_text("Saved at")
    assert note(notebook).text == WORDS


def test_next_person_on_the_computer_reads_nothing(
    site: Site, signed_in: Callable[..., Page], notebook: Notebook
) -> None:
    notebook.is_down = True
    ada, ben = site.person("Ada Bell"), site.person("Ben Cole")
    page = signed_in(ada)
    type_words(page)
    expect(status(page)).to_contain_text("kept on this device")
    page.context.clear_cookies()  # the sign-in ran out
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(ben.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto(PAGE, wait_until="networkidle")
    expect(page.get_by_label("Your note")).to_have_value("")


def test_signing_out_leaves_nothing_behind(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    notebook.is_down = True
    page = signed_in()
    type_words(page)
    expect(status(page)).to_contain_text("kept on this device")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("localStorage.length") == 0


def test_ended_sign_in_keeps_the_text_until_the_next(
    site: Site, signed_in: Callable[..., Page], notebook: Notebook
) -> None:
    ada = site.person()
    page = signed_in(ada)
    page.goto(PAGE)
    page.get_by_label("Your note").focus()
    page.wait_for_load_state("networkidle")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        service.end_all_sign_ins(session, ada.id)
    page.get_by_label("Your note").fill(WORDS)
    expect(status(page)).to_contain_text("You have been signed out")
    status(page).get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{PAGE}")
    expect(page.get_by_label("Your note")).to_have_value(WORDS)
    expect(status(page)).to_contain_text("Saved at")
    assert note(notebook).text == WORDS


def test_newer_text_from_elsewhere_is_shown_beside(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in()
    page.goto(PAGE)
    other = note(notebook)
    other.text, other.version = "Written on the phone.", 5
    page.get_by_label("Your note").fill(WORDS)
    expect(page.locator(".keep-conflict")).to_contain_text("Written on the phone.")
    page.get_by_role("button", name="Keep mine").click()
    expect(status(page)).to_contain_text("Saved at")
    assert note(notebook).text == WORDS
    other.text, other.version = "Written on the phone.", 9
    page.get_by_label("Your note").fill("Once more")
    page.get_by_role("button", name="Use the other one").click()
    expect(page.get_by_label("Your note")).to_have_value("Written on the phone.")


def test_block_is_replaced_in_its_place(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in()
    type_words(page)
    page.evaluate("window.isSamePage = true")
    page.get_by_role("button", name="Tell").click()
    expect(page.get_by_text(f"You said: {WORDS}").first).to_be_focused()
    assert page.evaluate("window.isSamePage") is True
    page.get_by_label("Your note").fill("And again")
    expect(status(page)).to_contain_text("Saved at")


def test_who_has_gone_on_is_not_torn_away(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    """A slow answer comes while its sender already writes elsewhere: the block changes, the focus stays."""
    page = signed_in()
    type_words(page)
    notebook.seconds = 1
    page.get_by_role("button", name="Tell").click()
    page.get_by_label("When …").focus()
    expect(page.get_by_text(f"You said: {WORDS}").first).to_be_visible()
    expect(page.get_by_label("When …")).to_be_focused()


def test_block_keeps_what_was_typed_when_sending_fails(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in()
    notebook.is_down = True
    type_words(page)
    page.get_by_role("button", name="Tell").click()
    expect(page.locator(".form-note")).to_contain_text("Nothing was lost")
    expect(page.get_by_label("Your note")).to_have_value(WORDS)


def test_block_sent_after_the_sign_in_ended_is_saved_after_the_next(
    site: Site, signed_in: Callable[..., Page], notebook: Notebook
) -> None:
    ada = site.person()
    page = signed_in(ada)
    page.goto(PAGE)
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        service.end_all_sign_ins(session, ada.id)
    page.get_by_label("Your note").fill(WORDS)
    page.get_by_role("button", name="Tell").click()
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Save what I wrote").click()
    expect(page.get_by_text(f"You said: {WORDS}").first).to_be_visible()
    assert note(notebook).text == WORDS


def test_the_button_stays_under_a_finger_that_presses_it(
    site: Site, signed_in: Callable[..., Page], notebook: Notebook
) -> None:
    """Leaving the box saves; what is said of that, in more lines than before, must not move the button away."""
    ada = site.person()
    page = signed_in(ada, viewport=PHONE)
    page.goto(PAGE)
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        service.end_all_sign_ins(session, ada.id)
    page.get_by_label("Your note").fill(WORDS)
    page.get_by_role("button", name="Tell").hover()
    with page.expect_response("**/notes/**"):
        page.mouse.down()
    page.wait_for_timeout(100)
    page.mouse.up()
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_the_same_without_a_script(signed_in: Callable[..., Page], notebook: Notebook) -> None:
    page = signed_in(java_script_enabled=False)
    type_words(page)
    page.get_by_role("button", name="Tell").click()
    expect(page.get_by_text(f"You said: {WORDS}").first).to_be_visible()
    assert page.url.endswith("#block-reflection-last-time")
