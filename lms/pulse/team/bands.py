"""In which words a manager is told how many agree: broad enough that no single answer shows. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lms.pulse.groups import GROUP

AGREES_FROM = 3
"""The first place on the scale of five, from 0, that counts as agreeing."""
STEPS = (8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500)
"""A number of people is told as the last of these that it reaches."""


class Band(StrEnum):
    """How many agree.

    From eight answers on each band stands for at least two numbers of people. So none says "all" or "nobody", which
    would tell what each single person answered.
    """

    FEW = "few"
    """Fewer than one in four."""
    SOME = "some"
    """One in four, or more, but fewer than half."""
    MANY = "many"
    """Half, or more, up to three in four."""
    MOST = "most"
    """More than three in four."""


ORDER = (Band.FEW, Band.SOME, Band.MANY, Band.MOST)


def band(agreeing: int, people: int) -> Band | None:
    """The band of so many who agree, of so many who answered a line; None where too few did."""
    if people < GROUP:
        return None
    if 4 * agreeing < people:
        return Band.FEW
    if 2 * agreeing < people:
        return Band.SOME
    return Band.MANY if 4 * agreeing <= 3 * people else Band.MOST


def band_of(counts: Mapping[int, int]) -> Band | None:
    """The same, of how many people chose each place on the scale."""
    agreeing = sum(people for place, people in counts.items() if place >= AGREES_FROM)
    return band(agreeing, sum(counts.values()))


def at_least(people: int) -> int | None:
    """How many answered, told as the last step that was reached; None where they are too few."""
    return max((step for step in STEPS if step <= people), default=None)


def move(before: Band | None, after: Band | None) -> int:
    """By how many bands more agree than before; 0 where it cannot be said."""
    return ORDER.index(after) - ORDER.index(before) if before and after else 0
