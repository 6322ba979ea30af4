"""Whole journeys: the real application behind a real port, and a real browser in front of it."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from lms import config
from lms.accounts import passwords, service
from lms.accounts.models import Person
from lms.app import create_app
from lms.content.bundle import Bundle, from_folder
from lms.content.library import library
from lms.content.loader import load_module
from lms.content.module import Module
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.browser import hold_against_axe
from tests.standards.judges import learning_locker, ralph  # noqa: F401

ROOT = Path(__file__).parents[2]
PASSWORD = "a long walk by the river"
NARROWEST = {"width": 320, "height": 640}
"""Also what a screen of 1280 pixels is at 400% zoom (WCAG 2.2, 1.4.10)."""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# A machine that is busy with other tests is slow, not wrong.
expect.set_options(timeout=15_000)


@dataclass
class Site:
    """The application as people reach it."""

    app: Flask
    url: str
    people: list[Person] = field(default_factory=list)

    def person(self, name: str = "Ada Bell") -> Person:
        """Someone with an address of their own and the password PASSWORD."""
        with self.app.app_context(), db.sessionmaker() as own, writing(own) as session:
            email = f"person-{len(self.people) + 1}@example.org"
            made = service.add_person(session, email, name, dt.datetime.now(dt.UTC))
            session.flush()
            service.set_password(session, made, passwords.hashed(PASSWORD))
        self.people.append(made)
        return made


@pytest.fixture
def bundle() -> Bundle:
    """What is taught; a test file that wants another overrides it."""
    return from_folder(ROOT)


@pytest.fixture(scope="session")
def module() -> Module:
    """Module 1 as its files have it."""
    return load_module(from_folder(ROOT), "notice-and-listen")


@pytest.fixture
def site(tmp_path: Path, sqlite_pattern: Path, bundle: Bundle) -> Iterator[Site]:
    """A fresh installation with the courses, on a free port."""
    library.forget()
    path = shutil.copy(sqlite_pattern, tmp_path / "cares.db")
    app = create_app(config.load({}, instance=tmp_path / "instance", database_url=f"sqlite:///{path}"))
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, bundle, dt.datetime.now(dt.UTC))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # A page that was just closed still reports its time: answered before the next test begins, with this database.
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()
    library.forget()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens browsers that know nothing yet: `visitor(viewport=PHONE, java_script_enabled=False)`.

    What a page reports on its console fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(**options: object) -> Page:
        context = chromium.new_context(**{"base_url": site.url, "viewport": DESK, **options})  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def signed_in(site: Site, visitor: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a browser and signs someone in by the page: `signed_in(ada)`; without a person, a new one."""

    def enter(who: Person | None = None, **options: object) -> Page:
        page = visitor(**options)
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill((who or site.person()).email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return page

    return enter


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Holds a page against axe-core at 360 px in the dark and at 1280 px in the light.

    What depends on the colours does not depend on the width. It never scrolls sideways, on the narrowest screen either.
    """

    def check(page: Page) -> None:
        for viewport, scheme in ((PHONE, "dark"), (DESK, "light")):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            hold_against_axe(page, f"{page.url} at {viewport['width']} px, {scheme}")
        for viewport in (NARROWEST, PHONE, DESK):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert sideways <= 0, f"{page.url} scrolls sideways at {viewport['width']} px"

    return check
