"""When a quiz may be tried again, and how time in it is counted."""

from __future__ import annotations

import datetime as dt

LONGEST_STEP = dt.timedelta(minutes=5)
"""A longer silence between two actions is a break and counts as this much."""


def next_try_at(failed_at: dt.datetime, retake_after_minutes: int) -> dt.datetime:
    """When the next attempt may begin after a failed one."""
    return failed_at + dt.timedelta(minutes=retake_after_minutes)


def step_seconds(since: dt.timedelta) -> int:
    """Seconds to count between two actions; a clock that went back counts nothing."""
    return max(0, int(min(since, LONGEST_STEP).total_seconds()))
