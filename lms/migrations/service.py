"""Bringing a database to the tables that this version needs, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from lms.db import WRITES
from lms.migrations.state import MigrationError, newest, step

# Key of the advisory lock that lets one host at a time change the tables.
_TURN = 1_129_468_003

PATIENCE_SECONDS = 60.0
"""How long a table may be in use by someone who does not end, such as a report or a copy."""
_PAUSE_SECONDS = 2.0
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's error codes (its documentation, appendix A)."""


def upgrade(engine: Engine, patience: float = PATIENCE_SECONDS) -> bool:
    """Take every step that is missing, in one transaction: a start that is killed leaves all as it was.

    Whether there were any. A table that is in use is tried again until `patience` (seconds) is at its end.
    Raises MigrationError, and SQLAlchemyError when the database does not let us.
    """
    until = time.monotonic() + patience
    while True:
        try:
            return _upgrade(engine)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
        if time.monotonic() > until:
            raise MigrationError(
                f"A table was in use for {patience:.0f} seconds, perhaps by a report or a copy that is being made; "
                "nothing is changed. Try again when that has ended."
            )
        time.sleep(_PAUSE_SECONDS)


def _upgrade(engine: Engine) -> bool:
    with _alone(engine) as connection:
        if step(connection) == newest():
            return False
        # Most starts find nothing to do, and need not wait for Alembic to be read.
        from lms.migrations.stepping import take_all  # noqa: PLC0415

        take_all(connection)
        return True


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that nobody else who changes tables can have at the same time."""
    with engine.connect() as connection:
        prepare = _prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql
        with prepare(connection):
            yield connection


@contextmanager
def _prepare_sqlite(connection: Connection) -> Iterator[None]:
    driver = connection.connection.driver_connection
    assert driver is not None
    # A table that is copied is dropped afterwards, which would take all rows along that refer to its own.
    driver.execute("PRAGMA foreign_keys=OFF")
    connection.detach()  # nobody else must get it set up like this
    connection.execution_options(**WRITES)
    with connection.begin():
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise MigrationError(f"Rows of the table {broken[0]} would refer to nothing; nothing is changed.")


@contextmanager
def _prepare_postgresql(connection: Connection) -> Iterator[None]:
    with connection.begin():
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
        # While we wait for a table, everybody who comes later waits behind us, and learners wait 3 seconds at most
        # (lms.db): rather give up soon and try again.
        connection.execute(text("SET LOCAL lock_timeout = '1s'"))
        yield
