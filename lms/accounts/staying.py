"""How long a sign-in lasts: it ends after a silence, and after a day's work in any case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

COARSE = dt.timedelta(minutes=5)
"""A sign of life is written down at most so often, so that a page view is not a write."""


@dataclass(frozen=True)
class Limits:
    """What an operator allows."""

    idle: dt.timedelta
    absolute: dt.timedelta


def has_ended(created_at: dt.datetime, seen_at: dt.datetime, at: dt.datetime, limits: Limits) -> bool:
    """Whether a sign-in is over. A clock that was set back ends nothing."""
    return at - seen_at > limits.idle or at - created_at > limits.absolute


def is_sign_of_life_due(seen_at: dt.datetime, at: dt.datetime, limits: Limits) -> bool:
    """Whether to write down that its owner is there."""
    # With a short idle limit, five minutes would throw out someone who is at work all the time.
    return at - seen_at >= min(COARSE, limits.idle / 4)
