"""What the editor knows of the whole: where a finding is mended, how a story hangs together, what a tool says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from lms.authoring.files.parts import find
from lms.authoring.files.places import Place, place_of
from lms.authoring.files.starters import new_part, new_scenario
from lms.authoring.parts.story_map import drawn
from lms.authoring.starting.templates import template
from lms.content.bundle import Bundle, from_folder
from lms.content.checker.of_page import check_page
from lms.content.loader import read_module

ROOT = Path(__file__).parents[2]
MODULE = "notice-and-listen"
FILES = from_folder(ROOT).of_module(MODULE)


def read(file: str) -> str | None:
    found = FILES.files.get(file)
    return found.decode() if found is not None else None


@pytest.mark.parametrize("path", [path for path in FILES.files if "/tools/" in path])
def test_a_tool_that_is_saved_unchanged_is_unchanged(path: str) -> None:
    part = find("tool", Path(path).stem, MODULE, read)
    assert part
    assert part.changed(part.values) == read(path)
    changed = part.changed({**part.values, "text": "Ask."})
    assert changed.endswith("---\n\nAsk.\n")
    assert changed.splitlines()[:3] == (read(path) or "").splitlines()[:3]


def test_every_line_leads_to_what_stands_on_it() -> None:
    documents = read_module(FILES, MODULE).documents
    bank, module = f"quizzes/{MODULE}.yaml", f"courses/{MODULE}/module.yaml"
    story = f"courses/{MODULE}/scenarios/cold-trolley.yaml"

    def place(file: str, *path: str | int) -> Place | None:
        return place_of(file, documents[file].line(path), MODULE, read, documents)

    assert place(bank, "blueprint", 3) == Place("slot", "s04")
    assert place(bank, "items", 0, "options", 1, "feedback") == Place("item", "missing-verb-empathise")
    assert place(module, "sections", 2) == Place("outline")
    assert place(module, "outcomes", 2) == Place("module")
    assert place(story, "scenes", 1, "choices", 2, "why") == Place("scene", "cold-trolley:opening")
    assert place(story, "endings", 1) == Place("scenario", "cold-trolley")
    page = f"courses/{MODULE}/listening/attend.md"
    assert place_of(page, 1, MODULE, read, documents) == Place("page", "attend")
    assert place_of(page, 9, MODULE, read, documents) == Place("page", "attend", 1)
    assert place_of(f"courses/{MODULE}/media/lift.svg", 1, MODULE, read, documents) is None


def test_a_map_shows_what_leads_nowhere_and_what_nobody_comes_to() -> None:
    story = new_scenario("one", "One")
    (scene,) = story["scenes"]
    lost = {
        **scene,
        "id": "lost",
        "title": "Lost",
        "choices": [{"id": "a", "text": "Go", "next": "nowhere"}, {"id": "b"}],
    }
    faults = drawn({**story, "scenes": [scene, lost]}).faults
    assert [scene for scene, _ in faults] == ["lost", "lost", "lost"]
    assert faults[0][1] == "No choice leads to “Lost”."
    assert "leads nowhere: Go" in faults[1][1]
    assert drawn(story).faults == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "first": "a",
            "scenes": [{"id": "a", "choices": [{"next": "a"}, {"next": "b"}]}, {"id": "b"}, "text", {"x": 1}],
        },
        {"first": "a", "scenes": [{"id": "a", "choices": [{"next": "b"}]}, {"id": "b", "choices": [{"next": "a"}]}]},
        {"first": None, "scenes": {"id": "a"}},
    ],
)
def test_a_broken_story_has_a_map_too(values: dict[str, object]) -> None:
    made = drawn(values)
    assert all(0 < stop.x < made.width and 0 < stop.y < made.height for stop in made.stops)


def test_the_sentences_that_spoil_a_page_are_named() -> None:
    hard = "Organisational accountability necessitates comprehensive interdepartmental communication. " * 15
    long = f"{'We say it again and again ' * 6}so that all hear."
    files = dict(template("new", "New", dt.date(2026, 11, 23)).files)
    files["courses/new/start/welcome.md"] = f"---\ntitle: Hard\nwords: 50\n---\n\n{hard}\n\n{long}\n".encode()
    module = read_module(Bundle(files), "new").module
    assert module
    said = check_page(module.pages[0], ())
    told = [finding.what for finding in said.findings]
    assert said.grade is not None and said.grade > 8
    assert any("the budget is 50" in what for what in told)
    assert any("a sentence of 40 words" in what for what in told)
    assert sum("a hard sentence" in what for what in told) == 3


def test_a_new_outcome_has_the_number_behind_the_last() -> None:
    assert new_part("outcomes", [{"id": "2.1"}, {"id": "2.10"}, {"id": "odd"}]) == {"id": "2.11"}
    assert new_part("outcomes", []) == {"id": "1.1"}
