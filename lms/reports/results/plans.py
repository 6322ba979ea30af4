"""What became of plans, of whole groups of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms.commitment.looking_back import Did


@dataclass(frozen=True)
class Kept:
    """What people said at one look back at their plans."""

    number: int
    """Of the look back, from 1."""
    counts: Mapping[Did, int]
    """People by what they said, in whole groups."""

    @property
    def people(self) -> int:
        """How many are counted."""
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """Those who did it, or did it sometimes, of all who said; 0 if nobody did."""
        done = self.counts.get(Did.YES, 0) + self.counts.get(Did.SOMETIMES, 0)
        return done / self.people if self.people else 0.0
