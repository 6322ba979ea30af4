"""How the questions of a quiz work: how many know the answer, whom each tells apart, which options do nothing.

The figures are those of classical test theory. Values in, values out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

from lms.content.schema import Item, MultipleItem, SingleItem, SituationalItem
from lms.pulse.groups import GROUP

ENOUGH = 30
"""From so many people on, a remark on a question is more than chance."""
EASY, HARD = 0.95, 0.30
WEAK = 0.10
"""A question of a lower discrimination hardly tells who knows the rest from who does not."""
IDLE = 0.05
"""Fewer than these choose a distractor that does nothing."""
THIRD = 3
"""The best and the poorest part of those who took the quiz that are compared: one in so many."""


@dataclass(frozen=True)
class Sitting:
    """One person's first try at a quiz."""

    shares: Mapping[str, float]
    """What each question was worth to them, 0 to 1, by item id; one without an answer is 0."""
    responses: Mapping[str, Sequence[str]]
    """What they chose, by item id: ids of options."""

    def rest(self, item_id: str) -> float:
        """The mean of all other questions, 0 to 1."""
        others = [share for id_, share in self.shares.items() if id_ != item_id]
        return fmean(others) if others else 0.0


@dataclass(frozen=True)
class OptionFigures:
    """Who chose an option, as shares from 0 to 1."""

    id: str
    text: str
    is_right: bool
    chosen: float
    best: float
    """Among the third who did best in the other questions."""
    poorest: float
    remark: str = ""


@dataclass(frozen=True)
class ItemFigures:
    """How one question works."""

    item: Item
    people: int
    facility: float | None
    """The mean share of its marks that people earned, 0 to 1; None where fewer than a group answered it."""
    discrimination: float | None = None
    """The correlation of the marks for this question with those for all others (-1 to 1); None where it cannot be
    said: too few people, or all alike."""
    options: tuple[OptionFigures, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether so many answered it that its figures mean something."""
        return self.people >= ENOUGH


def figures(items: Iterable[Item], sittings: Sequence[Sitting]) -> list[ItemFigures]:
    """The figures of each question, in the order of the bank."""
    return [_figures(item, [sitting for sitting in sittings if item.id in sitting.shares]) for item in items]


def by_outcome(found: Iterable[ItemFigures]) -> dict[str, tuple[float, int]]:
    """For each outcome the mean share of marks over its questions, each answer counting alike, and how many answers."""
    groups: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for one in found:
        if one.facility is not None:
            groups[one.item.outcome].append((one.facility, one.people))
    return {outcome: _weighted(pairs) for outcome, pairs in groups.items()}


def _weighted(pairs: Sequence[tuple[float, int]]) -> tuple[float, int]:
    values, weights = zip(*pairs, strict=True)
    return fmean(values, weights=weights), sum(weights)


def _figures(item: Item, sittings: Sequence[Sitting]) -> ItemFigures:
    people = len(sittings)
    if people < GROUP:
        return ItemFigures(item, people, None)
    shares = [sitting.shares[item.id] for sitting in sittings]
    rests = [sitting.rest(item.id) for sitting in sittings]
    facility, discrimination = fmean(shares), _correlation(shares, rests)
    options = _options(item, sittings, rests)
    remarks = tuple(_remarks(facility, discrimination)) if people >= ENOUGH else ()
    return ItemFigures(item, people, facility, discrimination, options, remarks)


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    try:
        return correlation(first, second)
    except StatisticsError:  # all alike in one of the two
        return None


def _options(item: Item, sittings: Sequence[Sitting], rests: Sequence[float]) -> tuple[OptionFigures, ...]:
    if not isinstance(item, SingleItem | MultipleItem | SituationalItem):
        return ()
    in_order = [sitting for _, sitting in sorted(zip(rests, sittings, strict=True), key=lambda pair: pair[0])]
    part = max(1, len(in_order) // THIRD)
    groups = in_order, in_order[-part:], in_order[:part]
    rights = _rights(item)
    made = []
    for option in item.options:
        chosen, best, poorest = (_share(item.id, option.id, group) for group in groups)
        is_right = option.id in rights
        remark = _remark(is_right, chosen, best, poorest) if len(sittings) >= ENOUGH else ""
        made.append(OptionFigures(option.id, option.text.plain, is_right, chosen, best, poorest, remark))
    return tuple(made)


def _rights(item: SingleItem | MultipleItem | SituationalItem) -> set[str]:
    if isinstance(item, SituationalItem):
        return {option.id for option in item.options if option.marks == item.max_marks}
    return {option.id for option in item.options if option.key}


def _share(item_id: str, option_id: str, group: Sequence[Sitting]) -> float:
    return sum(option_id in sitting.responses.get(item_id, ()) for sitting in group) / len(group)


def _remark(is_right: bool, chosen: float, best: float, poorest: float) -> str:
    if not is_right and chosen < IDLE:
        return "Hardly anyone takes this for the answer: make it more plausible, or do without it."
    if not is_right and best > poorest and best >= 2 * IDLE:
        return "Those who know the rest choose this more often than those who do not: is it right after all?"
    if is_right and best < poorest:
        return "Those who know the rest choose this less often than those who do not: look at the key."
    return ""


def _remarks(facility: float, discrimination: float | None) -> Iterable[str]:
    if facility >= EASY:
        yield "Nearly everyone knows this at once. Keep it if it matters; it tells nobody apart."
    if facility <= HARD:
        yield "Most people miss this. Is it taught, and is the question plain?"
    if discrimination is not None and discrimination < 0:
        yield "Who does well elsewhere does worse here. Look at the key and the wording first."
    elif discrimination is not None and discrimination < WEAK and facility < EASY:
        yield "It hardly tells who knows the rest from who does not."
