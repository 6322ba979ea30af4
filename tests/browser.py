"""The one real browser of a test process: Playwright's loop can run only once in a thread."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium: the system's, else the one that Playwright has installed; without either, the tests are skipped."""
    with sync_playwright() as playwright:
        path = _executable(playwright)
        if path is None:
            pytest.skip("no Chromium: install the package chromium, or run `playwright install chromium`")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except PlaywrightError as error:
            pytest.skip(f"no Chromium: {path} does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


def _executable(playwright: Playwright) -> str | None:
    for name in NAMES:
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def hold_against_axe(page: Page, where: str = "") -> None:
    """Whatever axe-core finds on the page as it is now fails the test, which names the place."""
    page.wait_for_load_state()  # a click returns as soon as the next page has begun
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": _RULES}
    if is_again := page.evaluate("typeof axe === 'object'"):
        # The one rule that reads the style sheets has read them; they are the same at each width.
        options |= {"preload": False, "rules": {"css-orientation-lock": {"enabled": False}}}
    found = Axe("" if is_again else AXE_SCRIPT).run(page, options=options)
    assert found.violations_count == 0, f"{where or page.url}\n{found.generate_report()}"
