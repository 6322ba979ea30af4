"""When a reflection comes back, to be read again beside an empty box."""

from __future__ import annotations

import datetime as dt

AFTER = dt.timedelta(weeks=6)


def comes_back_on(first_saved_at: dt.datetime) -> dt.datetime:
    """Six weeks after something was written."""
    return first_saved_at + AFTER


def is_back(first_saved_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether it is time to look at it again."""
    return first_saved_at is not None and at >= comes_back_on(first_saved_at)
