"""Two people at one page: a block is found again, and never taken for another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.authoring.files.meeting import counterpart
from lms.authoring.files.page_text import Piece

WORDS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


def page(texts: list[str]) -> list[Piece]:
    return [Piece("prose", "", text, number) for number, text in enumerate(texts)]


@given(WORDS, st.data())
def test_a_changed_block_is_found_where_others_were_added(texts: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(texts) - 1))
    now = [*texts[:place], "CHANGED", *texts[place + 1 :]]
    assert counterpart(page(texts), page(now), place) == place
    if place:  # something that did not change stands between
        assert counterpart(page(texts), page(["NEW", *now]), place) == place + 1


@given(WORDS, st.data())
def test_a_block_that_went_is_nowhere(texts: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(texts) - 1))
    assert counterpart(page(texts), page(texts[:place] + texts[place + 1 :]), place) is None


@given(WORDS)
def test_what_nobody_can_tell_is_not_guessed(texts: list[str]) -> None:
    assert counterpart(page(texts), page(["X", *[text.upper() for text in texts]]), 0) is None
