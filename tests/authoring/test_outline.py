"""Sections and pages: what a trainer does to one of them is done, or is said, and takes nothing else with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.authoring.files.outline import title_in
from lms.content.bundle import Bundle
from lms.content.loader import load_module, read_module
from lms.content.problems import ContentError
from lms.db import db, writing
from lms.enrolment.models import Registration
from lms.progress.models import PageProgress
from tests.authoring import desk
from tests.authoring.desk import BASE, MODULE, NOW, draft, published, trainer
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
MODULE_FILE = f"courses/{MODULE}/module.yaml"


def outline(browser: FlaskClient, **form: str) -> str:
    """What is said after a button of the outline."""
    answer = browser.submit(f"{BASE}/outline", form)
    return unescape(answer.text if answer.status_code == 200 else browser.get(answer.location).text)


def from_files(app: Flask) -> Bundle:
    return Bundle(desk.written(app))


def module_file(app: Flask) -> str:
    return desk.written(app)[MODULE_FILE].decode()


@pytest.fixture
def short(draft: FlaskClient) -> FlaskClient:
    """A draft that ends with a section of one page."""
    outline(draft, do="add section", title="Handovers")
    return draft


def test_the_only_page_of_a_section_moves_and_the_section_stays(app: Flask, short: FlaskClient) -> None:
    assert "Moved." in outline(short, do="page up", page="first-page")
    files = desk.written(app)
    assert "title: Handovers\n    minutes: 10\n    pages: []\n" in files[MODULE_FILE].decode()
    assert f"courses/{MODULE}/handovers/first-page.md" not in files
    assert f"courses/{MODULE}/finish/first-page.md" in files
    assert "No page yet." in short.get(BASE).text
    assert short.get(f"{BASE}/preview/first-page").status_code == 200, "the rest can be seen"
    assert "the section “handovers” has no page; add one" in unescape(short.get(f"{BASE}/publish").text)
    assert short.get(f"{BASE}/findings").status_code == 200
    assert "Moved." in outline(short, do="page down", page="first-page")
    assert load_module(from_files(app), MODULE).sections[-1].pages[0].id == "first-page"


def test_where_no_section_is_beyond_it_is_said(app: Flask, short: FlaskClient) -> None:
    before = module_file(app)
    assert "the page stays where it is" in outline(short, do="page down", page="first-page")
    assert module_file(app) == before


def test_a_page_that_is_taken_away_leaves_its_section(app: Flask, short: FlaskClient) -> None:
    outline(short, do="rename section", section="handovers", title="At the bed", minutes="12.5")
    assert "The page is taken away." in outline(short, do="remove page", page="first-page")
    assert "title: At the bed\n    minutes: 12.5\n    pages: []\n" in module_file(app)
    outline(short, do="add page", section="handovers", title="Another")
    assert load_module(from_files(app), MODULE).sections[-1].pages[0].title == "Another"


def test_a_section_is_taken_away_with_its_pages_after_a_question(
    app: Flask, draft: FlaskClient, person: Callable[..., Person]
) -> None:
    somebody = person("Ada Bell").id
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        taken = Registration(person_id=somebody, module_id=MODULE, registered_at=NOW)
        session.add(taken)
        session.flush()
        session.add(PageProgress(registration_id=taken.id, page_id="who-cares", opened_at=NOW))
    before = desk.written(app)
    asked = outline(draft, do="remove section", section="start")
    assert "Take away “start”?" in asked
    assert "Who cares" in asked
    assert "opened by 1 person" in asked
    assert desk.written(app) == before
    assert "The section is taken away." in outline(draft, do="remove section", section="start", sure="yes")
    after = desk.written(app)
    assert not [path for path in after if path.startswith(f"courses/{MODULE}/start/")]
    assert "id: start" not in after[MODULE_FILE].decode()
    draft.submit(f"{BASE}/undo")
    assert desk.written(app) == before


def test_an_empty_section_goes_at_once(app: Flask, short: FlaskClient) -> None:
    outline(short, do="remove page", page="first-page")
    assert "The section is taken away." in outline(short, do="remove section", section="handovers")
    assert "handovers" not in module_file(app)
    assert "That is not there any more" in outline(short, do="remove section", section="handovers")


def test_learners_never_get_a_section_without_pages() -> None:
    files = sample.files()
    empty = re.sub(r"pages: \[who-cares[^\]]*\]", "pages: []", files[MODULE_FILE], count=1)
    bundle = sample.bundle({MODULE_FILE: empty})
    with pytest.raises(ContentError, match=r"module\.yaml:\d+: the section 'start' has no page; add one"):
        load_module(bundle, MODULE)
    assert read_module(bundle, MODULE).module


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('title: "\\"Fine\\" isn\'t fine: handing over"', '"Fine" isn\'t fine: handing over'),
        ("title: 'It''s late'", "It's late"),
        ("title: Plain words  # for editors", "Plain words"),
        ("title: >-\n  On two\n  lines", "On two lines"),
        ("title: 'Going\n  on'", "Going on"),
        ("title: 2026", "2026"),
        ("title:", ""),
        ('title: "not closed', "not closed"),
        ("minutes: 3", ""),
    ],
)
def test_a_title_is_read_as_its_file_has_it(line: str, title: str) -> None:
    assert title_in(f"---\n{line}\nwords: 300\n---\n\nText.\n") == title


def test_a_title_in_quotation_marks_is_shown_as_it_was_typed(draft: FlaskClient) -> None:
    typed = '"Fine" isn\'t fine: handing over'
    said = outline(draft, do="add page", section="start", title=typed)
    assert typed in said
    shown = unescape(draft.get(BASE).text)
    assert typed in shown
    assert "\\" not in shown


def test_revisions_of_a_module_that_was_never_published(trainer: FlaskClient) -> None:
    new = trainer.submit("/authoring/new", {"title": "Handing over well"}).location
    answer = trainer.get(f"{new}/history")
    assert answer.status_code == 200
    assert "Handing over well" in answer.text
    assert "Nothing of this module has been published yet." in answer.text
    assert trainer.get("/authoring/no-such-module/history").status_code == 404


def test_a_page_without_a_title_says_so_in_its_preview(draft: FlaskClient) -> None:
    page = f"{BASE}/pages/who-cares"
    mark = re.findall(r'name="version" value="([^"]+)"', draft.get(page).text)[0]
    assert draft.submit(f"{page}/blocks/0", {"version": mark, "title": "", "words": "700"}).status_code == 303
    shown = draft.get(f"{BASE}/preview/who-cares")
    assert (shown.status_code, shown.headers["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert "“Title” is missing; add it" in unescape(shown.text)
    assert draft.submit(f"{BASE}/preview/who-cares", {"to": "/"}).status_code == 200
    assert draft.get(f"{BASE}/preview/nowhere").status_code == 404


def test_a_quick_check_that_a_page_shows_is_not_taken_away_in_silence(draft: FlaskClient) -> None:
    page = draft.submit(f"{BASE}/pages/who-cares/blocks", {"kind": "check", "place": "2"})
    assert f"{BASE}/check/who-cares-check" in draft.get(page.location).text
    said = unescape(draft.get(draft.submit(f"{BASE}/check/who-cares-check/remove").location).text)
    assert "Take it off the page as well, or show another there: “Who cares”." in said
    shown = draft.get(f"{BASE}/pages/who-cares").text
    assert "who-cares-check (it is not there)" in shown
    assert "Choose another, or take this block away." in shown
    assert f'href="{BASE}/check/who-cares-check"' not in shown
