"""A gunicorn worker that shares connections evenly with the others and gives no thread to one that says nothing.

gunicorn's own takes every connection it can get: of eight browsers that come at once, seven or all eight are often
served by one of two workers for as long as they stay, and half the capacity lies idle. It also keeps a thread busy for
five seconds with each connection that a browser opens for later use.
"""

from __future__ import annotations

import mmap
import selectors
import struct
import time
from functools import partial
from typing import Any

from lms.wire import SILENCE_SECONDS, PoliteWorker

PLACES = 64
MOST_TRIES = 25
"""How often a connection is left to a worker with fewer, before it is taken to be stuck."""
TRY_SECONDS = 0.001
LINGER_SECONDS = 0.1
"""How long a worker that ends keeps idle connections open, for a request that is on its way."""
NOTIFY_SECONDS = 1.0
"""How often a worker says that it is alive, at most."""

_COUNT = struct.Struct("i")
_NOBODY = -1


class Board:
    """How many connections each worker holds; all processes see it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, PLACES * _COUNT.size)
        self._places: dict[int, int] = {}
        for place in range(PLACES):
            self.write(place, _NOBODY)

    def seat(self, _arbiter: Any, worker: Any) -> None:
        """Give a worker a place, before it is forked."""
        taken = set(self._places.values())
        worker.board = self
        worker.place = next(place for place in range(PLACES) if place not in taken)
        self._places[worker.age] = worker.place

    def free(self, _arbiter: Any, worker: Any) -> None:
        """A worker has ended."""
        place = self._places.pop(worker.age, None)
        if place is not None:
            self.write(place, _NOBODY)

    def write(self, place: int, connections: int) -> None:
        """Note how many a worker holds."""
        _COUNT.pack_into(self._memory, place * _COUNT.size, connections)

    def fewest(self) -> int:
        """The number of the worker that holds fewest."""
        counts = (found for (found,) in _COUNT.iter_unpack(self._memory[:]))
        return min((count for count in counts if count != _NOBODY), default=0)


class FairWorker(PoliteWorker):
    """See above. Written for gunicorn 27."""

    board: Board
    place: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._left_to_others = 0
        self._notified_at = float("-inf")

    def accept(self, listener: Any) -> None:
        if self.nr_conns > self.board.fewest() and self._left_to_others < MOST_TRIES:
            self._left_to_others += 1
            time.sleep(TRY_SECONDS)
            return
        self._left_to_others = 0
        super().accept(listener)
        self._tell()

    def enqueue_req(self, conn: Any) -> None:
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        # A thread is worth giving when there is something to read.
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SILENCE_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(timeout if self.alive else min(timeout, LINGER_SECONDS))
        self._tell()

    def notify(self) -> None:
        # A sign of life is a call to the file system; the master looks for one in a minute.
        if time.monotonic() - self._notified_at >= NOTIFY_SECONDS:
            self._notified_at = time.monotonic()
            super().notify()

    def is_parent_alive(self) -> bool:
        # Without a master it stops as it does when told to: each answer says that the connection ends.
        if not super().is_parent_alive():
            self.alive = False
        return self.alive

    def _tell(self) -> None:
        self.board.write(self.place, self.nr_conns)

    def _cap_keepalive(self, deadline: float) -> None:
        soon = time.monotonic() + LINGER_SECONDS
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, soon)  # it may be about to say something
        super()._cap_keepalive(min(deadline, soon))
