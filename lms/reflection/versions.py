"""Whether a text that is sent knows the latest one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    """Where the writing on a prompt stands."""

    version: int = 0
    sitting: str = ""
    """The opened page from which the latest version came."""
    sitting_from: int = 0
    """The version on which that page based its first save."""


def knows(head: Head, version: int, sitting: str) -> bool:
    """Whether a text based on this version, from this page, may follow the latest one.

    A page whose answer got lost on the way does not know that its last saves arrived: all that came since is its own.
    """
    is_own_run = bool(sitting) and sitting == head.sitting and version >= head.sitting_from
    return version == head.version or is_own_run


def followed(head: Head, version: int, sitting: str) -> Head:
    """Where it stands after a save."""
    starts_anew = not sitting or sitting != head.sitting
    return Head(head.version + 1, sitting, version if starts_anew else head.sitting_from)
