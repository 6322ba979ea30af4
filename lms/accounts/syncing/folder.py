"""The files of a list as they lie in a folder, or one of them alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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


@dataclass
class Watch:
    """What one process saw in the folder when it looked last."""

    _seen: tuple[tuple[str, int, int], ...] = ()
    _since: dt.datetime | None = None

    def is_settled(self, folder: Path, at: dt.datetime) -> bool:
        """Whether nothing has been written there for a minute: a file that is on its way is not read. Raises OSError.

        The time of a file may be wrong, and lie in the future for years: then it is enough that the file is the same
        at two looks a minute apart.
        """
        seen = tuple(
            (name, there.st_mtime_ns, there.st_size)
            for name in FILES
            if (folder / name).is_file()
            for there in ((folder / name).stat(),)
        )
        if self._since is None or seen != self._seen:
            self._seen, self._since = seen, at
        is_old = all(at.timestamp() - written / 1e9 >= SETTLED_AFTER.total_seconds() for _, written, _ in seen)
        return is_old or at - self._since >= SETTLED_AFTER


def last_written(folder: Path) -> dt.datetime | None:
    """When the newest file of a list was written; None if there is none. Raises OSError."""
    written = [(folder / name).stat().st_mtime for name in FILES if (folder / name).is_file()]
    return dt.datetime.fromtimestamp(max(written), dt.UTC) if written else None
