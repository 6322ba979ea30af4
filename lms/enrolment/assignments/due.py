"""When something is due, how it stands, and which mail says so. Values in, values out."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

NEWCOMERS_HAVE = 60
"""Days for someone who comes after a fixed date, where nothing else is said."""
REFRESHER_OPENS = 60
"""Days before a refresher is due, or a certificate ends, from which on the quiz may be taken once more."""
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


def days_later(day: dt.date, days: int) -> dt.date:
    """So many days later, and never beyond the last day that there is: what is stored for one person must not stop
    what is reckoned for all others."""
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, and never beyond the first and the last day that there are. A month that is
    shorter ends earlier: 31 August and six months are 28 or 29 February."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.min if year < dt.MINYEAR else dt.date.max
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_due(since: dt.date, begins: dt.date, due_on: dt.date | None, due_days: int | None) -> dt.date | None:
    """The last day for someone who is asked from a day on; None: there is none.

    Who is there at the beginning has until the fixed day. Who comes later has their own days, and never fewer because
    of the fixed one.
    """
    if due_on is None:
        return None if due_days is None else days_later(since, due_days)
    if since <= begins:
        return due_on
    return max(due_on, days_later(since, NEWCOMERS_HAVE if due_days is None else due_days))


def rewrites_past(begun: dt.date, old: dt.date | None, new: dt.date | None, today: dt.date) -> bool:
    """Whether another last day would change who was overdue on days before this one.

    `begun` is the day from which on the old one has held.
    """
    return begun < today and any(day is not None and day < today for day in (old, new))


def counts_from(since: dt.date, refresh_months: int | None) -> dt.date | None:
    """From which day on something completed counts for who is asked first; None: whenever it was."""
    return None if refresh_months is None else months_later(since, -refresh_months)


def is_refresher(since: dt.date, done_since: dt.date | None, refresh_months: int | None) -> bool:
    """Whether it was completed before and is due once more; not so for someone who only comes back."""
    first = counts_from(since, refresh_months)
    return first is not None and done_since is not None and done_since > first


def must_be_renewed(done_at: dt.datetime | None, since: dt.datetime | None) -> bool:
    """Whether what was completed then is too old; `since` is the moment from which on it counts, None: all counts."""
    return done_at is not None and since is not None and done_at < since


@dataclass(frozen=True)
class Refresher:
    """The next time that something is asked of the same person."""

    opens_on: dt.date
    due_on: dt.date


def refresher(met_on: dt.date, months: int) -> Refresher:
    """When what was completed on a day is due once more."""
    due_on = months_later(met_on, months)
    return Refresher(opens_on(met_on, due_on), due_on)


def opens_on(done_on: dt.date, until: dt.date) -> dt.date:
    """From which day on what was completed on a day, and counts until another, may be done once more."""
    # At least half of the time lies between: else a monthly refresher would be open always.
    return until - min(dt.timedelta(days=REFRESHER_OPENS), (until - done_on) / 2)


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
    late = (today - due_on).days
    if late > STALE_AFTER:
        return []
    steps = [(ReminderKind.BEFORE, -BEFORE)]
    if not is_mandatory and late > 0:
        return []
    if is_mandatory:
        steps += [(ReminderKind.DUE, 0), (ReminderKind.OVERDUE, OVERDUE_AFTER)]
    return begun + [kind for kind, days in steps if late >= days]


def is_for_line_manager(due_on: dt.date | None, is_mandatory: bool, today: dt.date) -> bool:
    """Whether the line manager is to be told."""
    if due_on is None or not is_mandatory:
        return False
    return LINE_MANAGER_AFTER <= (today - due_on).days <= STALE_AFTER
