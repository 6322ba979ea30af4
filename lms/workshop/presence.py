"""When attendance can be noted, and whose. Values in, values out."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from lms.workshop.places import State

BEFORE = dt.timedelta(minutes=30)
AFTER = dt.timedelta(minutes=60)


class Way(StrEnum):
    """How it is known that somebody was there."""

    LIST = "list"
    """The facilitator ticked the name."""
    CODE = "code"
    """They opened the code that was shown in the room."""


class Refusal(StrEnum):
    """Why attendance is not noted."""

    TOO_EARLY = "too early"
    TOO_LATE = "too late"
    CANCELLED = "cancelled"
    FULL = "full"
    """They have no place, and none is left."""
    UNKNOWN = "unknown"
    """They did not ask for a place, and are not among those to whom the session is offered."""


def code_window(starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when until when a code works."""
    return starts_at - BEFORE, ends_at + AFTER


def refusal_by_time(starts_at: dt.datetime, ends_at: dt.datetime, at: dt.datetime, way: Way) -> Refusal | None:
    """Whether it is not the time. The list stays open to the facilitator for as long as they need it."""
    first, last = code_window(starts_at, ends_at)
    if at < first:
        return Refusal.TOO_EARLY
    return Refusal.TOO_LATE if way is Way.CODE and at > last else None


def refusal_by_place(state: State | None, taken: int, places: int, is_offered: bool) -> Refusal | None:
    """Whether there is no place for who came. Who waits, or never asked, takes one that is free."""
    if state is State.BOOKED:
        return None
    if state in (None, State.CANCELLED) and not is_offered:
        return Refusal.UNKNOWN
    return Refusal.FULL if taken >= places else None
