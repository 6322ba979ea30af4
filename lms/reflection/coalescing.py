"""When a save goes on with the latest version, and when it begins a new one.

A text that saves itself every few seconds would bury its history. So what is saved from one page within minutes is one
version, unless that would lose what its author may want back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

PAUSE = dt.timedelta(minutes=5)
"""After a longer rest a new version begins."""
LONGEST = dt.timedelta(minutes=20)
"""Whoever writes for long finds a version for each such stretch."""
FEW = 40
"""A text of so many characters is soon written again."""


@dataclass(frozen=True)
class Step:
    """A version as far as the rule needs it."""

    sitting: str
    """The opened page from which it was saved."""
    began_at: dt.datetime
    saved_at: dt.datetime
    characters: int
    is_deliberate: bool = False


def goes_on(last: Step, sitting: str, characters: int, at: dt.datetime) -> bool:
    """Whether a text of so many characters takes the place of the latest version."""
    if last.is_deliberate or last.sitting != sitting:
        return False
    is_one_stretch = at - last.saved_at <= PAUSE and at - last.began_at <= LONGEST
    # Whoever deletes half of a text by mistake must find it in the history.
    is_shrinking = last.characters > FEW and characters < last.characters / 2
    return is_one_stretch and not is_shrinking
