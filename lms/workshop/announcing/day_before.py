"""Of which sessions a mail reminds at a moment, and whom. Values in, values out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lms.days import local_day, start_of_day

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The sessions that begin on one day, by the clock of the place."""

    begins: dt.datetime
    """The earliest beginning."""
    ends: dt.datetime
    """Before which they begin."""
    known_since: dt.datetime
    """Whoever was told when and where from then on needs no reminder: the whole day before."""


def spans(at: dt.datetime, zone: str) -> tuple[Span, Span]:
    """Those of tomorrow; and what is still to come today, in case that nothing could be sent yesterday."""
    today = local_day(at, zone)
    yesterday_, today_, tomorrow_, after_ = (start_of_day(today + days * _DAY, zone) for days in (-1, 0, 1, 2))
    return Span(tomorrow_, after_, today_), Span(at, tomorrow_, yesterday_)
