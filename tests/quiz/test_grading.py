"""Marks: the figures that CONTENT 4.1 gives, and what holds for every response."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.schema import Item, MatchingItem, NumericItem, OrderingItem
from lms.quiz import grading
from lms.quiz.drawing import draw, present
from lms.quiz.grading import Score, is_pass, mark, right_response, total
from lms.quiz.responding import Response, ResponseError, number, read
from lms.quiz.showing import explain, show, to_form
from tests.samples import bank as samples

ITEMS = {item.type: item for item in samples.items()}


def responses(item: Item) -> st.SearchStrategy[Response]:
    """Everything that can be read from the form of an item, besides no answer."""
    presented = present(item, "any")
    if isinstance(item, NumericItem):
        return st.integers(-999, 999).map(lambda value: (str(value),))
    if isinstance(item, OrderingItem):
        return st.permutations(presented.options).map(tuple)
    if isinstance(item, MatchingItem):
        targets = st.sampled_from(presented.targets)
        return st.tuples(
            *[targets.map(lambda target, source=source: f"{source}.{target}") for source in presented.options]
        )
    count = getattr(item, "choose", 1)
    return st.sets(st.sampled_from(presented.options), min_size=count, max_size=count).map(
        lambda chosen: tuple(option for option in presented.options if option in chosen)
    )


ITEM_AND_RESPONSE = st.sampled_from(list(ITEMS.values())).flatmap(
    lambda item: st.tuples(st.just(item), responses(item))
)


@pytest.mark.parametrize(
    ("kind", "response", "marks"),
    [
        ("single", ("c",), 1),
        ("single", ("a",), 0),
        ("multiple", ("a", "c"), 1),
        ("multiple", ("a", "b"), 0),
        ("multiple", ("a",), Fraction(1, 2)),
        ("multiple", ("b", "d"), 0),
        ("situational", ("a",), 2),
        ("situational", ("b",), 1),
        ("situational", ("d",), 0),
        ("ordering", ("a", "b", "c", "d"), 1),
        ("ordering", ("b", "a", "c", "d"), Fraction(1, 2)),
        ("ordering", ("a", "b", "d", "c"), Fraction(1, 2)),
        ("ordering", ("b", "a", "d", "c"), 0),
        ("ordering", ("c", "b", "a", "d"), 0),
        ("matching", ("s1.slip", "s2.drift", "s3.slip"), 1),
        ("matching", ("s1.slip", "s2.slip", "s3.slip"), Fraction(2, 3)),
        ("numeric", ("16",), 1),
        ("numeric", ("15,5",), 1),
        ("numeric", ("15.49",), 0),
        ("numeric", (), 0),
    ],
)
def test_marks(kind: str, response: Response, marks: Fraction) -> None:
    assert mark(ITEMS[kind], response).raw == marks


@given(ITEM_AND_RESPONSE)
def test_marks_stay_between_none_and_all(pair: tuple[Item, Response]) -> None:
    item, response = pair
    score = mark(item, response)
    assert 0 <= score.raw <= score.max
    assert score.is_full == (mark(item, right_response(item)).raw == score.raw)


@given(ITEM_AND_RESPONSE, st.text())
def test_a_response_survives_the_form(pair: tuple[Item, Response], seed: str) -> None:
    item, response = pair
    presented = present(item, seed)
    given_back = read(item, presented, to_form(item, presented, response))
    assert set(given_back) == set(response)
    assert mark(item, given_back) == mark(item, response)


@given(ITEM_AND_RESPONSE, st.text())
def test_feedback_speaks_of_every_part(pair: tuple[Item, Response], seed: str) -> None:
    item, response = pair
    lines = explain(item, present(item, seed), response)
    parts = 1 if isinstance(item, NumericItem) else len(present(item, seed).options)
    assert len(lines) == parts
    assert all(line.feedback for line in lines)


@given(st.sampled_from(list(ITEMS.values())), st.text())
def test_what_is_shown_has_no_id_key_or_feedback(item: Item, seed: str) -> None:
    shown = repr(show(item, present(item, seed), {}).parts)
    assert "feedback" not in shown
    assert "About" not in shown
    assert "'a'" not in shown


@given(
    st.dictionaries(
        st.sampled_from(["choice", "number", "rank-0", "rank-1", "match-0", "match-1"]),
        st.lists(st.text(max_size=5), max_size=4),
    )
)
def test_any_form_is_read_or_refused(form: dict[str, list[str]]) -> None:
    for item in ITEMS.values():
        try:
            response = read(item, present(item, "seed"), form)
        except ResponseError as refusal:
            assert str(refusal)
        else:
            assert 0 <= mark(item, response).raw <= item.max_marks


@given(st.text(), st.integers(1, 4))
def test_a_draw_fills_every_slot_and_can_be_repeated(seed: str, each: int) -> None:
    bank = samples.bank(each)
    drawn = draw(bank, seed)
    assert drawn == draw(bank, seed)
    slots = {item.id: item.slot for item in bank.items}
    assert [slots[item_id] for item_id in drawn] == [slot.id for slot in bank.blueprint]


@given(st.text(), st.text())
def test_the_next_draw_is_fresh(seed: str, other: str) -> None:
    bank = samples.bank(2)
    first = draw(bank, seed)
    assert not set(first) & set(draw(bank, other, seen=first))


def test_no_rounding_decides_a_pass() -> None:
    fifteen, twenty = Fraction(15), 20
    assert is_pass(Score(fifteen, twenty), 0.75)
    assert not is_pass(Score(fifteen - Fraction(1, 10**9), twenty), 0.75)
    thirds = total([Score(Fraction(1, 3), 1)] * 3)
    assert thirds.raw == 1
    assert grading.is_pass(Score(Fraction(7), 10), 0.7)


@pytest.mark.parametrize("typed", ["12", " 12.5 ", "12,5", "-3", "+3", ".5", "5."])
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert number(typed) == Decimal(typed.strip().replace(",", "."))


@pytest.mark.parametrize("typed", ["1e999999999", "NaN", "Infinity", "1,000.5", "١٢", "twelve", "1 2", "-", "9" * 25])
def test_what_is_no_number_is_told(typed: str) -> None:
    with pytest.raises(ResponseError, match="number"):
        number(typed)
