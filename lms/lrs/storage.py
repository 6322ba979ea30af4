"""The database file of the Learning Record Store: many readers, one writer whose commits are shared.

A commit waits for the disk. All that arrives while the disk is busy goes into the next commit together, so that many
clients who write at once wait for one disk access, not each for their own; nobody is answered before it is done.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lms.db import OUT_OF_REACH, WRITES, engine_options
from lms.lrs import models
from lms.lrs.refusal import RefusalError

SHARED = 64
"""Most pieces of work in one commit."""
READERS = 4
"""Connections kept open for reading."""
WRITER_CACHE_KIB = 8 * 1024

Work = Callable[[sa.Connection, "Clock"], None]
"""Something to be done in a transaction. If it refuses (RefusalError), then before it has changed anything."""

_LATEST = sa.select(sa.func.max(models.statement.c.stored))


class Clock:
    """Gives out moments of storing: strictly increasing, whatever the clock of the machine does."""

    def __init__(self, last: int) -> None:
        self._last = last

    def next(self) -> int:
        """The present in microseconds, or as little later as it takes to be later than all before."""
        self._last = max(self._last + 1, _now())
        return self._last


class Storage:
    """An open database file. Raises OSError or ValueError when it cannot be opened or is of a newer version."""

    def __init__(self, path: Path) -> None:
        _touch(path)
        options = engine_options(f"sqlite:///{path}")
        self._engine = sa.create_engine(**options, pool_size=READERS, max_overflow=16)
        self._writer = sa.create_engine(**options, poolclass=sa.StaticPool, execution_options=WRITES)
        try:
            with self._writer.begin() as connection:
                _make_tables(connection, path)
                # An index page is written again and again: it should not be read from the file each time.
                connection.exec_driver_sql(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
        except sa.exc.DBAPIError as error:
            raise OSError(f"{path} cannot be opened: {_reason(error)}") from None
        self._waiting: deque[tuple[Work, Future[None]]] = deque()
        self._writing = threading.Lock()
        self._unsettled: int | None = None

    def close(self) -> None:
        """Close the file, when the commit under way is done."""
        with self._writing:
            self._engine.dispose()
            self._writer.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent view of what is stored."""
        with _reachable(), self._engine.connect() as connection:
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
        unsettled = self._unsettled
        return _now() if unsettled is None else unsettled - 1

    def _write_for_all(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), SHARED))]
        self._unsettled = _now()
        try:
            failures = self._commit([work for work, _ in jobs])
        finally:
            self._unsettled = None
        for (_, done), failure in zip(jobs, failures, strict=True):
            done.set_exception(failure) if failure else done.set_result(None)

    def _commit(self, works: list[Work]) -> list[Exception | None]:
        """Do all in one transaction; what became of each."""
        try:
            with self._writer.begin() as connection:
                clock = Clock(connection.scalar(_LATEST) or 0)
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
    return str(error.orig) if isinstance(error, sa.exc.DBAPIError) else "too many requests at once"


def _touch(path: Path) -> None:
    """What people do is private: only the owner may read the file, and SQLite makes its companions alike."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _make_tables(connection: sa.Connection, path: Path) -> None:
    edition: Any = connection.exec_driver_sql("PRAGMA user_version").scalar()
    if edition > models.EDITION:
        raise ValueError(f"{path} was made by a newer version of Cares; update Cares to use it")
    models.metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version={models.EDITION}")


def _now() -> int:
    return time.time_ns() // 1000
