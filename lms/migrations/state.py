"""At which step the tables of a database are, and whether that is the one of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from lms.migrations.tables import tables

FOLDER = Path(__file__).parent


class MigrationError(Exception):
    """A database that cannot be brought to this version; a sentence says why and what to do."""


def is_current(engine: Engine) -> bool:
    """Whether nothing is missing. Raises MigrationError."""
    return step_of(engine) == newest()


def step_of(engine: Engine) -> str | None:
    """At which step the tables are, as far as this version knows; None if there are none. Raises MigrationError."""
    with engine.connect() as connection:
        return step(connection)


def step(connection: Connection) -> str | None:
    """The same, of a connection that is there already."""
    there = set(inspect(connection).get_table_names())
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if "alembic_version" in there else None
    if found is None and there & set(tables().tables):
        raise MigrationError(
            "The database has tables of Cares, but does not say of which version: "
            "another program made them, or a restore was not finished. Restore a whole backup, or name an empty one."
        )
    if found is None or found in _steps():
        return found
    if _series(found) == _series(newest()):
        return newest()  # the next version has only added to what this one needs: it may be gone back from
    raise MigrationError(
        f"The database was made by a newer version of Cares (its tables are at step {found}): "
        "install that version, or restore a backup of before."
    )


def newest() -> str:
    """The latest step of this version."""
    return max(_steps())


@cache
def _steps() -> frozenset[str]:
    """Of the names of their files: to read what is in them takes longer than all else that a start does here."""
    return frozenset(path.name[:4] for path in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def _series(revision: str) -> str:
    """Steps of one series only add, so that the version before works on; a step that takes away begins the next.

    0001 to 0099 are the first series, 0100 begins the second.
    """
    return revision[:2]
