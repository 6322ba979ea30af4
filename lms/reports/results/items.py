"""How the questions of a quiz work: how many know the answer, whom each tells apart, which options do nothing.

The figures are those of classical test theory. Values in, values out.

Not everyone is asked every question, so each question has groups of its own: of those who were asked it, whole groups
of `GROUP` in the order in which they came. Once whole, a group stays as it is. So whoever looks before and after
someone came sees the figures of at least `GROUP` people more, or the same as before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

from lms.content.schema import Item, MultipleItem, SingleItem, SituationalItem
from lms.pulse.groups import GROUP, whole

ENOUGH = 30
"""From so many people on, a remark on a question is more than chance."""
EASY, HARD = 0.95, 0.30
WEAK = 0.10
"""A question of a lower discrimination hardly tells who knows the rest from who does not."""
IDLE = 0.05
"""Fewer than these choose a distractor that does nothing."""
TRIO = 3 * GROUP
"""Of so many who came one after the other, the best and the poorest third are compared: a whole group each."""
BLOCK = 50 * GROUP
"""Groups are made within so many sittings, so that whole blocks can be left out and all other groups stay."""


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
    best: float | None
    """Among the third who did best in the other questions; None where a third is no whole group yet."""
    poorest: float | None
    remark: str = ""


@dataclass(frozen=True)
class ItemFigures:
    """How one question works."""

    item: Item
    people: int
    """Of those who were asked it, as many as are in whole groups."""
    facility: float | None
    """The mean share of its marks that people earned, 0 to 1; None where they make no group yet."""
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
    """The figures of each question, in the order of the bank; sittings in the order in which they came, from the
    beginning of a block on."""
    return [_figures(item, _groups(item, sittings)) for item in items]


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


@dataclass(frozen=True)
class _Groups:
    """Those in whole groups who were asked a question, and of all whole trios of them the best and the poorest."""

    everyone: list[Sitting]
    best: list[Sitting]
    poorest: list[Sitting]


def _groups(item: Item, sittings: Sequence[Sitting]) -> _Groups:
    made = _Groups([], [], [])
    for start in range(0, len(sittings), BLOCK):
        asked = [one for one in sittings[start : start + BLOCK] if item.id in one.shares]
        made.everyone.extend(asked[: whole(len(asked))])
        for first in range(0, len(asked) - TRIO + 1, TRIO):
            ranked = sorted(asked[first : first + TRIO], key=lambda one: one.rest(item.id))
            made.poorest.extend(ranked[:GROUP])
            made.best.extend(ranked[-GROUP:])
    return made


def _figures(item: Item, groups: _Groups) -> ItemFigures:
    sittings = groups.everyone
    people = len(sittings)
    if not people:
        return ItemFigures(item, 0, None)
    shares = [sitting.shares[item.id] for sitting in sittings]
    rests = [sitting.rest(item.id) for sitting in sittings]
    facility, discrimination = fmean(shares), _correlation(shares, rests)
    options = _options(item, groups)
    remarks = tuple(_remarks(facility, discrimination)) if people >= ENOUGH else ()
    return ItemFigures(item, people, facility, discrimination, options, remarks)


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    try:
        return correlation(first, second)
    except StatisticsError:  # all alike in one of the two
        return None


def _options(item: Item, groups: _Groups) -> tuple[OptionFigures, ...]:
    if not isinstance(item, SingleItem | MultipleItem | SituationalItem):
        return ()
    rights = _rights(item)
    made = []
    for option in item.options:
        chosen = _share(item.id, option.id, groups.everyone)
        best, poorest = (_share(item.id, option.id, part) if part else None for part in (groups.best, groups.poorest))
        is_right = option.id in rights
        remark = _remark(is_right, chosen, best, poorest) if len(groups.everyone) >= ENOUGH else ""
        made.append(OptionFigures(option.id, option.text.plain, is_right, chosen, best, poorest, remark))
    return tuple(made)


def _rights(item: SingleItem | MultipleItem | SituationalItem) -> set[str]:
    if isinstance(item, SituationalItem):
        return {option.id for option in item.options if option.marks == item.max_marks}
    return {option.id for option in item.options if option.key}


def _share(item_id: str, option_id: str, group: Sequence[Sitting]) -> float:
    return sum(option_id in sitting.responses.get(item_id, ()) for sitting in group) / len(group)


def _remark(is_right: bool, chosen: float, best: float | None, poorest: float | None) -> str:
    if not is_right and chosen < IDLE:
        return "Hardly anyone takes this for the answer: make it more plausible, or do without it."
    if best is None or poorest is None:
        return ""
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
