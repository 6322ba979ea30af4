"""How active time is counted, and when a visit is over."""

from __future__ import annotations

from datetime import timedelta

IDLE = timedelta(minutes=30)
"""A visit without a sign of life for longer than this has ended."""
LONGEST_STEP = timedelta(minutes=5)
"""In a quiz or a story a longer silence between two actions is a break and counts as this much."""
_SLACK_SECONDS = 5
"""Reports may arrive a little before the moment they speak of has been stored."""


def counted_seconds(reported: int, since_start: timedelta, counted: int) -> int:
    """Seconds to add for a report, 0 or more: all reports of a visit together never exceed the clock."""
    room = int(since_start.total_seconds()) + _SLACK_SECONDS - counted
    return max(0, min(reported, room))


def step_seconds(since: timedelta) -> int:
    """Seconds to count between two actions; a clock that went back counts nothing."""
    return max(0, int(min(since, LONGEST_STEP).total_seconds()))
