"""What a trainer who has never seen a file reads on the way from a new module to learners, and back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.comparing.comparison import compare
from lms.authoring.publishing.changes import Work, changes
from lms.content.loader import load_module
from lms.content.module import Module
from tests.authoring.desk import BASE, draft, published, trainer
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
ROOT, BANK = sample.ROOT, sample.BANK
NOBODY = Work({}, {}, {}, {}, {})
NEW = "/authoring/handing-over-well"


@pytest.fixture
def new(trainer: FlaskClient) -> FlaskClient:
    assert trainer.submit("/authoring/new", {"title": "Handing over well"}).location == NEW
    return trainer


def loaded(changed: dict[str, str] | None = None) -> Module:
    return load_module(sample.bundle(changed), sample.MODULE)


def altered(path: str, old: str, new: str) -> Module:
    assert old in sample.files()[path]
    return loaded({path: sample.files()[path].replace(old, new, 1)})


ALTERED: dict[str, tuple[Callable[[], Module], str]] = {
    "the title of a page": (
        lambda: altered(f"{ROOT}/start/who-cares.md", "title: Who cares", "title: Who does"),
        "The page “Who cares” is called “Who does” now.",
    ),
    "the title of a section": (
        lambda: altered(f"{ROOT}/module.yaml", "title: start", "title: Begin"),
        "The section “start” is called “Begin” now.",
    ),
    "the order of pages": (
        lambda: altered(f"{ROOT}/module.yaml", "[who-cares, four-verbs", "[four-verbs, who-cares"),
        "The order of the pages in “start” is now:",
    ),
    "the summary": (
        lambda: altered(f"{ROOT}/module.yaml", "summary: It passes.", "summary: It is one."),
        "What is said about the module is changed",
    ),
    "a story": (
        lambda: altered(f"{ROOT}/scenarios/cold-cups.yaml", "setting: It is early.", "setting: It is late."),
        "Changed stories: Cold cups.",
    ),
    "a tool": (
        lambda: altered(f"{ROOT}/tools/card.md", "Open with a question", "Open with your name"),
        "Changed tools: Card.",
    ),
    "a drawing": (
        lambda: altered(f"{ROOT}/media/verbs.svg", "640 200", "640 300"),
        "The file verbs.svg is another one.",
    ),
    "a place in the quiz": (
        lambda: altered(BANK, 'id: s16, outcome: "1.6", level: analyse', 'id: s16, outcome: "1.6", level: apply'),
        "The places in the quiz are changed.",
    ),
}


@pytest.mark.parametrize("case", ALTERED)
def test_publishing_never_says_that_nobody_would_notice_what_people_see(case: str) -> None:
    make, said = ALTERED[case]
    old, altered_one = loaded(), make()
    assert not compare(old, altered_one).is_empty
    assert any(change.said.startswith(said) for change in changes(old, altered_one, NOBODY)), case
    assert changes(old, old, NOBODY) == []


def test_a_new_title_is_told_before_it_is_published(draft: FlaskClient) -> None:
    page = draft.get(f"{BASE}/pages/who-cares")
    mark = re.findall(r'name="version" value="([^"]+)"', page.text)[0]
    form = {"version": mark, "title": "Who does", "words": "700", "outcomes": "1.1"}
    assert draft.submit(f"{BASE}/pages/who-cares/blocks/0", form).status_code == 303
    asked = draft.get(f"{BASE}/publish").text
    assert "The page “Who cares” is called “Who does” now." in asked
    assert "Nothing that people would notice." not in asked
    assert "bring the one before back" in asked
    assert "learners see what they saw before" in asked


def test_of_a_new_module_nothing_is_promised_that_is_not_there(new: FlaskClient) -> None:
    asked = new.get(f"{NEW}/publish").text
    assert "bring the one before back" not in asked
    assert "Learners see the draft as soon as you publish it" not in asked
    assert "put it into the programme" in asked
    assert "See every changed word" not in asked
    assert "with the draft all of it goes, and nothing brings it back" in asked


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "item", "slot": "s01", "title": "late trolley"}, "The question is added. Write it here."),
        ({"kind": "check", "type": "single", "title": "who first"}, "The quick check is added."),
        ({"kind": "slot", "type": "matching"}, "The place is added."),
        ({"kind": "source", "title": "A review"}, "The source is added."),
        ({"kind": "scenario", "title": "The relative"}, "The story is added."),
    ],
)
def test_what_was_added_is_said(new: FlaskClient, form: dict[str, str], said: str) -> None:
    assert said in new.get(new.submit(f"{NEW}/new", form).location).text


def test_a_scene_that_nothing_leads_to_is_said(new: FlaskClient) -> None:
    story = new.submit(f"{NEW}/new", {"kind": "scenario", "title": "The relative"}).location
    form = {"kind": "scene", "scenario": story.rsplit("/", 1)[-1], "title": "In the corridor"}
    assert "No choice leads to it yet" in new.get(new.submit(f"{NEW}/new", form).location).text


def test_stories_are_chosen_by_their_titles_and_questions_told_apart(new: FlaskClient) -> None:
    new.submit(f"{NEW}/new", {"kind": "scenario", "title": "The relative at the door"})
    new.submit(f"{NEW}/pages/welcome/blocks", {"kind": "scenario", "after": "1"})
    page = new.get(f"{NEW}/pages/welcome").text
    assert "the-relative-at-the-door: The relative at the door</option>" in page
    questions = new.get(f"{NEW}/questions").text
    names = re.findall(r'/item/([a-z0-9-]+)"', questions)
    assert len(set(names)) == 4
    assert all(f'<span class="quiet">{name}</span>' in questions for name in names)


def test_hints_are_in_words(new: FlaskClient) -> None:
    story = new.submit(f"{NEW}/new", {"kind": "scenario", "title": "The relative"}).location
    for address in (story, f"{NEW}/scene/the-relative:begin"):
        page = new.get(address).text
        assert "`" not in re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL), address
        assert "a hidden figure, a colon, and" in page


def test_one_decision_is_one(app: Flask, new: FlaskClient) -> None:
    new.submit(f"{NEW}/pages/welcome/blocks", {"kind": "scenario", "after": "1"})
    seen = new.get(f"{NEW}/preview/welcome").text
    assert "There is one decision." in seen
    assert "1 decisions" not in seen
