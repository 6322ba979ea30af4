"""A PostgreSQL database as that of the store: any number of processes on any number of hosts.

The tables are in a schema of their own, so that the database may be that of Cares itself. Who writes holds a lock until
the commit: moments of storing then have the order of the commits, whichever process stores.
"""

from __future__ import annotations

import sqlalchemy as sa

from lms.db import engine_options
from lms.lrs import models
from lms.lrs.clock import Clock
from lms.lrs.statements.reindexing import reindex

SCHEMA = "lrs"
READERS = 4
LOCK = 0x6C7273
"""Number of the advisory lock of whoever writes; the letters lrs."""

_LOCK = sa.text(f"SELECT pg_advisory_xact_lock({LOCK})")
_EDITION = sa.text("SELECT obj_description(to_regnamespace(:schema), 'pg_namespace')")
# The database's clock, since the clocks of several hosts differ.
_PRESENT = sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()) * 1_000_000, sa.BigInteger)
_MOMENTS = sa.select(sa.func.max(models.statement.c.stored), _PRESENT)
_SETTLED = sa.select(sa.func.max(models.statement.c.stored), _PRESENT, sa.func.pg_try_advisory_xact_lock_shared(LOCK))


class Postgresql:
    """An open database. Raises OSError or ValueError when it cannot be opened or is of a newer version."""

    def __init__(self, url: str) -> None:
        options = engine_options(url)
        options["connect_args"]["options"] += f" -c search_path={SCHEMA}"
        # A page and its attachments are read by several questions, which must see the same.
        reading = options | {"isolation_level": "REPEATABLE READ", "pool_size": READERS}
        self.reader = sa.create_engine(**reading, max_overflow=16)
        self.writer = sa.create_engine(**(options | {"pool_size": 1, "max_overflow": 0}))
        self._asking = self.reader.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with self.writer.begin() as connection:
                _make_tables(connection)
        except sa.exc.DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise OSError(f"the database of the Learning Record Store cannot be opened: {reason}") from None

    def close(self) -> None:
        """To be called when nobody writes any more."""
        self.reader.dispose()
        self.writer.dispose()

    def clock(self, connection: sa.Connection) -> Clock:
        """Goes on after the latest statement, when no other process is writing any more."""
        connection.execute(_LOCK)
        latest, now = connection.execute(_MOMENTS).one()
        return Clock(latest or 0, lambda: int(now))

    def consistent_through(self, _unsettled: int | None) -> int:
        """The present if nobody is writing; else the latest that can be read, since what comes now gets a later moment.

        A moment that was looked up before the lock was had belongs to a time when all that began earlier was committed.
        """
        with self._asking.connect() as connection:
            latest, now, nobody_writes = connection.execute(_SETTLED).one()
        return int(now) if nobody_writes else latest or 0


def _make_tables(connection: sa.Connection) -> None:
    connection.execute(_LOCK)
    edition = int(connection.scalar(_EDITION, {"schema": SCHEMA}) or 0)
    if edition > models.EDITION:
        raise ValueError("the store's tables were made by a newer version of Cares; update Cares to use them")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    models.lay_out(connection, edition)
    reindex(connection, edition)
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{models.EDITION}'")
