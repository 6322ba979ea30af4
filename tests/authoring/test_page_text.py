"""A page in pieces: nothing but what is changed changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.authoring.files.page_text import FRONT, PROSE, inserted, moved, pieces, removed, replaced, span
from lms.authoring.files.unfit import UnfitError

COURSES = Path(__file__).parents[2] / "courses"
PAGES = sorted(path for path in COURSES.glob("*/*/*.md") if path.parent.name != "tools")
HEAD = "---\ntitle: A page\n---\n\n"
BLOCKS = st.sampled_from(
    [
        "Some words.",
        "## A heading\n\nMore of it.",
        "- one\n- two",
        ":::{check} attend-single\n:::",
        ":::{callout}\ntype: note\ntitle: It\n---\nWords.\n\nMore words.\n:::",
        "::::{reflection} what\nminutes: 3\n---\n:::\nWhat?\n:::\n::::",
    ]
)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_is_its_pieces(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = pieces(text)
    assert "".join(one.source for one in found) == text
    assert found[0].kind == FRONT
    for place, one in enumerate(found):
        assert text.split("\n")[one.line - 1] == one.source.split("\n")[0]
        assert replaced(text, place, one.text) == text, "saved as it was, it is as it was"


@given(st.text(alphabet=":-{}#abc \n", max_size=200))
def test_any_text_is_its_pieces(text: str) -> None:
    assert "".join(one.source for one in pieces(text)) == text


@given(st.lists(BLOCKS, min_size=1, max_size=6), BLOCKS, st.data())
def test_one_is_changed_and_the_others_stay(blocks: list[str], new: str, data: st.DataObject) -> None:
    text = HEAD + "\n\n".join(blocks) + "\n"
    before = [one.text for one in pieces(text)]
    place = data.draw(st.integers(1, len(before) - 1))
    try:
        after = [one.text for one in pieces(replaced(text, place, new))]
        assert "\n\n".join(after) == "\n\n".join([*before[:place], new, *before[place + 1 :]])
    except UnfitError:
        beside = [*pieces(text)[place - 1 : place], *pieces(text)[place + 1 : place + 2]]
        assert not new.startswith(":::") and any(one.kind == PROSE for one in beside), "it would be one with a text"
    more = [one.text for one in pieces(inserted(text, place, new))]
    assert "\n\n".join(more) == "\n\n".join([*before[:place], new, *before[place:]])
    fewer = [one.text for one in pieces(removed(text, place))]
    assert "\n\n".join(fewer) == "\n\n".join([*before[:place], *before[place + 1 :]])
    there = moved(text, place, 1)
    if place + 1 < len(before):
        assert "\n\n".join(one.text for one in pieces(there)) == "\n\n".join(
            [*before[:place], before[place + 1], before[place], *before[place + 2 :]]
        )
    else:
        assert there == text


def test_the_front_matter_stays_first() -> None:
    text = HEAD + "One.\n\n:::{check} a\n:::\n"
    assert moved(text, 1, -1) == text
    with pytest.raises(IndexError):
        moved(text, 0, 1)
    assert pieces(inserted(text, 99, "Two."))[-1].text == "Two."


@given(st.text(alphabet=":`~-> {}ab\n", max_size=60), st.integers(1, 5))
def test_whatever_is_written_in_one_piece_leaves_the_others_what_they_are(written: str, place: int) -> None:
    text = HEAD + "One.\n\n:::{callout}\nTwo.\n:::\n\nThree.\n\n:::{check} four\n:::\n\nFive.\n"
    before = pieces(text)
    try:
        now = pieces(replaced(text, place, written))
    except UnfitError:
        return
    made = len(now) - len(before) + 1
    others = [one.text for one in (*before[:place], *before[place + 1 :])]
    assert made >= 1
    assert [one.text for one in (*now[:place], *now[place + made :])] == others
    assert span(now, place, made).startswith(written.strip("\n"))


@pytest.mark.parametrize("fence", ["```", "~~~~", ":::{callout}"])
def test_an_open_fence_is_closed_before_anything_is_put_below_it(fence: str) -> None:
    text = f"{HEAD}:::{{check}} a\n:::\n\nOne.\n\n{fence}\ntwo"  # as it may come in a file
    assert pieces(inserted(text, 99, ":::{check} b\n:::"))[-1].id == "b"
    assert [one.id for one in pieces(moved(text, 2, -1)) if one.kind == "check"] == ["a"]
