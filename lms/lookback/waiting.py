"""Which looks back wait for a learner, and when they are announced by mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

KEPT_OPEN = dt.timedelta(weeks=8)
"""Who has not looked back so long after the day is not asked any more."""
MOST_MAILS = 2
BETWEEN_MAILS = dt.timedelta(days=7)
AFTER_A_FAILURE = dt.timedelta(hours=1)
"""When a mail that could not be sent is tried again."""


@dataclass(frozen=True)
class Due:
    """A day on which to look back at a module."""

    module_id: str
    number: int
    """Counts from 1 in its module."""
    due_at: dt.datetime
    is_answered: bool = False
    is_last: bool = False
    """Whether no other follows in its module."""


def waiting(days: Iterable[Due], at: dt.datetime) -> list[Due]:
    """The looks back that are due and not done, the longest waiting first.

    Of a module only the latest counts: it takes the place of those before it.
    """
    latest: dict[str, Due] = {}
    for one in sorted(days, key=lambda one: one.number):
        if one.due_at <= at:
            latest[one.module_id] = one
    open_ones = [one for one in latest.values() if not one.is_answered and at - one.due_at <= KEPT_OPEN]
    return sorted(open_ones, key=lambda one: (one.due_at, one.module_id))


def may_mail(at: dt.datetime, hours: tuple[int, int], zone: str) -> bool:
    """Whether mails may be sent at this moment: in the hours that the settings allow, by the clock of the place."""
    first, last = hours
    return first <= at.astimezone(ZoneInfo(zone)).hour < last


def is_mail_due(mails: int, mailed_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a look back that waits is announced now, or once more; never more than twice."""
    if mails >= MOST_MAILS:
        return False
    if mailed_at is None:
        return True
    return at - mailed_at >= (BETWEEN_MAILS if mails else AFTER_A_FAILURE)
