"""What did not come along, put together for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lms.authoring.interchange.neutral import Left


@dataclass(frozen=True)
class Told:
    """A reason, and the questions that it concerns."""

    is_whole: bool
    reason: str
    names: tuple[str, ...]


def by_reason(left: Iterable[Left]) -> list[Told]:
    """Each reason once, those for which whole questions stay first."""
    found: dict[tuple[bool, str], list[str]] = {}
    for one in left:
        found.setdefault((one.is_whole, one.reason), []).append(one.name)
    told = [Told(is_whole, reason, tuple(names)) for (is_whole, reason), names in found.items()]
    return sorted(told, key=lambda one: not one.is_whole)
