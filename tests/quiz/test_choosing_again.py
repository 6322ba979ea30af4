"""What went wrong comes back first; then as many outcomes as there are; for each learner the same again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.quiz.again.choosing import Candidate, choose
from tests.samples.bank import ITEM, SINGLE


def candidate(source: str, number: int, outcome: str, went_wrong: bool) -> Candidate:
    item: dict[str, Any] = {**SINGLE, "id": f"item-{number}", "outcome": outcome}
    return Candidate(source, ITEM.validate_python(item), went_wrong)


candidates = st.lists(
    st.builds(
        candidate,
        st.sampled_from(["one", "two"]),
        st.integers(0, 30),
        st.sampled_from(["1.1", "1.2", "1.3"]),
        st.booleans(),
    ),
    max_size=20,
    unique_by=lambda one: one.name,
)
counts, seeds = st.integers(1, 10), st.text(max_size=8)


@given(candidates, counts, seeds)
def test_as_many_as_asked_or_all_and_none_twice(given_: list[Candidate], count: int, seed: str) -> None:
    chosen = choose(given_, count, seed)
    assert len(chosen) == min(count, len(given_))
    assert len({one.name for one in chosen}) == len(chosen)


@given(candidates, counts, seeds)
def test_nothing_else_is_asked_while_something_wrong_is_left_out(
    given_: list[Candidate], count: int, seed: str
) -> None:
    chosen = choose(given_, count, seed)
    left_out = [one for one in given_ if one.went_wrong and one not in chosen]
    assert not left_out or all(one.went_wrong for one in chosen)
    wrong_first = [one.went_wrong for one in chosen]
    assert wrong_first == sorted(wrong_first, reverse=True)


@given(candidates, counts, seeds)
def test_an_outcome_comes_twice_only_when_all_have_come(given_: list[Candidate], count: int, seed: str) -> None:
    right = [one for one in given_ if not one.went_wrong]
    chosen = choose(right, count, seed)
    outcomes = [(one.source_id, one.item.outcome) for one in chosen]
    there = {(one.source_id, one.item.outcome) for one in right}
    assert len(set(outcomes)) == min(count, len(there))


@given(candidates, counts, seeds, st.randoms())
def test_the_order_in_which_they_are_found_does_not_matter(
    given_: list[Candidate], count: int, seed: str, chance: Any
) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert choose(shuffled, count, seed) == choose(given_, count, seed)
