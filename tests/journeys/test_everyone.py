"""By keyboard alone, with larger spacing, with less motion, in forced colours: what a machine can try of WCAG 2.2."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lms.content.blocks import Quiz
from lms.content.module import Module
from tests.journeys.conftest import DESK, NARROWEST, PASSWORD, Site
from tests.journeys.hands import HERE, Keyboard, settled
from tests.journeys.learner import Learner

MODULE = "/modules/notice-and-listen"
PAGES = (
    "/",
    MODULE,
    f"{MODULE}/pages/who-cares",
    f"{MODULE}/pages/your-starting-point",
    f"{MODULE}/pages/recall-feelings",
    f"{MODULE}/pages/moves-and-blocks",
    f"{MODULE}/pages/the-cold-trolley",
    f"{MODULE}/pages/try-it",
    "/reflections",
    "/account",
    "/help",
)
MOST_STOPS = 400
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
"""WCAG 2.2, 1.4.12."""
TWICE = "html { font-size: 200% !important; }"
"""WCAG 2.2, 1.4.4: text alone, as browsers let people set it."""

WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => `${one.tagName}.${one.className?.baseVal ?? one.className} ${one.textContent.trim().slice(0, 40)}`)
  .slice(-4)"""

STOPS = """() => {
  const shown = one => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length;
  const all = document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary');
  const groups = new Set();
  return [...all].filter(one => shown(one) && !one.disabled && one.tabIndex >= 0).filter(one => {
    if (one.type !== 'radio') return true;
    const key = (one.form ? [...document.forms].indexOf(one.form) : '') + one.name;
    if (groups.has(key)) return false;
    groups.add(key);
    return true;
  }).length;
}"""
"""How many stops a keyboard must make; a group of radio buttons is one."""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_keyboard_reaches_everything_and_sees_where_it_is(signed_in: Callable[..., Page]) -> None:
    page = signed_in(viewport=DESK)
    for path in PAGES:
        page.goto(path)
        wanted, met = page.evaluate(STOPS), {}
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            here = page.evaluate(HERE)
            # A box for a date has several stops of its own.
            if here is None or (here["at"] in met and here["at"] != list(met)[-1]):
                break
            met.setdefault(here["at"], here)
        for here in met.values():
            settled(here, path)
        assert len(met) >= wanted, f"{path}: {len(met)} of {wanted} reached"


@pytest.mark.soak
def test_the_whole_module_by_keys_alone(site: Site, visitor: Callable[..., Page], module: Module) -> None:
    """From signing in to the end of the module, its story and its quiz: no pointer, no address typed."""
    page = visitor(viewport=DESK)
    keys = Keyboard(page)
    ada = Learner(page, module, hands=keys)
    page.goto("/sign-in")
    keys.write(page.get_by_label("E-mail address"), site.person().email)
    keys.write(page.get_by_label("Password", exact=True), PASSWORD)
    keys.press(page.get_by_role("button", name="Sign in"))
    keys.press(page.get_by_role("link", name="Start"))
    for found in module.pages:
        ada.do_all(found)
        if found is not module.pages[-1]:
            keys.press(page.locator("a[rel=next]"))
    keys.press(page.get_by_role("link", name=module.find("", Quiz)[0].title))
    ada.take_the_quiz()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    keys.press(page.get_by_role("link", name="Go on"))
    page.wait_for_url("**/completed")
    assert keys.stops > 500


def test_a_check_is_answered_and_a_text_saved_without_a_pointer(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(f"{MODULE}/pages/recall-feelings")
    form = page.locator("form[action*='/checks/']").first
    form.locator("input[name=choice]").first.focus()
    page.keyboard.press("Space")
    form.get_by_role("button", name="Check my answer").focus()
    page.keyboard.press("Enter")
    verdict = page.locator(".verdict").first
    expect(verdict).to_be_visible()
    # What came of it has the focus, and so is read out; nobody is thrown back to the top.
    expect(verdict).to_be_focused()


def test_the_first_stop_leads_past_everything_that_repeats(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    for path in PAGES[:3]:
        page.goto(path)
        page.keyboard.press("Tab")
        expect(page.locator(".skip-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(
    ("viewport", "style"), [(NARROWEST, SPACING), (DESK, TWICE)], ids=["spaced out", "twice as large"]
)
def test_text_may_be_changed_and_motion_taken_away(
    site: Site, visitor: Callable[..., Page], viewport: dict[str, int], style: str
) -> None:
    page = visitor(viewport=viewport, bypass_csp=True, reduced_motion="reduce")
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(site.person().email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    for path in PAGES:
        page.goto(path)
        page.add_style_tag(content=style)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{path} scrolls sideways when its text is changed: {page.evaluate(WIDE)}"
        cut = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(one => {
              const { overflowX, overflowY, position } = getComputedStyle(one);
              const hides = [overflowX, overflowY].some(how => how === 'hidden' || how === 'clip');
              return hides && position !== 'absolute' && one.clientHeight > 1 && one.innerText
                && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2);
            }).map(one => one.className || one.tagName)"""
        )
        assert cut == [], f"{path}: text is cut off in {cut}"
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(one => {
              const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
              return parseFloat(transitionDuration) > 0.01
                || (animationName !== 'none' && parseFloat(animationDuration) > 0.01);
            }).map(one => one.className || one.tagName)"""
        )
        assert moving == [], f"{path}: moves although less motion was asked for: {moving}"


def test_what_is_wrong_is_tied_to_its_field(visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    for wrong in page.locator("[aria-invalid=true]").all():
        described = wrong.get_attribute("aria-describedby")
        assert described
        words = " ".join(page.locator(f"#{id_}").inner_text() for id_ in described.split())
        assert len(words) > 5
    assert page.locator("[aria-invalid=true]").count() > 0
