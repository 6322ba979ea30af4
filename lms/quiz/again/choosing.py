"""Which questions of what was learned before are asked again: first those that went wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lms.content.schema import Item


@dataclass(frozen=True)
class Occasion:
    """Where questions are asked again: the warm-up of a module, or a look back at one."""

    id: str
    """The block of a warm-up; `look-back-1`. Never changes, since answers hang on it."""
    sources: tuple[str, ...]
    """The modules whose questions these are."""
    count: int
    """How many are asked."""
    before: dt.datetime
    """Only answers from before this moment say what went wrong, so that the choice stays what it is."""


@dataclass(frozen=True)
class Candidate:
    """A question that may be asked again."""

    source_id: str
    """The module that it comes from."""
    item: Item
    went_wrong: bool = False
    """Whether the latest answer did not earn all marks."""

    @property
    def name(self) -> tuple[str, str]:
        """Its module and id."""
        return self.source_id, self.item.id


def choose(candidates: Iterable[Candidate], count: int, seed: str) -> tuple[Candidate, ...]:
    """So many candidates: those that went wrong first, then others; of each, as many outcomes as there are.

    The same seed chooses the same. The seed of one learner says nothing about what another is asked.
    """
    by_lot = sorted(candidates, key=lambda one: _lot(seed, one))
    chosen: list[Candidate] = []
    for group in (True, False):
        left = [one for one in by_lot if one.went_wrong is group]
        for fresh in (True, False):
            for one in left:
                if len(chosen) < count and one not in chosen and (not fresh or _is_new(one, chosen)):
                    chosen.append(one)
    return tuple(chosen)


def _is_new(candidate: Candidate, chosen: Iterable[Candidate]) -> bool:
    return all((one.source_id, one.item.outcome) != (candidate.source_id, candidate.item.outcome) for one in chosen)


def _lot(seed: str, candidate: Candidate) -> bytes:
    return hashlib.sha256(f"{seed} {candidate.source_id} {candidate.item.id}".encode()).digest()
