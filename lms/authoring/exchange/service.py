"""Reading a file of questions into a draft, writing its questions in another format, and keeping what was sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from lms.authoring import queries, waiting
from lms.authoring import service as writing
from lms.authoring.files.parts import bank_file
from lms.authoring.files.yaml_text import plain
from lms.authoring.interchange.bank import finished_items, place_for, with_items
from lms.authoring.interchange.formats import READERS, WRITERS, format_of
from lms.authoring.interchange.neutral import Left, Taken
from lms.authoring.models import PATH_CHARACTERS, Draft, SentQuestions
from lms.authoring.parts.choosing import outcomes


@dataclass(frozen=True)
class Source:
    """A file of questions as it came."""

    content: bytes
    name: str
    format: str | None = None
    """As its bringer says; None: as it looks."""


@dataclass(frozen=True)
class Destination:
    """Where questions shall go: a place of the quiz, or the checks of an outcome."""

    slot: str | None = None
    outcome: str | None = None
    """None: that of the first place in the quiz."""
    level: str = "understand"


@dataclass(frozen=True)
class Given:
    """The questions of a module in another format."""

    count: int
    """Of all that there are."""
    content: bytes
    left: tuple[Left, ...]
    """What is not in it: whole questions first, those among them that are not finished before the others."""

    @property
    def inside(self) -> int:
        """How many of the questions are in the file."""
        return self.count - sum(left.is_whole for left in self.left)


def read(session: Session, draft: Draft, source: Source, to: Destination) -> Taken:
    """What would be taken of a file; nothing is changed.

    Raises ContentError for a file that cannot be used, LookupError with a sentence if there is no such destination.
    """
    return _read(session, draft, source, to)[1]


def take(
    session: Session, draft: Draft, source: Source, to: Destination, person: UUID | None, at: dt.datetime
) -> Taken:
    """Read the questions into the draft, which the caller has locked. Raises as `read` does, and saves nothing then."""
    text, taken = _read(session, draft, source, to)
    if taken.items:
        bank = bank_file(draft.subject)
        changed = with_items(text, bank, "items" if to.slot else "checks", taken.items)
        writing.save(session, draft, {bank: changed.encode()}, person, at)
    return taken


def give(text: str, module_id: str, format_: str) -> Given:
    """The questions of a bank in another format. Raises ContentError if the bank cannot be read.

    Questions that are not finished are left out, each with its reason.
    """
    file = bank_file(module_id)
    items, unfinished = finished_items(plain(text, file))
    written = WRITERS[format_](items)
    left = sorted((*unfinished, *written.left), key=lambda one: not one.is_whole)
    return Given(len(items) + len(unfinished), written.content, tuple(left))


def keep(session: Session, draft: Draft, source: Source, person: UUID, at: dt.datetime) -> SentQuestions:
    """Keep the file for whoever sent it, in the place of what they sent to this module before."""
    name = source.name[:PATH_CHARACTERS]
    sent = SentQuestions(subject=draft.subject, name=name, content=source.content, sent_by=person, sent_at=at)
    return waiting.keep(session, sent)


def _read(session: Session, draft: Draft, source: Source, to: Destination) -> tuple[str, Taken]:
    bank = bank_file(draft.subject)
    read_file = partial(queries.text, session, draft)
    text = read_file(bank)
    if text is None:
        raise LookupError(f"the draft has no file {bank}")
    known = [id_ for id_, _ in outcomes(draft.subject, read_file)]
    if to.outcome and known and to.outcome not in known:
        raise LookupError(f"the module has no outcome {to.outcome!r}; it has {', '.join(known)}")
    place = place_for(plain(text, bank), slot=to.slot, outcome=to.outcome, level=to.level)
    format_ = source.format or format_of(source.content, source.name)
    return text, READERS[format_](source.content, source.name, place)
