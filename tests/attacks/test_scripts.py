"""Scripts as names and in every text that can be written, read again in a real browser: nothing runs (B1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from lms.accounts import service
from lms.db import db, writing
from tests.attacks.payloads import PAYLOADS
from tests.attacks.walk import walk
from tests.conftest import Client
from tests.journeys.conftest import Site, bundle, site  # noqa: F401

TEXT = "\n".join(PAYLOADS)
WATCH = """
window.ran = [];
window.pwned = window.alert = window.confirm = window.prompt = (what) => window.ran.push(String(what));
document.addEventListener("securitypolicyviolation", (event) => window.ran.push("policy: " + event.violatedDirective));
"""
pytestmark = [pytest.mark.browser]


@dataclass
class Watched:
    """A browser that tells of everything that a payload could do."""

    page: Page
    told: list[str] = field(default_factory=list)

    def look(self, path: str) -> None:
        """Open a page and wait until it is at rest."""
        answer = self.page.goto(path)
        assert answer, path
        assert answer.status < 500, path
        self.told += [f"{path}: {what}" for what in self.page.evaluate("window.ran")]


@pytest.fixture
def watched(site: Site, chromium: Browser) -> Iterator[Watched]:  # noqa: F811
    """With listeners for dialogs, for what leaves the page, and for what the content policy had to stop."""
    context = chromium.new_context(base_url=site.url)
    context.add_init_script(WATCH)
    found = Watched(context.new_page())
    found.page.on("dialog", lambda dialog: (found.told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    context.on("request", lambda request: _note(found, site, request.url))
    context.on("page", lambda other: found.told.append(f"another page {other.url}"))
    yield found
    context.close()


def test_the_watch_notices_what_runs(watched: Watched, site: Site) -> None:  # noqa: F811
    """The listeners themselves: a page of ours, into which the payloads are put as markup."""
    watched.page.goto("/sign-in")
    watched.page.evaluate("text => { document.querySelector('main').innerHTML = text }", PAYLOADS[14])
    watched.page.wait_for_function("window.ran.length > 0")
    assert "script-src" in watched.page.evaluate("window.ran")[0]


@pytest.mark.slow
def test_nothing_that_is_written_runs_or_leaves_the_page(watched: Watched, site: Site) -> None:  # noqa: F811
    assert len(PAYLOADS) >= 60
    client = _mallory(site.app)
    key = client.get_cookie(site.app.config["SIGN_IN_COOKIE_NAME"])
    assert key
    watched.page.context.add_cookies([{"name": key.key, "value": key.value, "url": site.url}])
    walk(site.app, client, TEXT)
    seen = walk(site.app, client, sends=False)
    written = {address.path: answer for address, answer in seen.answers if answer.mimetype == "text/html"}
    holding = [path for path, answer in written.items() if "pwned" in answer.text]
    assert len(holding) > 8
    assert not [path for path, answer in written.items() if "<script>pwned" in answer.text]
    for path in holding:
        watched.look(path)
    assert watched.told == []


def _mallory(app: Flask) -> Any:
    at = dt.datetime.now(dt.UTC)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        mallory = service.add_person(session, "mallory@example.org", "".join(PAYLOADS[:2]), at)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        key = service.begin_sign_in(session, mallory.id, None, PAYLOADS[14], at) or ""
    app.test_client_class = Client
    client = app.test_client()
    client.set_cookie(app.config["SIGN_IN_COOKIE_NAME"], key)
    return client


def _note(found: Watched, site: Site, url: str) -> None:  # noqa: F811
    if not url.startswith(site.url):
        found.told.append(f"asked for {url}")
