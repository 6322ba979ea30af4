"""A SQLite file as the database of the store: one process, one writing connection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lms.db import WRITES, engine_options
from lms.lrs import models
from lms.lrs.checkpoints import Checkpoints
from lms.lrs.clock import Clock, present
from lms.lrs.statements.reindexing import reindex

READERS = 4
"""Connections kept open for reading."""
WRITER_CACHE_KIB = 4 * 1024
CHECKPOINT_PAGES = 8000
"""How long the journal is, in pages, when a commit carries to its place what `Checkpoints` has left."""

_LATEST = sa.select(sa.func.max(models.statement.c.stored))


class SqliteFile:
    """An open database file. Raises OSError or ValueError when it cannot be opened or is of a newer version."""

    def __init__(self, url: str) -> None:
        path = Path(sa.make_url(url).database or "")
        _touch(path)
        options = engine_options(url)
        self.reader = sa.create_engine(**options, pool_size=READERS, max_overflow=16)
        self.writer = sa.create_engine(**options, poolclass=sa.StaticPool, execution_options=WRITES)
        try:
            with self.writer.begin() as connection:
                _make_tables(connection, path)
                # An index page is written again and again: it should not be read from the file each time.
                connection.exec_driver_sql(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
                connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        except sa.exc.DBAPIError as error:
            raise OSError(f"{path} cannot be opened: {error.orig}") from None
        self._checkpoints = Checkpoints(self.reader, self.writer)

    def close(self) -> None:
        """To be called when nobody writes any more."""
        self._checkpoints.end()
        self.reader.dispose()
        self.writer.dispose()

    def clock(self, connection: sa.Connection) -> Clock:
        """Goes on after the latest statement; to be asked for in a transaction that writes."""
        return Clock(connection.scalar(_LATEST) or 0)

    def consistent_through(self, unsettled: int | None) -> int:
        """All that was stored up to then can be read: nobody but this process stores here."""
        return present() if unsettled is None else unsettled - 1


def _touch(path: Path) -> None:
    """What people do is private: only the owner may read the file, and SQLite makes its companions alike."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _make_tables(connection: sa.Connection, path: Path) -> None:
    edition: Any = connection.exec_driver_sql("PRAGMA user_version").scalar()
    if edition > models.EDITION:
        raise ValueError(f"{path} was made by a newer version of Cares; update Cares to use it")
    models.lay_out(connection, edition)
    reindex(connection, edition)
    connection.exec_driver_sql(f"PRAGMA user_version={models.EDITION}")
