"""What people are told by mail of a session they asked for a place in."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

AFTER_A_FAILURE = dt.timedelta(minutes=15)
"""When a mail that could not be sent is tried again."""


class News(StrEnum):
    """What is new.

    The first version that kept sessions knows these and reads no others: what came later is a Notice.
    """

    MOVED_UP = "moved up"
    """Someone who waited has a place."""
    CHANGED = "changed"
    """Time, place or link are others."""
    CANCELLED = "cancelled"
    """The session does not take place."""
    TAKEN_OFF = "taken off"
    """The facilitator gave their place back for them."""


class Notice(StrEnum):
    """What is told of a place where there is no News, which says how things stand anyway."""

    REMINDER = "reminder"
    """It is the day before; only to who wants to be reminded."""
    BOOKED = "booked"
    """They asked for a place, and have it."""


_RANK = (News.CHANGED, News.MOVED_UP, News.TAKEN_OFF, News.CANCELLED)


def weightier(old: News | None, new: News) -> News:
    """What is told where something was not told yet: each mail says how things stand, so one is enough."""
    return new if old is None or _RANK.index(new) >= _RANK.index(old) else old
