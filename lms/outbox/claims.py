"""Which relay may carry which registrations: one relay at a time for each partition, so that order survives.

On SQLite a lock on a file holds them all. On PostgreSQL advisory locks, which belong to a connection and end with it,
let any number of relays on any number of hosts share the partitions evenly.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from lms.outbox.partitions import PARTITIONS, fair_share

EVERYTHING = frozenset(range(PARTITIONS))

# First halves of the two-part keys of advisory locks; the second are a partition, or a relay's connection.
_WORK = 1_129_468_001
_PRESENCE = 1_129_468_002

_TAKE = text("SELECT pg_try_advisory_lock(:work, :partition)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:work, :partition)")
_GIVE_BACK_ALL = text("SELECT pg_advisory_unlock_all()")
_BE_PRESENT = text("SELECT pg_advisory_lock(:presence, pg_backend_pid())")
_COUNT = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :presence"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Claim(Protocol):
    """The partitions that a relay holds."""

    def renew(self, busy: Collection[int]) -> frozenset[int]:
        """Take what is free up to a fair share, give back what is above it and not busy; what is held now.

        Raises OSError or SQLAlchemyError when nothing is known; then nothing is held.
        """

    def is_held(self) -> bool:
        """Whether what was held at the last renewal still is: a relay that slept may have lost it."""

    def release(self) -> None:
        """Give everything back."""


class FileClaim:
    """All partitions or none: a lock on a file of the instance folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def renew(self, busy: Collection[int]) -> frozenset[int]:
        if not self.is_held():
            self.release()
            self._take()
        return EVERYTHING if self._descriptor is not None else frozenset()

    def is_held(self) -> bool:
        if self._descriptor is None:
            return False
        try:
            # The lock is on a file that may have been removed under us and made again by another relay.
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            self._descriptor = descriptor


class AdvisoryClaim:
    """A fair share of the partitions: advisory locks of one PostgreSQL connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._held: set[int] = set()
        self._leaving: set[int] = set()
        """Held, but nothing more is sent of them."""

    def renew(self, busy: Collection[int]) -> frozenset[int]:
        try:
            connection = self._connection or self._connect()
            self._share(connection, busy)
        except BaseException:
            self.release()
            raise
        return frozenset(self._held - self._leaving)

    def is_held(self) -> bool:
        # The locks live and die with the connection: an answer on it is the proof.
        if self._connection is None or not self._held:
            return False
        self._connection.execute(text("SELECT 1"))
        return True

    def release(self) -> None:
        connection, self._connection = self._connection, None
        self._held.clear()
        self._leaving.clear()
        if connection is None:
            return
        with contextlib.suppress(SQLAlchemyError):
            # At once: a server takes a moment to see that a connection was closed.
            connection.execute(_GIVE_BACK_ALL)
            connection.invalidate()  # closes it; back in the pool it would keep its settings
        with contextlib.suppress(SQLAlchemyError):
            connection.close()

    def _connect(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        # A host that vanishes must not hold its partitions for the two hours that are the usual default.
        for setting, value in (("idle", 10), ("interval", 5), ("count", 3)):
            connection.execute(text(f"SET tcp_keepalives_{setting} = {value}"))
        connection.execute(_BE_PRESENT, {"presence": _PRESENCE})
        return connection

    def _share(self, connection: Connection, busy: Collection[int]) -> None:
        share = fair_share(_relays(connection))
        surplus = len(self._held) - share
        # They are let go of now and given back when nothing of them is under way, else a busy relay would never share.
        self._leaving = set(sorted(self._leaving)[: max(surplus, 0)])
        self._leaving |= set(sorted(self._held - self._leaving)[: max(surplus - len(self._leaving), 0)])
        for partition in self._leaving - set(busy):
            connection.execute(_GIVE_BACK, {"work": _WORK, "partition": partition})
            self._held.remove(partition)
        self._leaving &= self._held
        # In random order, so that relays that start together do not try for the same ones.
        free = random.sample(sorted(EVERYTHING - self._held), PARTITIONS - len(self._held))  # nosec B311
        for partition in free:
            if len(self._held) >= share:
                break
            if connection.scalar(_TAKE, {"work": _WORK, "partition": partition}):
                self._held.add(partition)


def _relays(connection: Connection) -> int:
    """How many relays are connected to this database."""
    return connection.scalar(_COUNT, {"presence": _PRESENCE}) or 1
