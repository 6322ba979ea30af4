"""Moments of storing: no two statements have the same, and later ones have later ones."""

from __future__ import annotations

import time
from collections.abc import Callable


def present() -> int:
    """The clock of this machine, in microseconds since 1970."""
    return time.time_ns() // 1000


class Clock:
    """Gives out moments of storing: strictly increasing, whatever the clock of the machine does."""

    def __init__(self, last: int, now: Callable[[], int] = present) -> None:
        self._last = last
        self._now = now

    def next(self) -> int:
        """The present in microseconds, or as little later as it takes to be later than all before."""
        self._last = max(self._last + 1, self._now())
        return self._last
