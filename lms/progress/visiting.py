"""How active time is counted, and when a visit is over."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=30)
"""A visit without a sign of life for longer than this has ended."""
SIGN_OF_LIFE = timedelta(minutes=1)
"""A sign of life is written down at most this often: most pages would write nothing else of a visit."""
LONGEST_STEP = timedelta(minutes=5)
"""In a quiz or a story a longer silence between two actions is a break and counts as this much."""
_SLACK_SECONDS = 5
"""Reports may arrive a little before the moment they speak of has been stored."""


def is_sign_of_life_due(seen_at: datetime, at: datetime) -> bool:
    """Whether it is time to write down that a visit goes on."""
    return at - seen_at >= SIGN_OF_LIFE


def ended_at(seen_at: datetime, at: datetime) -> datetime:
    """When a visit was over that is ended now: whatever was done in it lies before."""
    return max(seen_at, min(at, seen_at + SIGN_OF_LIFE))


def counted_seconds(reported: int, since_start: timedelta, counted: int) -> int:
    """Seconds to add for a report, 0 or more: all reports of a visit together never exceed the clock."""
    room = int(since_start.total_seconds()) + _SLACK_SECONDS - counted
    return max(0, min(reported, room))


def step_seconds(since: timedelta) -> int:
    """Seconds to count between two actions; a clock that went back counts nothing."""
    return max(0, int(min(since, LONGEST_STEP).total_seconds()))
