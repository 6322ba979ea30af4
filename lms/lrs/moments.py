"""Points in time as the store keeps them: microseconds since 1970, always UTC."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from functools import lru_cache

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
    seconds, rest = divmod(number, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}Z"


def http_date(number: int) -> str:
    """`Mon, 23 Nov 2026 12:00:00 GMT`, for headers."""
    return format_datetime(moment(number).replace(microsecond=0), usegmt=True)


@lru_cache(64)
def _second(seconds: int) -> str:
    """What all moments of a second begin with: many statements are stored in each."""
    return moment(seconds * 1_000_000).strftime("%Y-%m-%dT%H:%M:%S")
