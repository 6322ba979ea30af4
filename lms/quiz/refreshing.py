"""Whether a quiz that was passed is to be taken once more."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Sat(Protocol):
    """What is asked of a sitting."""

    @property
    def submitted_at(self) -> dt.datetime | None: ...
    @property
    def passed(self) -> bool | None: ...


def is_to_refresh(last: Sat | None, since: dt.date | None) -> bool:
    """Whether the latest pass is older than the day from which on it must be; `since` is None where none is asked."""
    if last is None or not last.passed or last.submitted_at is None:
        return False
    return since is not None and last.submitted_at.date() < since
