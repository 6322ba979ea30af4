"""When something that is done again and again is due, and how much of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Turns:
    """When each job of a worker is due next."""

    _due: dict[str, float] = field(default_factory=dict)

    def is_due(self, job: str, seconds: float) -> bool:
        """Whether it is due now; if so, it is due again in so many seconds."""
        now = time.monotonic()
        if now < self._due.get(job, 0.0):
            return False
        self._due[job] = now + seconds
        return True

    def now(self, job: str) -> None:
        """It is due at once."""
        self._due[job] = 0.0

    def none_for(self, seconds: float, *jobs: str) -> None:
        """None of these jobs is due for so long."""
        self._due |= dict.fromkeys(jobs, time.monotonic() + seconds)


class Allowance:
    """How many may be taken, so that on average it is no more than a rate, or one's share of it."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        """In a second; None: without a limit."""
        self._left = 0.0
        self._seen: float | None = None

    def take(self, now: float, most: int, share: float = 1.0) -> int:
        """How many may be taken at a moment (in seconds of a clock that never goes back), `most` at once.

        `share`, from 0 to 1: of the rate since the last time, where others take the rest.
        """
        if self._rate is None:
            return most
        passed = now - self._seen if self._seen is not None else 1.0
        # What nobody took for long is not made up for at once.
        self._left, self._seen = min(self._left + passed * self._rate * share, float(max(most, self._rate))), now
        taken = max(min(int(self._left), most), 0)
        self._left -= taken
        return taken

    def give_back(self, count: int) -> None:
        """So many were not taken after all; below 0: more than that."""
        self._left += count
