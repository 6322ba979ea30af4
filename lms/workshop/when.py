"""The day and the hours of a session, as people say them at a place."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

FURTHEST = dt.timedelta(days=731)
LONGEST = dt.timedelta(hours=12)


class WhenError(ValueError):
    """Why a session cannot be then, said to whoever plans it."""


def span(day: dt.date, starts: dt.time, ends: dt.time, zone: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Beginning and end in UTC of what a clock at the place shows. Raises WhenError."""
    if ends <= starts:
        raise WhenError("It ends before it starts. Write the end of the same day.")
    begin, end = _moment(day, starts, zone), _moment(day, ends, zone)
    if begin <= now:
        raise WhenError("That time is past. Choose one that is still to come.")
    if begin - now > FURTHEST:
        raise WhenError("Choose a day within two years.")
    if not dt.timedelta() < end - begin <= LONGEST:
        raise WhenError("A session lasts twelve hours at most.")
    return begin, end


def said(moment: dt.datetime, zone: str) -> tuple[dt.date, dt.time]:
    """Day and time as a clock at the place shows them."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.date(), there.time().replace(second=0, microsecond=0)


def _moment(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """Of a time that comes twice, when clocks go back, it is the first."""
    local = dt.datetime.combine(day, time)
    at = local.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise WhenError("Clocks go forward then, and this time does not come. Choose one an hour later.")
    return at
