"""Ways to use a page: with a pointer, and with a keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 250
"""A page with more stops of the Tab key than these does not exist."""
HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  let seen = false;
  for (let at = one, step = 0; at && step < 4; at = at.parentElement, step += 1) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
    seen ||= (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || (step === 0 && boxShadow !== 'none');
  }
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const label = one.labels?.[0];
  const holds = (a, b) => a?.contains(b) || b?.contains(a);
  const clear = !top || holds(one, top) || holds(label, top);
  const what = `${one.tagName} ${one.name || one.id || one.textContent.trim().slice(0, 30)}`;
  // WCAG 2.2, 2.5.8 is about what answers a pointer: news that a script gave the focus to is no target.
  const is_target = one.tabIndex >= 0 && one.tagName !== 'A' && !label;
  const is_small = is_target && (box.width < 24 || box.height < 24);
  window.stops ??= 0;
  one.dataset.stop ??= String(window.stops += 1);
  return { what, seen, clear: Boolean(clear), is_small, at: one.dataset.stop };
}"""
"""What has the focus, whether that can be seen, and whether something lies over it; None if nothing has it."""


class Hands(Protocol):
    """What people do to a page."""

    def press(self, target: Locator) -> None:
        """A button or a link."""

    def write(self, box: Locator, words: str) -> None:
        """Into a box that is empty."""

    def pick(self, select: Locator, label: str) -> None:
        """Of a list that opens."""

    def choose(self, option: Locator) -> None:
        """A radio button, or one to tick."""


class Pointer:
    """A mouse or a finger."""

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, box: Locator, words: str) -> None:
        box.fill(words)

    def pick(self, select: Locator, label: str) -> None:
        select.select_option(label=label)

    def choose(self, option: Locator) -> None:
        around = option.locator("xpath=ancestor::label")
        beside = option.locator("xpath=..").locator("label")
        (around if around.count() else beside).click()


def settled(here: dict[str, Any] | None, where: str) -> None:
    """Someone who looks at a page sees where the focus is. Raises AssertionError."""
    assert here, f"{where}: nothing has the focus"
    assert here["seen"], f"{where}: nothing shows that {here['what']} has the focus"
    assert here["clear"], f"{where}: something lies over {here['what']}"
    assert not here["is_small"], f"{where}: {here['what']} is smaller than 24 by 24"


@dataclass
class Keyboard:
    """Keys alone. Each stop on the way must show that it has the focus, and nothing may lie over it."""

    page: Page
    stops: int = 0

    def press(self, target: Locator) -> None:
        self._reach(target)
        changes_in_its_place = target.evaluate("one => one.type === 'button' || Boolean(one.closest('[data-enhance]'))")
        self.page.keyboard.press("Enter")
        if changes_in_its_place:
            self._stays_somewhere()

    def write(self, box: Locator, words: str) -> None:
        self._reach(box)
        self.page.keyboard.insert_text(words)

    def pick(self, select: Locator, label: str) -> None:
        self._reach(select)
        labels = [one.strip() for one in select.locator("option").all_text_contents()]
        for _ in range(labels.index(label) - int(select.evaluate("box => box.selectedIndex"))):
            self.page.keyboard.press("ArrowDown")
        assert select.evaluate("box => box.selectedOptions[0].textContent.trim()") == label

    def choose(self, option: Locator) -> None:
        kind, name = option.get_attribute("type"), option.get_attribute("name")
        group = option.locator("xpath=ancestor::form").locator(f"input[name='{name}']")
        self._reach(group if kind == "radio" else option)
        for _ in range(group.count()):
            if option.evaluate("box => box === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        if not option.is_checked():
            self.page.keyboard.press("Space")
        expect(option).to_be_checked()

    def _reach(self, target: Locator) -> None:
        """Go on by the Tab key until one of these has the focus."""
        expect(target.first).to_be_visible()
        last = ""
        for _ in range(MOST_STOPS):
            if target.evaluate_all("all => all.includes(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(HERE)
            # A box for a date has stops of its own; after the last stop of the page come the browser's buttons.
            if here and here["at"] != last:
                settled(here, self.page.url)
                self.stops += 1
            last = here["at"] if here else ""
        raise AssertionError(f"{self.page.url}: the Tab key does not lead to {target}")

    def _stays_somewhere(self) -> None:
        """What is replaced in its place must not throw one back to the top of the page."""
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        assert self.page.evaluate("document.activeElement !== document.body"), f"{self.page.url}: the focus is lost"
