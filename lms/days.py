"""Days as a clock at a place shows them: moments are kept in UTC, days are those of a time zone (IANA name)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_ONE = dt.timedelta(days=1)


def local_day(at: dt.datetime, zone: str) -> dt.date:
    """The day of a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The moment in UTC at which a day begins; where clocks go forward at midnight, the moment at which they do."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def end_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The moment in UTC at which the next day begins."""
    return start_of_day(day + _ONE, zone)
