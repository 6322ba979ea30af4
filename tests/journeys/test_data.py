"""Your data, and the audit log, in a browser."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Role
from lms.accounts.service import join
from lms.content.bundle import Bundle
from lms.db import db, writing
from tests.journeys.conftest import PASSWORD, Site
from tests.player import sample

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.fixture
def bundle() -> Bundle:
    """A small programme."""
    return sample.bundle()


def test_a_copy_is_taken_and_erasure_asked_for(site: Site, signed_in: Enter, accessible: Check, tmp_path: Path) -> None:
    page = signed_in(site.person("Ada Bell"))
    page.goto("/account")
    page.get_by_role("link", name="Your data").click()
    expect(page.get_by_role("heading", name="Your data", level=1)).to_be_visible()
    accessible(page)
    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Download my data").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    accessible(page)
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    with zipfile.ZipFile(download.value.path()) as parcel:
        assert parcel.namelist() == ["record.json", "record.html"]
        parcel.extract("record.html", tmp_path)
    page.get_by_role("button", name="Ask for my data to be erased").click()
    expect(page.get_by_text("You asked for this on")).to_be_visible()
    page.get_by_role("button", name="Keep my data after all").click()
    expect(page.get_by_text("Your data stays.")).to_be_visible()
    # As it lies on a disk: with its own policy, without ours.
    page.goto((tmp_path / "record.html").as_uri())
    expect(page.get_by_role("heading", name="What Cares keeps of Ada Bell")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "its own style is let through"
    accessible(page)


def test_an_admin_looks_who_looked(site: Site, signed_in: Enter, accessible: Check) -> None:
    admin = site.person("Kit Day")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        join(session, session.merge(admin), None, Role.ADMIN)
    page = signed_in(admin)
    page.goto("/manage")
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_text("There are none")).to_be_visible()
    for _ in range(2):
        page.get_by_label("E-mail address, or opaque name").fill(admin.email)
        page.get_by_role("button", name="Show this person").click()
        expect(page.get_by_role("heading", name="Looked at").first).to_be_visible()
    accessible(page)
