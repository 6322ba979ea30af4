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
from tests.authoring.drawings import INKSCAPE
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
    page.goto(f"{BASE}/media-files")
    page.get_by_label("Files from your computer").set_input_files(
        {"name": "ward.svg", "mimeType": "image/svg+xml", "buffer": INKSCAPE}
    )
    page.get_by_label("Put a file in the place of one with the same name").check()
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_text("ward.svg (cleaned; left out: ")).to_be_visible()
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


GIFT = b"::First words::Who begins? {=The one who asks#Yes. ~The one who waits#No.}\n\n::Write::Write it. {}\n"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_questions_in_and_out(
    site: Site, trainer: Person, signed_in: Callable[..., Page], accessible: Callable[[Page], None], scripts: bool
) -> None:
    page = signed_in(trainer, java_script_enabled=scripts)

    def look(name: str) -> None:
        if scripts:
            accessible(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        if SHOTS and scripts:
            page.screenshot(path=f"{SHOTS}/{name}-phone.png", full_page=True)

    def choose(name: str, data: bytes) -> None:
        page.get_by_label("File of questions").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
        page.get_by_role("button", name="See what would be taken").click()

    page.goto(BASE)
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_role("link", name="Take questions from a file").click()
    choose("bad.txt", b"\xff\xd8\xff")
    expect(page.get_by_role("alert")).to_contain_text("the file is not UTF-8 text")
    look("questions-refused")
    choose("sample.txt", GIFT)
    expect(page.get_by_text("1 question of the file sample.txt would be taken.")).to_be_visible()
    expect(page.get_by_text("an essay question: nothing here is marked by hand")).to_be_visible()
    look("questions-sent")
    page.get_by_label("They become").select_option(label="Quick checks")
    page.get_by_label("Level of quick checks").select_option("apply")
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Put them into the draft").click()
    expect(page.get_by_text("1 question is in the draft now, as quick checks. 1 question was left.")).to_be_visible()
    expect(page.get_by_role("link", name="Who begins?")).to_be_visible()
    page.get_by_role("link", name="Download the questions").click()
    page.get_by_label("Format").select_option("moodle")
    page.get_by_role("button", name="See what it can carry").click()
    expect(page.get_by_role("heading", name="What the format cannot carry")).to_be_visible()
    look("questions-out")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 47 questions").click()
    assert download.value.suggested_filename == "notice-and-listen-questions.xml"
