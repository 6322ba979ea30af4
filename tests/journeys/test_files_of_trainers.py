"""A trainer adds a picture, sends a zip and looks at what is different; with a script or without."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import service
from lms.accounts.models import Person, Role
from lms.db import db, writing
from tests.authoring.desk import DRAWING
from tests.journeys.conftest import PHONE, Site

pytestmark = [pytest.mark.soak, pytest.mark.browser]
BASE = "/authoring/notice-and-listen"
SHOTS = os.environ.get("LMS_TEST_SHOTS")


@pytest.fixture
def trainer(site: Site) -> Person:
    made = site.person("Ida Holm")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        service.join(session, session.merge(made), service.add_site(session, "north", "North"), Role.TRAINER)
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_files_in_and_differences_seen(
    site: Site,
    trainer: Person,
    signed_in: Callable[..., Page],
    accessible: Callable[[Page], None],
    tmp_path: Path,
    scripts: bool,
) -> None:
    page = signed_in(trainer, java_script_enabled=scripts)

    def look(name: str) -> None:
        if scripts:
            accessible(page)
        if SHOTS and scripts:
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            page.screenshot(path=f"{SHOTS}/{name}-phone.png", full_page=True)

    page.goto(BASE)
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("link", name="Media").click()
    page.get_by_label("Files from your computer").set_input_files(
        {"name": "Der Aufzug.SVG", "mimeType": "image/svg+xml", "buffer": DRAWING}
    )
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_role("heading", name="der-aufzug.svg")).to_be_visible()
    look("media")
    page.get_by_label("Files from your computer").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"<script>"}
    )
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_role("alert")).to_contain_text("a.png: the file is not what its ending .png says")
    look("media-refused")
    page.get_by_text("Put it on a page: der-aufzug.svg").click()
    page.get_by_label("What the picture says").first.fill("A lift that goes up")
    page.get_by_role("button", name="Put it at the end of the page").first.click()
    expect(page.get_by_label("What the picture says").last).to_have_value("A lift that goes up")
    page.goto(f"{BASE}/compare")
    expect(page.locator("ins").filter(has_text="A lift that goes up")).to_be_visible()
    look("compare")
    with page.expect_download() as download:
        page.goto(BASE)
        page.get_by_role("link", name="Download the files of this draft").click()
    zipped = tmp_path / "module.zip"
    download.value.save_as(zipped)
    page.goto(f"{BASE}/upload")
    page.get_by_label("Zip file").set_input_files(zipped)
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_text("There is nothing to change")).to_be_visible()
    page.goto(f"{BASE}/upload")
    page.get_by_label("Zip file").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"})
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    look("upload-refused")
    page.goto(f"{BASE}/history")
    look("history")
