"""A day and a time, as people say them at a place."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

FURTHEST = dt.timedelta(days=366)


class MomentError(ValueError):
    """Why something cannot be published then, said to whoever wants it."""


def moment(day: str, time: str, zone: str, now: dt.datetime) -> dt.datetime:
    """The moment in UTC at which a clock at the place shows this day (`2026-12-07`) and time (`08:00`).

    Of a time that comes twice, when clocks go back, it is the first. Raises MomentError.
    """
    try:
        local = dt.datetime.combine(dt.date.fromisoformat(day.strip()), dt.time.fromisoformat(time.strip()))
    except ValueError:
        raise MomentError("Give a day and a time, such as 7 December and 08:00.") from None
    if local.tzinfo:
        raise MomentError("Give the time without a time zone.")
    there = local.replace(tzinfo=ZoneInfo(zone))
    at = there.astimezone(dt.UTC)
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise MomentError("Clocks go forward then, and this time does not come. Choose one an hour later.")
    if at <= now:
        raise MomentError("That time is past. Choose one that is still to come, or publish now.")
    if at - now > FURTHEST:
        raise MomentError("Choose a time within a year.")
    return at
