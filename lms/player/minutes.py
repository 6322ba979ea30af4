"""How long something takes, in words that promise no more than they know."""

from __future__ import annotations

import math

_COARSE_FROM = 20
_STEP = 5


def about(minutes: float) -> str:
    """`about 4 minutes`, `about 45 minutes`, `about 1 hour 50 minutes`; from 20 minutes on in steps of five."""
    if minutes <= 0:
        return "no time"
    whole = math.ceil(round(minutes, 3))
    if whole >= _COARSE_FROM:
        whole = _STEP * round(minutes / _STEP)
    if whole < 60:
        return f"about {whole} minute{'s' if whole > 1 else ''}"
    hours, rest = divmod(whole, 60)
    tail = f" {rest} minutes" if rest else ""
    return f"about {hours} hour{'s' if hours > 1 else ''}{tail}"
