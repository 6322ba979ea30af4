"""What is remembered of texts changes no finding: after any edits the report is the one that is made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content import loader, remembering
from lms.content.bundle import Bundle
from lms.content.checker.check import check_module
from lms.content.checker.report import Report
from lms.content.loader import Reading, read_module
from tests.content import sample

TODAY = dt.date(2026, 11, 23)
ROOT, BANK = sample.ROOT, sample.BANK
PAGE, OTHER = f"{ROOT}/start/who-cares.md", f"{ROOT}/start/four-verbs.md"
STORY, DRAWING = f"{ROOT}/scenarios/cold-cups.yaml", f"{ROOT}/media/verbs.svg"
Files = dict[str, str]


def few() -> Files:
    """The first pages and questions of the sample, with problems for all that is missing; it is read many times."""
    files = sample.files()
    for path, end in ((f"{ROOT}/module.yaml", "  - {id: steady"), (BANK, "  - id: s05-a")):
        files[path] = files[path][: files[path].index(end)]
    inside = tuple(f"{ROOT}/{section}/" for section in ("steady", "listening", "story", "limits", "check-in", "finish"))
    return {path: text for path, text in files.items() if not path.startswith(inside)}


def _with(path: str, change: Callable[[str], str]) -> Callable[[Files], Files]:
    return lambda files: {**files, path: change(files[path])} if path in files else files


def _without(path: str) -> Callable[[Files], Files]:
    return lambda files: {name: text for name, text in files.items() if name != path}


def _swapped(files: Files) -> Files:
    """Two pages change their places, not their words."""
    return {**files, PAGE: files[OTHER], OTHER: files[PAGE]} if {PAGE, OTHER} <= files.keys() else files


EDITS: dict[str, Callable[[Files], Files]] = {
    "words that are unwanted": _with(PAGE, lambda text: f"{text}\nShe apologized at once to all of our heroes.\n"),
    "a fact without a date": _with(PAGE, lambda text: f"{text}\nThe Equality Act 2010 says so. Ring 116 123.\n"),
    "a line above": _with(PAGE, lambda text: text.replace("\n---\n", "\n---\n\nShort.\n", 1)),
    "a block that is none": _with(OTHER, lambda text: f"{text}\n:::{{nonsense}}\nx\n:::\n"),
    "a head that is none": _with(OTHER, lambda text: text.replace("---\n", "", 1)),
    "a section of another name": _with(f"{ROOT}/module.yaml", lambda text: text.replace("title: start", "title: go")),
    "pages in another order": _swapped,
    "a page that is gone": _without(OTHER),
    "another drawing": _with(DRAWING, lambda text: text.replace("640 200", "640 300", 1)),
    "a drawing that could run": _with(DRAWING, lambda text: text.replace("<rect", "<script/><rect", 1)),
    "a drawing that is gone": _without(DRAWING),
    "a question asked otherwise": _with(BANK, lambda text: text.replace("On a shift you see", "Here you see", 1)),
    "a question twice": _with(BANK, lambda text: text.replace("helps most?", "is NOT all of the above?", 3)),
    "a bank that is broken": _with(BANK, lambda text: text.replace("items:", "items: [", 1)),
    "another name in a story": _with(STORY, lambda text: text.replace("Dele", "Porter")),
    "a story of its own": _with(STORY, lambda text: text.replace("It is early.", "It was decided by the board.", 1)),
    "other ends of lines": _with(PAGE, lambda text: text.replace("\n", "\r\n")),
    "all as it was": lambda _: few(),
}


@pytest.fixture(autouse=True)
def anew() -> None:
    remembering.forget()


def looked_at(files: Mapping[str, str]) -> tuple[Report, Reading]:
    bundle = Bundle({path: text.encode() for path, text in files.items()})
    return check_module(bundle, sample.MODULE, TODAY), read_module(bundle, sample.MODULE)


def _told(found: tuple[Report, Reading]) -> Any:
    return found[0], found[1].problems, found[1].module


def test_after_each_edit_the_findings_are_those_of_a_whole_check() -> None:
    files = few()
    looked_at(files)
    for name, edit in EDITS.items():
        remembered = looked_at(edit(files))
        remembering.forget()
        assert _told(looked_at(edit(files))) == _told(remembered), name
        looked_at(files)


@settings(max_examples=4)
@given(names=st.lists(st.sampled_from(list(EDITS)), min_size=2, max_size=6))
def test_after_any_edits_the_findings_are_those_of_a_whole_check(names: list[str]) -> None:
    remembering.forget()
    files = few()
    states = [files := EDITS[name](files) for name in names]
    remembered = [_told(looked_at(state)) for state in states]
    for state, told in zip(states, remembered, strict=True):
        remembering.forget()
        assert _told(looked_at(state)) == told


def test_only_the_page_that_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    page, yaml = loader._read_page, loader._read_yaml
    monkeypatch.setattr(loader, "_read_page", lambda file, *rest: (read.append(file), page(file, *rest))[1])
    monkeypatch.setattr(loader, "_read_yaml", lambda text, file, kind: (read.append(file), yaml(text, file, kind))[1])
    files = few()
    looked_at(files)
    assert len(read) == len(files) - 2, "all but the drawing and the tool"
    read.clear()
    looked_at(EDITS["a line above"](files))
    assert read == [PAGE]


def test_no_more_is_kept_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_CHARACTERS", 100)
    files = remembering.Files()
    made: list[int] = []

    def make(key: int, size: int) -> int:
        return files.made(key, size, lambda: (made.append(key), key)[1])

    assert [make(key, 40) for key in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert made == [1, 2, 3, 2], "who was asked for least lately went"
    assert make(4, 400) == make(4, 400) == 4
    assert made == [1, 2, 3, 2, 4, 4], "what alone is larger than all is made, and not kept"
    assert make(2, 40) == 2
    assert made == [1, 2, 3, 2, 4, 4], "and nothing goes for it"
    with pytest.raises(ZeroDivisionError):
        files.made(5, 1, lambda: 1 // 0)
    assert files.made(5, 1, lambda: 6) == 6


def test_drawings_count_and_only_those_that_a_page_names() -> None:
    files = few()
    unnamed = {f"{ROOT}/media/unnamed.svg": f"<!--{'x' * 1_000_000}-->"}
    shown = DRAWING.removeprefix(f"{ROOT}/")
    assert any(shown in text for path, text in files.items() if path.endswith(".md"))
    looked_at(files)
    texts = loader._files._characters
    assert texts >= sum(len(text) for path, text in files.items() if path == DRAWING or path.endswith((PAGE, OTHER)))
    looked_at({**files, **unnamed})
    assert loader._files._characters == texts, "what no page names changes nothing"
    looked_at({**files, DRAWING: files[DRAWING] + f"<!--{'x' * 1000}-->"})
    assert loader._files._characters > texts + 1000


def test_a_drawing_named_with_a_backslash_is_drawn_anew_too() -> None:
    files = few()
    shown = DRAWING.removeprefix(f"{ROOT}/")
    page = next(path for path, text in files.items() if path.endswith(".md") and shown in text)
    files[page] = files[page].replace(shown, '"' + shown.replace("verbs", "v\\x65rbs") + '"')
    looked_at(files)
    remembered = looked_at(EDITS["another drawing"](files))
    assert "640 300" in str(remembered[1].module)
    remembering.forget()
    assert _told(looked_at(EDITS["another drawing"](files))) == _told(remembered)
