"""Our items go out in each format and come back equal in what that format can say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.authoring.files.yaml_text import plain
from lms.authoring.interchange.bank import finished_items, with_items
from lms.authoring.interchange.formats import READERS, WRITERS, format_of
from lms.authoring.interchange.markdown_text import FORMULA, from_plain
from lms.authoring.interchange.neutral import Place, Taken
from lms.content.markup import Text

ROOT = Path(__file__).parents[3]
BANKS = sorted(path.stem for path in (ROOT / "quizzes").glob("*.yaml"))
OURS = {"slot", "cast", "cites", "note", "review_by", "outcome", "level"}
"""What no other format has."""
WHOLE = ("gift", "moodle", "qti", "qti3")
LOSES = {
    "gift": {"unit", "feedback of lines", "ids"},
    "moodle": {"feedback of lines", "ids", "emphasis of targets"},
    "qti": set[str](),
    "qti3": set[str](),
    "aiken": {"feedback", "ids", "emphasis"},
}
Values = dict[str, Any]


def there_and_back(items: list[Values], format_: str) -> Taken:
    source = WRITERS[format_](items).content
    assert format_of(source, "out") == format_.rstrip("3")
    return READERS[format_.rstrip("3")](source, "out", Place("1.1"))


def said(item: Mapping[str, Any], format_: str) -> Values:
    """What a format can say of an item; texts by how they are shown."""
    lost = LOSES[format_]
    kept = {name: value for name, value in item.items() if name not in OURS and (name != "unit" or name not in lost)}
    is_singly = item["type"] in ("ordering", "matching") and "feedback of lines" in lost
    if kept.get("tolerance") == 0:
        del kept["tolerance"]
    if item["type"] == "matching":
        kept["pairs"] = [(one["text"], target(item, one["target"])) for one in item["sources"]]
        kept["targets"] = (
            sorted(target(item, one["id"]) for one in item["targets"]) if "ids" in lost else kept["targets"]
        )
        kept["sources"] = [] if "ids" in lost else kept["sources"]
        kept["pairs"] = [(shown(text, lost), shown_target(other, lost)) for text, other in kept["pairs"]]
        if "ids" in lost:
            kept["targets"] = sorted(shown_target(one, lost) for one in kept["targets"])
    hidden = {name for name in ("feedback",) if is_singly or "feedback" in lost} | ({"id"} if "ids" in lost else set())
    return {
        name: value if name == "pairs" else parts(value, hidden, lost) for name, value in kept.items() if name != "id"
    }


def parts(value: Any, hidden: set[str], lost: set[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: parts(one, hidden, lost) for name, one in value.items() if name not in hidden and one is not False
        }
    if isinstance(value, list):
        return [parts(one, hidden, lost) for one in value]
    return shown(value, lost) if isinstance(value, str) else value


def shown(text: str, lost: set[str]) -> str:
    return " ".join(Text(text).plain.split()) if "emphasis" in lost else " ".join(html_of(text).split())


@cache
def html_of(text: str) -> str:
    return Text(text.strip()).html


def shown_target(text: str, lost: set[str]) -> str:
    return shown(text, {"emphasis"} if "emphasis of targets" in lost else lost)


def target(item: Mapping[str, Any], id_: str) -> str:
    return str(next(one["text"] for one in item["targets"] if one["id"] == id_))


@cache
def bank(name: str) -> list[Values]:
    file = ROOT / "quizzes" / f"{name}.yaml"
    return finished_items(plain(file.read_text(encoding="utf-8"), file.name))[0]


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("format_", WHOLE)
def test_a_shipped_bank_comes_back(name: str, format_: str) -> None:
    items = bank(name)
    taken = there_and_back(items, format_)
    assert taken.left == ()
    assert [one["id"] for one in taken.items] == [one["id"] for one in items]
    for ours, theirs in zip(items, taken.items, strict=True):
        assert said(theirs, format_) == said(ours, format_), ours["id"]


@pytest.mark.parametrize("name", BANKS)
def test_aiken_has_those_with_one_right_answer_and_says_which_it_has_not(name: str) -> None:
    items = bank(name)
    singles = [one for one in items if one["type"] == "single"]
    written = WRITERS["aiken"](items)
    assert {one.name for one in written.left if one.is_whole} == {one["id"] for one in items} - {
        one["id"] for one in singles
    }
    taken = there_and_back(items, "aiken")
    assert [said(one, "aiken") for one in taken.items] == [said(one, "aiken") for one in singles]


def test_what_a_format_cannot_say_is_told() -> None:
    items = bank("notice-and-listen")
    reasons = {(one.name, one.reason) for one in WRITERS["gift"](items).left}
    assert ("nights-still-waiting", "the unit") in reasons
    assert ("match-verbs-porter", "its sources") in reasons
    assert ("match-verbs-porter", "feedback on each line") in reasons
    assert ("match-verbs-porter", "the people in it") in reasons
    ordering = next(one["id"] for one in items if one["type"] == "ordering")
    for format_ in WHOLE:
        left = {(one.name, one.reason) for one in WRITERS[format_](items).left}
        assert (ordering, "half the mark for one swap of neighbours") in left
        assert (ordering, "its outcome, level and place in the quiz") in left


LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=30
)
TEXTS = st.builds(
    lambda text: from_plain(text, []),
    LINES | st.text(st.sampled_from("a1 ~={}#:\\->*_%/[]<&\n"), min_size=1, max_size=30),
).filter(lambda text: bool(text and Text(text).plain.strip()) and not FORMULA.search(Text(text).plain))
FIGURES = st.integers(-1000, 1000) | st.floats(-1000, 1000, allow_nan=False).map(lambda number: round(number, 3) + 0.0)
OPTIONS = st.lists(TEXTS, min_size=3, max_size=6, unique_by=lambda text: shown(text, {"emphasis"}))


@st.composite
def items(draw: st.DrawFn) -> Values:
    type_ = draw(st.sampled_from(["single", "multiple", "situational", "ordering", "matching", "numeric"]))
    item: Values = {"id": "one", "type": type_, "outcome": "1.1", "level": "apply", "stem": draw(TEXTS)}
    if type_ == "numeric":
        numbers = draw(st.lists(FIGURES, min_size=1, max_size=4, unique=True))
        item |= {
            "answer": numbers[0],
            "tolerance": abs(draw(FIGURES)),
            "feedback": draw(TEXTS),
            "otherwise": draw(TEXTS),
        }
        responses = [{"value": one, "feedback": draw(TEXTS)} for one in numbers[1:]]
        return item | ({"responses": responses} if responses else {})
    options = [{"id": "abcdef"[at], "text": text, "feedback": draw(TEXTS)} for at, text in enumerate(draw(OPTIONS))]
    if type_ == "matching":
        targets = [{"id": one["id"], "text": one["text"]} for one in options]
        sources = [
            {"id": f"s{at}", "text": draw(TEXTS), "target": draw(st.sampled_from(targets))["id"]} for at in (1, 2)
        ]
        return item | {"targets": targets, "sources": [one | {"feedback": draw(TEXTS)} for one in sources]}
    if type_ == "situational":
        marks = [2, 1, *(draw(st.sampled_from([0, 1])) for _ in options[2:])]
        return item | {"options": [one | {"marks": mark} for one, mark in zip(options, marks, strict=True)]}
    keys = {"single": 1, "multiple": 2}.get(type_, 0)
    item |= {"choose": 2} if keys == 2 else {}
    return item | {"options": [one | ({"key": True} if at < keys else {}) for at, one in enumerate(options)]}


@pytest.mark.parametrize("format_", WHOLE)
@settings(max_examples=25)
@given(item=items())
def test_any_item_comes_back(format_: str, item: Values) -> None:
    taken = there_and_back([item], format_)
    assert taken.left == ()
    assert said(taken.items[0], format_) == said(item, format_)


@settings(max_examples=25)
@given(item=items())
def test_any_item_can_stand_in_a_bank(item: Values) -> None:
    (taken,) = there_and_back([item], "moodle").items
    text = "module: m\nblueprint: []\nitems: []\n"
    assert plain(with_items(text, "bank", "checks", [taken]), "bank")["checks"] == [parts_stripped(taken)]


def parts_stripped(value: Any) -> Any:
    """A text of several lines ends with a line feed in a file."""
    if isinstance(value, dict):
        return {name: parts_stripped(one) for name, one in value.items()}
    if isinstance(value, list):
        return [parts_stripped(one) for one in value]
    return f"{value}\n" if isinstance(value, str) and "\n" in value else value


def test_an_arrow_in_a_line_to_match_is_not_the_one_of_gift() -> None:
    (item,) = (dict(one) for one in bank("notice-and-listen") if one["id"] == "match-verbs-porter")
    item["sources"] = [one | {"text": f"from here -> there {one['id']}"} for one in item["sources"]]
    assert said(there_and_back([item], "gift").items[0], "gift") == said(item, "gift")


def test_an_option_that_begins_like_a_weight_stays_as_it_is() -> None:
    texts = ("%50% of staff", "%0%", "all", "%100%")
    pairs = zip("abcd", texts, strict=True)
    options = [{"id": id_, "text": text, "feedback": "Why.", "key": id_ == "a"} for id_, text in pairs]
    item = {"id": "one", "type": "single", "outcome": "1.1", "level": "apply", "stem": "How many?", "options": options}
    taken = there_and_back([item], "gift")
    assert [option["text"] for option in taken.items[0]["options"]] == list(texts)
    assert [option.get("key", False) for option in taken.items[0]["options"]] == [True, False, False, False]
