"""What people are told by mail of a session they asked for a place in."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

AFTER_A_FAILURE = dt.timedelta(minutes=15)
"""When a mail that could not be sent is tried again."""


class News(StrEnum):
    """What is new."""

    REMINDER = "reminder"
    """It is the day before; only to who wants to be reminded."""
    BOOKED = "booked"
    """They asked for a place, and have it."""
    MOVED_UP = "moved up"
    """Someone who waited has a place."""
    CHANGED = "changed"
    """Time, place or link are others."""
    CANCELLED = "cancelled"
    """The session does not take place."""
    TAKEN_OFF = "taken off"
    """The facilitator gave their place back for them."""


_RANK = (News.REMINDER, News.BOOKED, News.CHANGED, News.MOVED_UP, News.TAKEN_OFF, News.CANCELLED)


def weightier(old: News | None, new: News) -> News:
    """What is told where something was not told yet: each mail says how things stand, so one is enough."""
    return new if old is None or _RANK.index(new) >= _RANK.index(old) else old
