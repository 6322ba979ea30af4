"""What coverage means. Values in, values out.

The **population** of a day is everyone who has a placement on it (from its first day on, up to the day on which it was
so no more): all of them, or those who counted as managers then. Nobody who had left by then is in it, and nobody who
has come since.

Someone **has completed** a programme when they had completed each of its modules by the end of that day, **is under
way** when they had begun any of them, and has **not started** otherwise. Days are those of the installation's zone.

Someone **is overdue** with whom something mandatory was past its last day, as it was then, and not met by the end of
that day, unless they were exempt. They may have completed the programme all the same: then a refresher is late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

SMALLEST = 5
"""Of fewer people than this nothing is said when places are compared: a share of three is nobody's work."""
BAND = 10
"""Per cent that one band takes in."""


class Standing(StrEnum):
    """How far someone is."""

    COMPLETED = "completed"
    UNDER_WAY = "under way"
    NOT_STARTED = "not started"
    OVERDUE = "overdue"
    """Beside the others: something that they must complete is past its last day."""


@dataclass(frozen=True)
class Count:
    """How many people are how far."""

    completed: int = 0
    under_way: int = 0
    not_started: int = 0
    overdue: int = 0
    """Among all of them: who is late with something that is mandatory, and not exempt."""

    @property
    def people(self) -> int:
        """All of them."""
        return self.completed + self.under_way + self.not_started

    @property
    def share(self) -> float | None:
        """Those who have completed, from 0 to 1; None where there is nobody."""
        return self.completed / self.people if self.people else None

    def of(self, standing: Standing) -> int:
        """How many are so far."""
        return {
            Standing.COMPLETED: self.completed,
            Standing.UNDER_WAY: self.under_way,
            Standing.NOT_STARTED: self.not_started,
            Standing.OVERDUE: self.overdue,
        }[standing]

    def __add__(self, other: Count) -> Count:
        return Count(
            self.completed + other.completed,
            self.under_way + other.under_way,
            self.not_started + other.not_started,
            self.overdue + other.overdue,
        )


def standing(done: int, begun: int, needed: int) -> Standing:
    """How far someone is who has completed and begun so many of the modules that are needed."""
    if needed and done >= needed:
        return Standing.COMPLETED
    return Standing.UNDER_WAY if begun or done else Standing.NOT_STARTED


def added_up(counts: Iterable[Count]) -> Count:
    """All together."""
    return sum(counts, Count())


@dataclass(frozen=True)
class Line:
    """One place, job group or module of a table."""

    key: str
    """What an address knows it by."""
    name: str
    count: Count
    goes_down: bool = False
    """Whether there is more below it."""
    is_open: bool = True
    """Whether the reader may look at it by itself: a place that was theirs on that day may be another's today."""


@dataclass(frozen=True)
class Compared:
    """The same line as it may be shown beside others."""

    line: Line
    is_hidden: bool
    """Too few people, or one could be told from the total who they are."""

    @property
    def band(self) -> tuple[int, int] | None:
        """The share in whole per cent, from and to; None where it is hidden or there is nobody."""
        return None if self.is_hidden or self.line.count.share is None else band(self.line.count.share)


def compared(lines: Iterable[Line]) -> list[Compared]:
    """Lines as they may be shown beside each other and their total.

    A line of fewer than `SMALLEST` people is hidden. If it were the only one, the total would tell it: then the
    smallest of the others is hidden with it.
    """
    listed = list(lines)
    hidden = {line.key for line in listed if 0 < line.count.people < SMALLEST}
    if hidden and sum(line.count.people for line in listed if line.key in hidden) < SMALLEST:
        others = [line for line in listed if line.key not in hidden and line.count.people]
        if others:
            hidden.add(min(others, key=lambda line: (line.count.people, line.key)).key)
    return [Compared(line, line.key in hidden) for line in listed]


def band(share: float) -> tuple[int, int]:
    """The band of whole per cent in which a share lies: 0.61 is in 60 to 69, and only all is 100."""
    percent = int(share * 100 + 1e-9)
    if percent >= 100:
        return 100, 100
    start = percent // BAND * BAND
    return start, start + BAND - 1


@dataclass(frozen=True)
class Span:
    """Someone's placement, and the day on which they had completed everything; None if they have not."""

    from_on: dt.date
    until_on: dt.date | None
    completed_on: dt.date | None


@dataclass(frozen=True)
class Point:
    """How it was at the end of a day."""

    on: dt.date
    people: int
    completed: int

    @property
    def is_small(self) -> bool:
        """Whether there were so few people that nothing is said of them where others read it."""
        return 0 < self.people < SMALLEST

    @property
    def share(self) -> float | None:
        """Those who had completed, from 0 to 1."""
        return self.completed / self.people if self.people else None


Steps = Mapping[dt.date, int]
"""What is added on a day, and taken away."""


def trend(people: Steps, completed: Steps, days: Iterable[dt.date]) -> list[Point]:
    """How it was at the end of each day, from what was added and taken away on the days up to it."""
    return [Point(day, _up_to(people, day), _up_to(completed, day)) for day in days]


def _up_to(steps: Steps, day: dt.date) -> int:
    return sum(step for on, step in steps.items() if on <= day)


def month_ends(last: dt.date, months: int) -> list[dt.date]:
    """The last days of the months before a day, and that day, the earliest first."""
    ends = [last]
    first = last.replace(day=1)
    for _ in range(months):
        end = first - dt.timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def below(
    parents: Mapping[int, int | None], roots: Iterable[int], counts: Mapping[int, Count]
) -> Iterator[tuple[int, Count]]:
    """Each of these places with all that is below it added up."""
    children: dict[int, list[int]] = {}
    for key, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(key)
    for root in roots:
        yield root, _with_all_below(root, children, counts, set())


def _with_all_below(key: int, children: Mapping[int, list[int]], counts: Mapping[int, Count], seen: set[int]) -> Count:
    seen.add(key)
    total = counts.get(key, Count())
    for child in children.get(key, ()):
        if child not in seen:
            total += _with_all_below(child, children, counts, seen)
    return total
