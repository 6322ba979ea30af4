"""What an attempt is worth by corrected keys. Values in, values out; only what was corrected is marked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.content.same_words import are_alike
from lms.content.schema import Item, MatchingItem, NumericItem, OrderingItem, SituationalItem
from lms.quiz import grading
from lms.quiz.grading import Score
from lms.quiz.responding import Response

_SMALLEST_PART = 27_720
"""Marks are halves, thirds … twelfths: whatever was kept as a float is a whole number of these."""

Correction = tuple[Item, Item]
"""An item as it marked an answer so far, and as it is corrected."""


class Change(StrEnum):
    """What marking again does to a result."""

    SAME = "same"
    BETTER = "better"
    """More marks; perhaps a pass."""
    WORSE = "worse"
    """Fewer marks; passed or not stays."""
    LOST = "lost"
    """Fewer marks, and no pass any more."""


@dataclass(frozen=True)
class Result:
    """What came of an attempt."""

    score: Score
    passed: bool


@dataclass(frozen=True)
class Answer:
    """What was answered to one question of an attempt, with the marks that it has."""

    item_id: str
    response: Response
    raw: Fraction


@dataclass(frozen=True)
class Marks:
    """The marks of one question before and after."""

    item_id: str
    old: Fraction
    new: Fraction


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt, and what comes of it by the corrected keys."""

    old: Result
    new: Result
    marks: tuple[Marks, ...]
    """Of every question that was marked again."""

    @property
    def change(self) -> Change:
        """Which of the four it is."""
        if self.old.passed and not self.new.passed:
            return Change.LOST
        if self.new.score.raw == self.old.score.raw:
            return Change.SAME
        return Change.BETTER if self.new.score.raw > self.old.score.raw else Change.WORSE

    @property
    def is_now_passed(self) -> bool:
        """Whether it passes, and did not before."""
        return self.new.passed and not self.old.passed


def regrade(
    old: Result, answers: Iterable[Answer], corrections: Mapping[str, Correction], mastery_score: float
) -> Outcome:
    """Mark again what can be read by the corrected item; everything else stays as it is.

    A result that goes up never loses a pass, and one that goes down never gains one, whatever became of the mastery
    score meanwhile: only the correction counts.
    """
    marks = tuple(_mark(answer, *corrections[answer.item_id]) for answer in answers if _is_due(answer, corrections))
    gain = sum((one.new - one.old for one in marks), Fraction(0))
    score = Score(old.score.raw + gain, old.score.max)
    passed = old.passed
    if gain > 0:
        passed = old.passed or grading.is_pass(score, mastery_score)
    elif gain < 0:
        passed = old.passed and grading.is_pass(score, mastery_score)
    return Outcome(old, Result(score, passed), marks)


def is_corrected(old: Item, new: Item) -> bool:
    """Whether the same answers may be worth other marks. An item of another type is another question."""
    return old.type == new.type and decides(old) != decides(new)


def decides(item: Item) -> object:
    """What decides what an answer is worth: the right one, whatever the words and the order of the options are."""
    if isinstance(item, SituationalItem):
        return item.type, frozenset((option.id, option.marks) for option in item.options if option.marks)
    if isinstance(item, NumericItem):
        return item.type, item.answer, item.tolerance
    right = grading.right_response(item)
    return item.type, right if isinstance(item, OrderingItem) else frozenset(right)


def can_read(old: Item, new: Item, response: Response) -> bool:
    """Whether the corrected item can fairly mark what was answered to the old one.

    All that was answered must still be there, and the right answer must have been on offer: under its id, and in much
    the same words. An id that was given to something else is not what people chose.
    """
    if old.type != new.type:
        return False
    if isinstance(new, NumericItem) or not response:
        return True
    before, after = _parts(old), _parts(new)
    if isinstance(new, OrderingItem):
        return before.keys() == after.keys() and _stayed(before, before, after)
    if isinstance(new, MatchingItem):
        named = {pair.split(".", 1)[1] for pair in response} | {one.target for one in new.sources}
        is_same = before.keys() == after.keys() and _stayed(before, before, after)
        return is_same and _stayed(named, _targets(old), _targets(new))
    named = {*response, *grading.right_response(new)}
    return _stayed(named, before, after) and _choose(old) == _choose(new)


def exact(raw: float | None) -> Fraction:
    """Marks that were kept as a float, as they were reckoned; none are nothing."""
    return Fraction(raw or 0).limit_denominator(_SMALLEST_PART)


def _is_due(answer: Answer, corrections: Mapping[str, Correction]) -> bool:
    found = corrections.get(answer.item_id)
    return found is not None and is_corrected(*found) and can_read(*found, answer.response)


def _mark(answer: Answer, old: Item, new: Item) -> Marks:
    return Marks(answer.item_id, answer.raw, grading.mark(new, answer.response).raw)


def _stayed(ids: Iterable[str], before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether all of these were offered then and are now, and say much the same."""
    return all(id_ in before and id_ in after and are_alike(before[id_], after[id_]) for id_ in ids)


def _parts(item: Item) -> dict[str, str]:
    """The words of what is answered with."""
    parts = item.sources if isinstance(item, MatchingItem) else getattr(item, "options", ())
    return {one.id: one.text.plain for one in parts}


def _targets(item: Item) -> dict[str, str]:
    return {target.id: target.text.plain for target in item.targets} if isinstance(item, MatchingItem) else {}


def _choose(item: Item) -> int:
    return getattr(item, "choose", 1)
