"""Which files of two bundles differ, and how their texts do."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

from lms.content.bundle import Bundle

_MOST_TEXT = 1_000_000
"""Characters: no text of a module that can be used is longer, and to compare longer ones takes minutes."""


@dataclass(frozen=True)
class FileDifference:
    """A file that is not the same in both."""

    path: str
    change: Literal["added", "removed", "changed"]
    diff: tuple[str, ...] | None
    """Lines of a unified diff; None if it is no text."""

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {"path": self.path, "change": self.change, "diff": None if self.diff is None else list(self.diff)}


def differences(published: Bundle, folder: Bundle) -> list[FileDifference]:
    """The files of a folder that are not as they are published, in the order of their names."""
    old, new = published.files, folder.files
    return [
        _difference(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def _difference(path: str, old: bytes | None, new: bytes | None) -> FileDifference:
    if old is None:
        return FileDifference(path, "added", _diff(path, b"", new or b""))
    return FileDifference(path, "removed" if new is None else "changed", _diff(path, old, new or b""))


def _diff(path: str, old: bytes, new: bytes) -> tuple[str, ...] | None:
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        return None
    return tuple(unified_diff(before, after, f"published/{path}", f"folder/{path}", lineterm=""))


def _lines(data: bytes) -> list[str] | None:
    """The lines of a text, with the ends of lines that a diff would not show; None for what is no text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\0" in text or len(text) > _MOST_TEXT:
        return None
    lines = [line.replace("\r", "␍") for line in text.split("\n")]
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}␄"]
