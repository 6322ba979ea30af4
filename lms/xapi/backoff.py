"""How long to wait before the next try."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 300.0
LONGEST_ASKED_SECONDS = 3600.0
"""A store may ask for a longer wait than we would choose, but not for ever."""


def delay(failures: int, roll: float) -> float:
    """Seconds after so many failures in a row: doubled each time up to five minutes, less up to a half by `roll`.

    `roll` is random from 0 to 1, so that relays do not come back all at once.
    """
    doubled = FIRST_SECONDS * 2.0 ** min(failures - 1, 20)
    return min(doubled, LONGEST_SECONDS) * (1 - roll / 2)


def retry_after(header: str | None, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3); None if it says nothing."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header.strip()[:9]), LONGEST_ASKED_SECONDS)
    try:
        seconds = (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_ASKED_SECONDS)
