"""Putting files of a folder into the open draft, without writing over what others wrote there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.authoring import queries, service
from lms.authoring.upload.reading import unreadable
from lms.content.bundle import Bundle
from lms.content.loader import read_module
from lms.content.problems import Problem


@dataclass(frozen=True)
class Put:
    """What became of the files that were saved."""

    taken: tuple[str, ...]
    left: tuple[str, ...]
    """The draft has them otherwise than they were here before: somebody has changed them there."""
    problems: tuple[Problem, ...]
    """Of the draft as it is now."""
    refused: tuple[Problem, ...] = ()
    """Of files that the draft does not take, since nobody could write them in the browser any more."""

    @property
    def refused_files(self) -> set[str]:
        """They count as not saved: as soon as they are mended, they are put in."""
        return {problem.file for problem in self.refused}


def put(
    session: Session, module_id: str, before: Bundle, after: Bundle, at: dt.datetime, replaces: bool = False
) -> Put | None:
    """Take into the draft what was changed in a folder; None if nobody is writing the module.

    With `replaces` the folder counts, whatever stands in the draft.
    """
    draft = service.lock(session, module_id)
    if draft is None:
        return None
    there = dict(queries.bundle(session, draft).files)
    changed = _changed(before, after)
    due = [path for path in changed if there.get(path) != after.files.get(path)]
    new = Bundle({path: after.files[path] for path in due if path in after.files})
    refused = tuple(unreadable(new, module_id))
    due = [path for path in due if path not in {problem.file for problem in refused}]
    taken = {path: after.files.get(path) for path in due if replaces or there.get(path) == before.files.get(path)}
    if taken:
        service.save(session, draft, taken, None, at)
    problems = read_module(queries.bundle(session, draft), module_id).problems
    return Put(tuple(taken), tuple(path for path in due if path not in taken), problems, refused)


def in_draft(session: Session, module_id: str) -> Bundle | None:
    """The files of the open draft; None if nobody is writing the module."""
    draft = queries.open_draft(session, module_id)
    return queries.bundle(session, draft) if draft else None


def _changed(before: Bundle, after: Bundle) -> list[str]:
    every = sorted(before.files.keys() | after.files.keys())
    return [path for path in every if before.files.get(path) != after.files.get(path)]
