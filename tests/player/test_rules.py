"""Words and places, decided without a page."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.loader import load_module
from lms.enrolment.availability import Standing, Step
from lms.player.device_key import device_key
from lms.player.media_types import media_type
from lms.player.minutes import about
from lms.player.overview import ModuleView, State, now_at, section_views, title_of
from lms.player.place import is_anchor, where_to_resume
from lms.player.sheet import with_lines
from lms.progress import completion
from tests.player import sample

MODULE = load_module(sample.bundle().of_module(sample.MODULE), sample.MODULE)
PAGES = st.sets(st.sampled_from([page.id for page in MODULE.pages]))
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@dataclass
class Spot:
    page_id: str
    anchor: str = ""
    at: dt.datetime = NOON


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, "about 1 minute"),
        (1.0, "about 1 minute"),
        (1.1, "about 2 minutes"),
        (13.0, "about 13 minutes"),
        (22.4, "about 20 minutes"),
        (57.6, "about 1 hour"),
        (119.9, "about 2 hours"),
        (110, "about 1 hour 50 minutes"),
    ],
)
def test_minutes_in_words(minutes: float, words: str) -> None:
    assert about(minutes) == words


@given(PAGES)
def test_minutes_left_fall_with_every_page(opened: set[str]) -> None:
    left = completion.minutes_left(MODULE.pages, opened)
    assert 0 <= left <= MODULE.minutes + 1e-9
    for page in MODULE.pages:
        assert completion.minutes_left(MODULE.pages, opened | {page.id}) <= left
        assert completion.minutes_left(MODULE.pages, opened | {page.id}, page) >= page.minutes


@given(PAGES)
def test_resuming_without_a_place_finds_the_first_page_not_opened(opened: set[str]) -> None:
    target = where_to_resume(MODULE, opened, None)
    assert target.page_id not in opened or len(opened) == len(MODULE.pages)
    assert where_to_resume(MODULE, opened, Spot("turn", "at-3-1")) == ("turn", "at-3-1")


def test_place_on_a_page_that_is_gone_is_forgotten() -> None:
    assert where_to_resume(MODULE, {"verbs"}, Spot("gone", "at-3-1")) == ("turn", "")


@given(st.text(max_size=120))
def test_anchors_are_harmless(text: str) -> None:
    if is_anchor(text):
        assert not set(text) & set("<>\"'&# /")


@given(PAGES)
def test_section_is_done_only_when_all_its_pages_are(opened: set[str]) -> None:
    for view in section_views(MODULE, opened):
        ids = {page.id for page in view.section.pages}
        assert (view.state is State.DONE) == (ids <= opened)
        assert (view.state is State.TO_COME) == (not ids & opened)


def test_going_on_means_the_module_last_worked_in() -> None:
    def view(number: int, standing: Standing, spot: Spot | None = None) -> ModuleView:
        return ModuleView(Step(f"m{number}", number, standing), f"M{number}", MODULE, (), spot)

    earlier, later = Spot("verbs"), Spot("turn", at=NOON + dt.timedelta(days=1))
    views = [view(1, Standing.STARTED, later), view(2, Standing.STARTED, earlier), view(3, Standing.OPEN)]
    assert now_at(views) is views[0]
    assert now_at([view(1, Standing.COMPLETED), views[2]]) is views[2]
    assert now_at([view(1, Standing.COMPLETED), view(2, Standing.LOCKED)]) is None


def test_unwritten_module_has_a_title() -> None:
    assert title_of("safe-to-speak") == "Safe to speak"


def test_device_key_is_another_one_for_each_person_and_not_the_data_key() -> None:
    one, other = b"a" * 32, b"b" * 32
    assert device_key(one) == device_key(one) != device_key(other)
    assert len(base64.b64decode(device_key(one))) == 32
    assert base64.b64decode(device_key(one)) != one


def test_only_media_are_sent() -> None:
    assert media_type("a.svg") == "image/svg+xml"
    for name in ("a.html", "a.js", "a", "a.svg.html", ".htaccess"):
        assert media_type(name) is None


def test_sheet_has_lines() -> None:
    assert with_lines("<li>Union: ___</li><hr>").count("write-line") == 2
