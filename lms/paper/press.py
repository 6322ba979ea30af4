"""Who may set a document now: one at a time in this process, and one for each person.

A workbook full of long texts and of letters that need the machine's fonts takes seconds and some hundred megabytes. Set
side by side, those that a single person can ask for would take the memory and the threads of everyone.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 5.0
"""How long a document waits for the one before it."""


class BusyError(Exception):
    """It is not this one's turn yet; it may be in a moment."""


class Press:
    """Gives turns."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._turn, self._list = threading.Lock(), threading.Lock()
        self._waiting: set[Hashable] = set()

    @contextmanager
    def turn(self, whose: Hashable) -> Iterator[None]:
        """Hold the press. Raises BusyError at once for whoever waits already, and for others when it takes too long."""
        with self._list:
            if whose in self._waiting:
                raise BusyError("one is being made already")
            self._waiting.add(whose)
        try:
            if not self._turn.acquire(timeout=self._patience_seconds):
                raise BusyError("others are being made")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._waiting.discard(whose)


press = Press()
"""That of this process."""
