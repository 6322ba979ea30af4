"""How much Python does, counted and not timed: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class Calls:
    """Functions that were called, those written in C too."""

    count: int = 0


@contextmanager
def called() -> Iterator[Calls]:
    """What is called in here, in this thread."""
    calls = Calls()

    def note(_: FrameType, event: str, __: Any) -> None:
        if event in {"call", "c_call"}:
            calls.count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
