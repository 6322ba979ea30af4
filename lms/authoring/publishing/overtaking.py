"""Something was published since a draft was begun: what publishing the draft would undo of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lms.authoring.files.outline import title_in
from lms.authoring.files.parts import bank_file, module_file, sources_file
from lms.content.bundle import Bundle


@dataclass(frozen=True)
class Overtaken:
    """The revision that learners see, which is not the one that the draft began as."""

    number: int
    at: dt.datetime
    by: str
    """Who published it; empty if it came from files, or nobody is known by that name any more."""
    undone: tuple[str, ...]
    """What of it would go, in words."""


def undone(before: Bundle, now: Bundle, draft: Bundle, module_id: str) -> tuple[str, ...]:
    """What was changed since the draft was begun, and does not stand in the draft as it was changed."""
    every = sorted(before.files.keys() | now.files.keys())
    lost = [
        path
        for path in every
        if before.files.get(path) != now.files.get(path) and draft.files.get(path) != now.files.get(path)
    ]
    return tuple(_named(path, now if path in now.files else before, module_id) for path in lost)


def _named(path: str, files: Bundle, module_id: str) -> str:
    """A file as those call it who never see files."""
    known = {
        bank_file(module_id): "The questions",
        module_file(module_id): "The outline, or what is said about the module",
        sources_file(module_id): "The sources",
    }
    inside = path.removeprefix(f"courses/{module_id}/")
    if path in known or inside.startswith("media/"):
        return known.get(path, f"The file {inside}")
    title = title_in(files.files[path].decode("utf-8", "replace")) or inside
    kind = {"scenarios": "story", "tools": "tool"}.get(inside.split("/")[0], "page")
    return f"The {kind} “{title}”"
