"""The files of a list as they lie in a folder, or one of them alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from lms.accounts.syncing.lists import FILES, PEOPLE

SETTLED_AFTER = dt.timedelta(minutes=1)


def files_at(path: Path) -> dict[str, bytes]:
    """All that a folder holds of a list; a single file is the people, unless it has the name of another. May be empty.

    Raises OSError.
    """
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in FILES if (path / name).is_file()}
    return {path.name if path.name in FILES else PEOPLE: path.read_bytes()}


def is_settled(folder: Path, at: dt.datetime) -> bool:
    """Whether nothing has been written there for a minute: a file that is on its way is not read. Raises OSError."""
    written = [(folder / name).stat().st_mtime for name in FILES if (folder / name).is_file()]
    return all(at.timestamp() - moment >= SETTLED_AFTER.total_seconds() for moment in written)
