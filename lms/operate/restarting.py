"""When a part that died is started again."""

from __future__ import annotations

QUICK_SECONDS = 5.0
"""A part that ran for less died at once."""
MOST_QUICK_DEATHS = 6
"""After so many quick deaths in a row it is not worth the trouble, or only now and then."""
_FIRST_PAUSE = 0.25
_RARE_SECONDS = 30.0


def quick_deaths(before: int, ran_seconds: float) -> int:
    """How often in a row it died at once, with the latest death."""
    return before + 1 if ran_seconds < QUICK_SECONDS else 0


def is_hopeless(quick: int) -> bool:
    """Whether it dies again and again."""
    return quick >= MOST_QUICK_DEATHS


def pause_seconds(quick: int) -> float:
    """How long to wait before the next start: not at all after a long run, longer after each quick death."""
    if is_hopeless(quick):
        return _RARE_SECONDS
    return _FIRST_PAUSE * 2.0 ** (quick - 1) if quick else 0.0
