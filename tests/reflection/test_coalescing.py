"""A history keeps what its author may want back, and is not buried under what saved itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.reflection.coalescing import FEW, LONGEST, PAUSE, Step, goes_on
from lms.reflection.versions import Head, followed, knows

START = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Save:
    """One save: how long after the one before, how much text, from which page, by a button or not."""

    after: int
    characters: int
    sitting: str
    is_deliberate: bool


saves = st.lists(
    st.builds(Save, st.integers(0, 900), st.integers(0, 200), st.sampled_from("ab"), st.booleans()), max_size=60
)


def history(them: list[Save]) -> list[tuple[Step, list[Save]]]:
    """The versions that come of saves, each with the saves that went into it."""
    kept: list[tuple[Step, list[Save]]] = []
    at = START
    for one in them:
        at += dt.timedelta(seconds=one.after)
        if kept and goes_on(kept[-1][0], one.sitting, one.characters, at):
            last, into = kept.pop()
            kept.append((Step(one.sitting, last.began_at, at, one.characters, one.is_deliberate), [*into, one]))
        else:
            kept.append((Step(one.sitting, at, at, one.characters, one.is_deliberate), [one]))
    return kept


@given(saves)
def test_nothing_saved_by_a_button_is_ever_lost(them: list[Save]) -> None:
    assert [one for one in them if one.is_deliberate] == [
        into[-1] for _, into in history(them) if into[-1].is_deliberate
    ]


@given(saves)
def test_latest_version_is_the_latest_save(them: list[Save]) -> None:
    found = history(them)
    assert not them or found[-1][1][-1] is them[-1]


@given(saves)
def test_a_version_is_one_stretch_from_one_page(them: list[Save]) -> None:
    for step, into in history(them):
        assert len({one.sitting for one in into}) == 1
        assert step.saved_at - step.began_at <= LONGEST
        assert all(one.after <= PAUSE.total_seconds() for one in into[1:])


@given(saves)
def test_a_text_that_lost_half_leaves_the_whole_one_in_the_history(them: list[Save]) -> None:
    for _, into in history(them):
        for before, after in pairwise(into):
            assert after.characters >= before.characters / 2 or before.characters <= FEW


@given(st.lists(st.integers(0, 10), min_size=1, max_size=100))
def test_one_who_writes_on_makes_a_version_for_each_stretch_and_no_more(pauses: list[int]) -> None:
    them = [Save(pause, place, "a", False) for place, pause in enumerate(pauses)]
    assert len(history(them)) <= 1 + sum(pauses) // LONGEST.total_seconds()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=40))
def test_no_text_is_overwritten_unseen(them: list[tuple[str, bool]]) -> None:
    """Two pages save in turns, and often an answer gets lost: neither ever replaces what it could not know."""
    head, known, seen = Head(), {"a": 0, "b": 0}, {"a": set[str](), "b": set[str]()}
    text = ""
    for number, (page, is_lost) in enumerate(them):
        if knows(head, known[page], page):
            assert not text or text in seen[page]
            head = followed(head, known[page], page)
            text = f"{page}{number}"
            seen[page].add(text)
            if not is_lost:
                known[page] = head.version
        else:  # its author is shown the other text
            seen[page].add(text)
            known[page] = head.version
