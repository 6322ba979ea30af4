"""Which modules of a programme are open to a learner, and why the others are not yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lms.content.schema import Programme


class Standing(StrEnum):
    """How a module stands to one learner."""

    IN_PREPARATION = "in preparation"
    LOCKED = "locked"
    """Another module must be completed first."""
    WAITING = "waiting"
    """Opens on a day that is known."""
    OPEN = "open"
    STARTED = "started"
    COMPLETED = "completed"


OPEN_STANDINGS = frozenset({Standing.OPEN, Standing.STARTED, Standing.COMPLETED})


class Taken(Protocol):
    """What is asked of a registration."""

    @property
    def started_at(self) -> dt.datetime | None: ...
    @property
    def completed_at(self) -> dt.datetime | None: ...


@dataclass(frozen=True)
class Step:
    """One module of the programme as a learner meets it."""

    module_id: str
    number: int
    standing: Standing
    after: str | None = None
    """The module that must be completed first, if there is one before it."""
    opens_at: dt.datetime | None = None
    """When a waiting module opens."""
    after_days: int = 0
    """How long after the completion of the one before it opens."""
    completed_at: dt.datetime | None = None

    @property
    def is_shut(self) -> bool:
        """Whether it waits for its turn."""
        return self.standing in (Standing.LOCKED, Standing.WAITING)

    @property
    def is_open(self) -> bool:
        """Whether its pages may be read."""
        return self.standing in OPEN_STANDINGS


def steps(
    programme: Programme,
    published: Collection[str],
    taken: Mapping[str, Taken],
    at: dt.datetime,
    early: Collection[str] = (),
) -> tuple[Step, ...]:
    """Every module in order. They open one after the other; what was begun stays open, whatever changes later.

    `early` are modules that a lead opened to this learner before their turn.
    """
    found: list[Step] = []
    before: str | None = None
    for number, planned in enumerate(programme.modules, 1):
        opens_at = _opens_at(taken.get(before) if before else None, planned.after_days)
        own = taken.get(planned.id)
        standing = _standing(planned.id in published, own, before is None or planned.id in early, opens_at, at)
        wait = opens_at if standing is Standing.WAITING else None
        completed_at = own.completed_at if own else None
        found.append(Step(planned.id, number, standing, before, wait, planned.after_days, completed_at))
        before = planned.id
    return tuple(found)


def _opens_at(before: Taken | None, after_days: int) -> dt.datetime | None:
    """None as long as the module before is not completed. Days are counted whole, so that one opens in the morning."""
    completed = before.completed_at if before else None
    if completed is None or not after_days:
        return completed
    return completed.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=after_days)


def _standing(
    is_published: bool, own: Taken | None, is_free: bool, opens_at: dt.datetime | None, at: dt.datetime
) -> Standing:
    if not is_published:
        return Standing.IN_PREPARATION
    if own and own.completed_at:
        return Standing.COMPLETED
    if own and own.started_at:
        return Standing.STARTED
    if is_free or (opens_at and opens_at <= at):
        return Standing.OPEN
    return Standing.WAITING if opens_at else Standing.LOCKED
