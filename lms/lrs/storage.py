"""The database of the Learning Record Store: many readers, one writer whose commits are shared.

A commit waits for the disk. All that arrives while the disk is busy goes into the next commit together, so that many
clients who write at once wait for one disk access, not each for their own; nobody is answered before it is done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa

from lms.db import OUT_OF_REACH
from lms.lrs.clock import Clock, present
from lms.lrs.postgresql import Postgresql
from lms.lrs.refusal import RefusalError
from lms.lrs.sqlite_file import SqliteFile

SHARED = 64
"""Most pieces of work in one commit."""

Work = Callable[[sa.Connection, Clock], None]
"""Something to be done in a transaction. If it refuses (RefusalError), then before it has changed anything."""


class Database(Protocol):
    """Where statements are kept."""

    reader: sa.Engine
    writer: sa.Engine
    """Has one connection."""

    def close(self) -> None:
        """To be called when nobody writes any more."""

    def clock(self, connection: sa.Connection) -> Clock:
        """Gives moments to what is stored in this transaction."""

    def consistent_through(self, unsettled: int | None) -> int:
        """The moment up to which everything stored can be read; `unsettled`: when a commit under way has begun."""


class Storage:
    """An open database. Raises OSError or ValueError when it cannot be opened or is of a newer version."""

    def __init__(self, url: str) -> None:
        self._database: Database = SqliteFile(url) if url.startswith("sqlite") else Postgresql(url)
        self._waiting: deque[tuple[Work, Future[None]]] = deque()
        self._writing = threading.Lock()
        self._unsettled: int | None = None

    def close(self) -> None:
        """Close the database, when the commit under way is done."""
        with self._writing:
            self._database.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent view of what is stored."""
        with _reachable(), self._database.reader.connect() as connection:
            yield connection

    def write(self, work: Work) -> None:
        """Do something in a transaction; returns when it is safely on disk. Raises what the work raises."""
        done: Future[None] = Future()
        self._waiting.append((work, done))
        # Whoever comes first commits for all who wait; most find that it has been done for them.
        while not done.done():
            with self._writing:
                if not done.done():
                    self._write_for_all()
        with _reachable():
            done.result()

    def consistent_through(self) -> int:
        """The moment up to which everything stored can be read, in microseconds. To be asked before reading."""
        with _reachable():
            return self._database.consistent_through(self._unsettled)

    def _write_for_all(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), SHARED))]
        self._unsettled = present()
        try:
            failures = self._commit([work for work, _ in jobs])
        finally:
            self._unsettled = None
        for (_, done), failure in zip(jobs, failures, strict=True):
            done.set_exception(failure) if failure else done.set_result(None)

    def _commit(self, works: list[Work]) -> list[Exception | None]:
        """Do all in one transaction; what became of each."""
        try:
            with self._database.writer.begin() as connection:
                clock = self._database.clock(connection)
                return [_attempt(work, connection, clock) for work in works]
        except OUT_OF_REACH as error:
            return [error] * len(works)
        except Exception as error:  # nothing was stored; who is not to blame must not suffer from it
            return [error] if len(works) == 1 else [self._commit([work])[0] for work in works]


def _attempt(work: Work, connection: sa.Connection, clock: Clock) -> RefusalError | None:
    try:
        work(connection, clock)
    except RefusalError as refusal:
        return refusal
    return None


@contextmanager
def _reachable() -> Iterator[None]:
    """A locked or full disk is a passing trouble: the client is asked to come again."""
    try:
        yield
    except OUT_OF_REACH as error:
        reason = f"the database cannot be used now: {_reason(error)}"
        raise RefusalError(503, reason, **{"Retry-After": "5"}) from error


def _reason(error: Exception) -> str:
    if not isinstance(error, sa.exc.DBAPIError):
        return "too many requests at once"
    return str(error.orig).partition("\n")[0]
