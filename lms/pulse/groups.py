"""What may be said of many people's ratings: only whole groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GROUP = 8
"""Fewer people than this could be told apart. Ratings wait until so many more have come (content brief, section 7)."""


@dataclass(frozen=True)
class Spread:
    """How the people of whole groups rated one statement."""

    statement_id: str
    counts: Mapping[int, int]
    """People by place on the scale, from 0."""

    @property
    def people(self) -> int:
        """How many rated it."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """The mean place on the scale, from 0; None where fewer rated it than make a group."""
        if self.people < GROUP:
            return None
        return sum(place * count for place, count in self.counts.items()) / self.people


def whole(people: int) -> int:
    """How many of so many people are in whole groups."""
    return people - people % GROUP


def is_whole(waiting: int) -> bool:
    """Whether those who wait may be counted."""
    return waiting >= GROUP
