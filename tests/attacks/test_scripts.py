"""Scripts as names and in every text that can be written, read again in a real browser: nothing runs (B1)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Browser, Page

from lms.accounts import service
from lms.accounts.queries import person_by_email
from lms.cli import main
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.attacks.payloads import PAYLOADS
from tests.attacks.poison import is_taken, poisoned
from tests.attacks.walk import walk
from tests.conftest import Client
from tests.journeys.conftest import Site, bundle, site  # noqa: F401
from tests.quiz.sample import MODULE

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


@pytest.mark.slow
def test_hostile_modules_and_lists_of_people_are_refused_or_only_words(
    watched: Watched,
    site: Site,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From a bundle that somebody else wrote, and from a list that somebody else kept."""
    texts = [text for text in PAYLOADS if is_taken(poisoned(["Plain"], [text]))]
    assert 10 < len(texts) < 30, "markup is refused when it is imported; what is no markup stays words"
    titles = [" ".join(PAYLOADS[place : place + 3]) for place in range(0, len(PAYLOADS), 3)]
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, poisoned(titles, texts), dt.datetime.now(dt.UTC))
    library.forget()
    names = [name for name in titles if name.isprintable()]
    _import_people(site.app, tmp_path, monkeypatch, names)
    for number in range(len(names)):
        _look_as(watched, site, f"person-{number}@example.org", ("/account", "/", "/account/data")[number % 3])
    start = f"/modules/{MODULE}"
    pages = [f"{start}/pages/page-{number}" for number in range(len(titles))]
    for path in ("/help", start, *pages[::3], f"{start}/pages/checks", f"{start}/pages/final"):
        watched.look(path)
    watched.page.locator("form[action$='/quiz/start'] button").click()
    for number in range(1, 7):
        watched.look(watched.page.url.removeprefix(site.url).partition("/items/")[0] + f"/items/{number}")
    assert "pwned(1)" in watched.page.content()
    assert watched.told == []


def _import_people(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    path = folder / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        people = csv.writer(file)
        people.writerow(["email", "name", "site", "role", "site_name"])
        people.writerows([f"person-{number}@example.org", name, "a", "", names[0]] for number, name in enumerate(names))
    monkeypatch.setenv("LMS_INSTANCE", str(app.config["CARES"].instance))
    monkeypatch.setenv("LMS_DATABASE_URL", app.config["CARES"].database_url)
    done = CliRunner().invoke(main, ["people", "import", str(path)])
    assert f"{len(names)} added" in done.output, done.output


def _look_as(watched: Watched, site: Site, email: str, path: str) -> None:  # noqa: F811
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        who = person_by_email(session, email)
        assert who
        key = service.begin_sign_in(session, who.id, None, PAYLOADS[14], dt.datetime.now(dt.UTC)) or ""
    watched.page.context.add_cookies([{"name": site.app.config["SIGN_IN_COOKIE_NAME"], "value": key, "url": site.url}])
    watched.look(path)


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
