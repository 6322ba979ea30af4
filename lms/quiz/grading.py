"""How many marks a response earns. Values in, values out; exact fractions, so that no rounding decides a pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.content.markup import Text
from lms.content.schema import (
    Item,
    MatchingItem,
    MultipleItem,
    NumericItem,
    OrderingItem,
    SingleItem,
    SituationalItem,
)
from lms.quiz.responding import Response, number, plain_number

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Score:
    """Marks earned out of marks to be earned."""

    raw: Fraction
    max: int

    @property
    def scaled(self) -> Fraction:
        """raw divided by max, 0 to 1; an empty quiz counts nothing."""
        return self.raw / self.max if self.max else Fraction(0)

    @property
    def is_full(self) -> bool:
        """Whether every mark was earned."""
        return self.raw == self.max


def mark(item: Item, response: Response) -> Score:
    """The marks that a response earns; an empty response earns none."""
    return Score(_raw(item, response) if response else Fraction(0), item.max_marks)


def total(scores: Iterable[Score]) -> Score:
    """The marks of a whole quiz."""
    listed = list(scores)
    return Score(sum((score.raw for score in listed), Fraction(0)), sum(score.max for score in listed))


def is_pass(score: Score, mastery_score: float) -> bool:
    """Whether the scaled score reaches the mastery score (which is a decimal as written, such as 0.75)."""
    return score.scaled >= Fraction(str(mastery_score))


def right_response(item: Item) -> Response:
    """The response that earns all marks, in the form of a response."""
    if isinstance(item, SituationalItem):
        return tuple(option.id for option in item.options if option.marks == item.max_marks)
    if isinstance(item, SingleItem | MultipleItem):
        return tuple(option.id for option in item.options if option.key)
    if isinstance(item, OrderingItem):
        return tuple(option.id for option in item.options)
    if isinstance(item, MatchingItem):
        return tuple(f"{source.id}.{source.target}" for source in item.sources)
    return (plain_number(item.answer),)


def numeric_feedback(item: NumericItem, response: Response) -> Text:
    """What to say to a number: its own feedback where the author foresaw it."""
    if mark(item, response).is_full:
        return item.feedback
    for foreseen in item.responses:
        if response and number(response[0]) == Fraction(str(foreseen.value)):
            return foreseen.feedback
    return item.otherwise


def _raw(item: Item, response: Response) -> Fraction:
    if isinstance(item, SituationalItem):
        return Fraction(sum(option.marks for option in item.options if response == (option.id,)))
    if isinstance(item, MultipleItem):
        return _picks(right_response(item), response)
    if isinstance(item, OrderingItem):
        return _order(right_response(item), response)
    if isinstance(item, MatchingItem):
        return Fraction(len(set(response) & set(right_response(item))), len(item.sources))
    if isinstance(item, NumericItem):
        distance = abs(Fraction(number(response[0])) - Fraction(str(item.answer)))
        return Fraction(distance <= Fraction(str(item.tolerance)))
    return Fraction(response == right_response(item))


def _picks(keys: Sequence[str], response: Sequence[str]) -> Fraction:
    """(right picks − wrong picks) ÷ keys, not below nothing."""
    right = len(set(response) & set(keys))
    wrong = len(set(response) - set(keys))
    return max(Fraction(0), Fraction(right - wrong, len(keys)))


def _order(right: Sequence[str], response: Sequence[str]) -> Fraction:
    """All for the right order, half where exactly two neighbours are swapped."""
    if tuple(response) == tuple(right):
        return Fraction(1)
    if sorted(response) != sorted(right):
        return Fraction(0)
    differing = [place for place, option in enumerate(response) if option != right[place]]
    is_swap = len(differing) == 2 and differing[1] == differing[0] + 1
    return HALF if is_swap else Fraction(0)
