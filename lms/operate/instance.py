"""The folder of an installation: made for its owner alone, and served by one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
import time
from enum import StrEnum
from pathlib import Path

from lms.operate.start_error import StartError

LOCK = "up.lock"
IN_USE = "in-use.lock"
_PATIENCE_SECONDS = 4.0
"""How long the parts of a supervisor that was killed may take to end."""


def make(folder: Path) -> None:
    """The folder, if it is not there yet; a mark in it says that the first start is not finished.

    Raises OSError.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        begin(folder, Telling.ADMIN)


class Telling(StrEnum):
    """What someone must be told before it is lost; the value is the name of the mark in the folder."""

    ADMIN = ".admin-not-told"
    DEMO = ".demo-not-told"


def begin(folder: Path, what: Telling) -> None:
    """Passwords are about to be made: a start that is killed before they are told makes others the next time."""
    (folder / what).touch(mode=0o600)


def is_due(folder: Path, what: Telling) -> bool:
    """Whether passwords were made that nobody was told."""
    return (folder / what).exists()


def told(folder: Path) -> None:
    """All has been told."""
    for what in Telling:
        (folder / what).unlink(missing_ok=True)


def lock(folder: Path) -> int:
    """Keep other supervisors out for as long as the descriptor is open, here or in a part that was started.

    Raises StartError when one is at work, OSError when the file cannot be written.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + _PATIENCE_SECONDS
    while not _is_taken(descriptor):
        owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        if _is_alive(owner) or time.monotonic() > until:
            os.close(descriptor)
            raise StartError(
                f"Cares is running already with the folder {folder} (process {owner or 'unknown'}): "
                "use it there, stop it first, or set LMS_INSTANCE to another folder."
            )
        time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def use(folder: Path) -> int:
    """Say that the databases are in use, for as long as the descriptor is open; many may. Raises StartError, OSError.

    A folder that is not there is nobody's yet.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _held(folder, fcntl.LOCK_SH, "The databases are being restored: start again when that is done.")


def use_alone(folder: Path) -> int:
    """Keep all others out for as long as the descriptor is open. Raises StartError while they are there, OSError."""
    return _held(folder, fcntl.LOCK_EX, f"Cares is at work with the folder {folder}, it is in use: stop it first.")


def _held(folder: Path, kind: int, otherwise: str) -> int:
    descriptor = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StartError(otherwise) from None
    return descriptor


def _is_taken(descriptor: int) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True
