"""How active time is counted, and when a visit is over."""

from __future__ import annotations

from datetime import timedelta

IDLE = timedelta(minutes=30)
"""A visit without a sign of life for longer than this has ended."""
_SLACK_SECONDS = 5
"""Reports may arrive a little before the moment they speak of has been stored."""


def counted_seconds(reported: int, since_start: timedelta, counted: int) -> int:
    """Seconds to add for a report, 0 or more: all reports of a visit together never exceed the clock."""
    room = int(since_start.total_seconds()) + _SLACK_SECONDS - counted
    return max(0, min(reported, room))
