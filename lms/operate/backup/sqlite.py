"""Copying a SQLite file that others write, and putting one in the place of another."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from lms.db import sqlite_module
from lms.operate.backup.archive import BackupError

BUSY_MILLISECONDS = 15_000


def copy(source: Path, target: Path) -> None:
    """The database as it is at one moment, while others read and write it. Raises BackupError."""
    with closing(_open(source)) as connection:
        try:
            # In one transaction, and without what was deleted and still lies about in free pages.
            connection.execute("VACUUM INTO ?", (str(target),))
        except sqlite_module().Error as error:
            raise BackupError(f"{source} cannot be copied: {error}") from None


def check(path: Path) -> None:
    """Raise BackupError if the file is no sound database."""
    with closing(_open(path)) as connection:
        try:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite_module().DatabaseError as error:
            raise BackupError(f"{path.name} in the backup is no sound database: {error}") from None
    if found != "ok":
        raise BackupError(f"{path.name} in the backup is no sound database: {found}")


def change(path: Path, *statements: tuple[str, dict[str, str]]) -> None:
    """Change rows of a database that nobody uses yet, all or nothing."""
    with closing(_open(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            connection.execute(statement, values)
        connection.execute("COMMIT")


def put_in_place(fresh: Path, path: Path, aside: str) -> Path | None:
    """Make `fresh` the database at `path`; at every moment there is a whole one. Where the old one is now, if any.

    Raises BackupError while someone uses the old one.
    """
    kept = None
    if path.exists():
        _settle(path)
        kept = path.with_name(f"{path.name}.{aside}")
        os.link(path, kept)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return kept


def _settle(path: Path) -> None:
    """Put all that lies in files beside it into the database: they must not be taken for the new one's."""
    with closing(_open(path)) as connection:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite_module().OperationalError:
            mode = "locked"
    if mode != "delete":
        raise BackupError(f"{path} is in use: stop Cares first.")


def _open(path: Path) -> Any:
    connection = sqlite_module().connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    return connection
