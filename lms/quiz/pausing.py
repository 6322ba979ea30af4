"""When a quiz may be tried again."""

from __future__ import annotations

import datetime as dt


def next_try_at(failed_at: dt.datetime, retake_after_minutes: int) -> dt.datetime:
    """When the next attempt may begin after a failed one."""
    return failed_at + dt.timedelta(minutes=retake_after_minutes)
