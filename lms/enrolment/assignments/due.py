"""When something is due, how it stands, and which mail says so. Values in, values out."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

NEWCOMERS_HAVE = 60
"""Days for someone who comes after a fixed date, where nothing else is said."""
REFRESHER_OPENS = 60
"""Days before a refresher is due on which it may be begun."""
BEFORE = 14
"""Days before the last one on which a mail reminds."""
OVERDUE_AFTER = 7
"""Days after the last one on which a mail says that it is over."""
LINE_MANAGER_AFTER = 14
"""Days after the last one on which the line manager is told, where the settings allow it."""
STALE_AFTER = 90
"""Days after the last one from which on no mail goes any more: it is known by then."""


class Standing(StrEnum):
    """How an obligation stands on a day."""

    MET = "met"
    EXEMPT = "exempt"
    OPEN = "open"
    OVERDUE = "overdue"


class ReminderKind(StrEnum):
    """What a mail says of an obligation."""

    ASSIGNED = "assigned"
    BEFORE = "before due"
    DUE = "due"
    OVERDUE = "overdue"
    LINE_MANAGER = "line manager"
    """To the line manager: it is overdue."""


def local_day(at: dt.datetime, zone: str) -> dt.date:
    """The day of a moment by the clock of a place (IANA name)."""
    return at.astimezone(ZoneInfo(zone)).date()


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later. A month that is shorter ends earlier: 31 August and six months are 28 or 29
    February."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_due(since: dt.date, begins: dt.date, due_on: dt.date | None, due_days: int | None) -> dt.date | None:
    """The last day for someone who is asked from a day on; None: there is none.

    Who is there at the beginning has until the fixed day. Who comes later has their own days, and never fewer because
    of the fixed one.
    """
    if due_on is None:
        return None if due_days is None else since + dt.timedelta(days=due_days)
    if since <= begins:
        return due_on
    return max(due_on, since + dt.timedelta(days=NEWCOMERS_HAVE if due_days is None else due_days))


def counts_from(since: dt.date, refresh_months: int | None) -> dt.date | None:
    """From which day on something completed counts for who is asked first; None: whenever it was."""
    return None if refresh_months is None else months_later(since, -refresh_months)


def is_refresher(since: dt.date, done_since: dt.date | None, refresh_months: int | None) -> bool:
    """Whether it was completed before and is due once more; not so for someone who only comes back."""
    first = counts_from(since, refresh_months)
    return first is not None and done_since is not None and done_since > first


def must_be_renewed(done_at: dt.datetime | None, since: dt.date | None) -> bool:
    """Whether what was completed then is too old; `since` is the day from which on it counts, None: all counts."""
    return done_at is not None and since is not None and done_at.date() < since


@dataclass(frozen=True)
class Refresher:
    """The next time that something is asked of the same person."""

    opens_on: dt.date
    due_on: dt.date


def refresher(met_on: dt.date, months: int) -> Refresher:
    """When what was completed on a day is due once more."""
    due_on = months_later(met_on, months)
    # At least half of the time lies between: else a monthly refresher would be open always.
    lead = min(dt.timedelta(days=REFRESHER_OPENS), (due_on - met_on) / 2)
    return Refresher(due_on - lead, due_on)


def standing(due_on: dt.date | None, is_met: bool, is_mandatory: bool, is_exempt: bool, today: dt.date) -> Standing:
    """How an obligation stands. The last day belongs to the time that one has."""
    if is_met:
        return Standing.MET
    if is_exempt:
        return Standing.EXEMPT
    return Standing.OVERDUE if is_mandatory and due_on is not None and due_on < today else Standing.OPEN


def reminders(since: dt.date, due_on: dt.date | None, is_mandatory: bool, today: dt.date) -> list[ReminderKind]:
    """The mails to the person whose time has come by a day, in order: only the last of them is worth sending."""
    begun = [ReminderKind.ASSIGNED] if since <= today else []
    if due_on is None:
        return begun
    if due_on + dt.timedelta(days=STALE_AFTER) < today:
        return []
    steps = [(ReminderKind.BEFORE, -BEFORE)]
    if not is_mandatory and due_on < today:
        return []
    if is_mandatory:
        steps += [(ReminderKind.DUE, 0), (ReminderKind.OVERDUE, OVERDUE_AFTER)]
    return begun + [kind for kind, days in steps if due_on + dt.timedelta(days=days) <= today]


def is_for_line_manager(due_on: dt.date | None, is_mandatory: bool, today: dt.date) -> bool:
    """Whether the line manager is to be told."""
    if due_on is None or not is_mandatory:
        return False
    return due_on + dt.timedelta(days=LINE_MANAGER_AFTER) <= today <= due_on + dt.timedelta(days=STALE_AFTER)
