"""Bringing a database to the tables that this version needs, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from lms.db import WRITES
from lms.migrations.tables import tables

FOLDER = Path(__file__).parent

# Key of the advisory lock that lets one host at a time change the tables.
_TURN = 1_129_468_003

PATIENCE_SECONDS = 60.0
"""How long a table may be in use by someone who does not end, such as a report or a copy."""
_PAUSE_SECONDS = 2.0


class MigrationError(Exception):
    """A database that cannot be brought to this version; a sentence says why and what to do."""


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
            if not isinstance(error.orig, LockNotAvailable):
                raise
        if time.monotonic() > until:
            raise MigrationError(
                f"A table was in use for {patience:.0f} seconds, perhaps by a report or a copy that is being made; "
                "nothing is changed. Try again when that has ended."
            )
        time.sleep(_PAUSE_SECONDS)


def _upgrade(engine: Engine) -> bool:
    with _alone(engine) as connection:
        config = configuration(connection)
        before = _revision(connection, config)
        if before == newest(config):
            return False
        command.upgrade(config, "head")
        return True


def is_current(engine: Engine) -> bool:
    """Whether nothing is missing. Raises MigrationError."""
    with engine.connect() as connection:
        config = configuration(connection)
        return _revision(connection, config) == newest(config)


def step_of(engine: Engine) -> str | None:
    """At which step the tables are; None if there are none. Raises MigrationError."""
    with engine.connect() as connection:
        return _revision(connection, configuration(connection))


def configuration(connection: Connection) -> Config:
    """What Alembic needs to know."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest(config: Config) -> str | None:
    """The latest step of this version."""
    return ScriptDirectory.from_config(config).get_current_head()


def _series(revision: str | None) -> str:
    """Steps of one series only add, so that the version before works on; a step that takes away begins the next.

    0001 to 0099 are the first series, 0100 begins the second.
    """
    return (revision or "")[:2]


def _revision(connection: Connection, config: Config) -> str | None:
    """Where the database is, as far as this version knows; None if it is empty."""
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is None and set(inspect(connection).get_table_names()) & set(tables().tables):
        raise MigrationError(
            "The database has tables of Cares, but does not say of which version: "
            "another program made them, or a restore was not finished. Restore a whole backup, or name an empty one."
        )
    if revision is not None and revision not in known and _series(revision) == _series(newest(config)):
        return newest(config)  # the next version has only added to what this one needs: it may be gone back from
    if revision is not None and revision not in known:
        raise MigrationError(
            f"The database was made by a newer version of Cares (its tables are at step {revision}): "
            "install that version, or restore a backup of before."
        )
    return revision


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
