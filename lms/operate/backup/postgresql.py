"""Copying a PostgreSQL database by the programs that come with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from lms.operate.backup.archive import BackupError


def copy(url: str, target: Path) -> None:
    """The database as it is at one moment, while others read and write it. Raises BackupError."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def restore(path: Path, url: str) -> None:
    """Put the tables of a copy in the place of those that are there, all or nothing. Raises BackupError."""
    _run(
        "pg_restore",
        url,
        "--single-transaction",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        str(path),
        connection="--dbname",
    )


def _run(program: str, url: str, *arguments: str, connection: str = "--dbname") -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed here; on Debian it comes with postgresql-client.")
    parts = make_url(url)
    # Others can see the arguments of a program, but not its environment.
    environment = os.environ | ({"PGPASSWORD": str(parts.password)} if parts.password else {})
    address = parts.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # arguments of ours, no shell  # noqa: S603  # nosec B603
        [found, *arguments, f"{connection}={address}"], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(
            f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode}"
        )
