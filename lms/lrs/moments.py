"""Points in time as the store keeps them: microseconds since 1970, always UTC."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def microseconds(at: dt.datetime) -> int:
    """An aware moment as a number."""
    return (at - _EPOCH) // _MICROSECOND


def moment(number: int) -> dt.datetime:
    """The moment again."""
    return _EPOCH + dt.timedelta(microseconds=number)


def iso(number: int) -> str:
    """`2026-11-23T12:00:00.123456Z`; each number gives another text, in the same order."""
    return moment(number).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def http_date(number: int) -> str:
    """`Mon, 23 Nov 2026 12:00:00 GMT`, for headers."""
    return format_datetime(moment(number).replace(microsecond=0), usegmt=True)
