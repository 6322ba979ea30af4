"""What stands in drafts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.authoring.files.undoing import Save
from lms.authoring.models import SILENT_AFTER, Draft, DraftFile, DraftVisit
from lms.content.bundle import Bundle, one_file
from lms.content.models import PROGRAMME, Revision, Standing

LOOKED_BACK = 20
"""Earlier revisions in which an id is looked for."""
_MOST_NUMBER = 2**31 - 1
"""Of what a database keeps as a whole number."""


@dataclass(frozen=True)
class Written:
    """A file of a draft."""

    path: str
    content: bytes
    version: int
    saved_by: str | None
    saved_at: dt.datetime


def open_draft(session: Session, module_id: str) -> Draft | None:
    """The draft of a module that is being written."""
    return session.scalar(select(Draft).where(Draft.subject == module_id, Draft.closed_at.is_(None)))


def open_drafts(session: Session) -> dict[str, Draft]:
    """All that are being written, by module."""
    return {draft.subject: draft for draft in session.scalars(select(Draft).where(Draft.closed_at.is_(None)))}


def paths(session: Session, draft: Draft) -> list[str]:
    """The files of a draft."""
    query = select(DraftFile.path).where(
        DraftFile.draft_id == draft.id, DraftFile.is_newest, DraftFile.content.is_not(None)
    )
    return sorted(session.scalars(query))


def file(session: Session, draft: Draft, path: str) -> Written | None:
    """A file as it was saved last; None if there is none."""
    query = (
        select(DraftFile.content, DraftFile.version, Person.name, DraftFile.saved_at)
        .outerjoin(Person, Person.uuid == DraftFile.saved_by)
        .where(DraftFile.draft_id == draft.id, DraftFile.path == path, DraftFile.is_newest)
    )
    row = session.execute(query).first()
    return Written(path, row[0], row[1], row[2], row[3]) if row and row[0] is not None else None


def earlier_texts(session: Session, draft: Draft, path: str) -> Iterator[str]:
    """The versions of a file that are kept, the latest first."""
    query = select(DraftFile.content).filter_by(draft_id=draft.id, path=path).order_by(DraftFile.version.desc())
    return (decoded(content) for content in session.scalars(query) if content is not None)


def saves(session: Session, draft: Draft) -> list[Save]:
    """The saves of a draft that are kept, in their order, without what it began as."""
    query = (
        select(DraftFile.version, DraftFile.saved_by, DraftFile.takes_back)
        .where(DraftFile.draft_id == draft.id, DraftFile.version > 1)
        .distinct()
        .order_by(DraftFile.version)
    )
    return [Save(*row) for row in session.execute(query)]


def bundle(session: Session, draft: Draft) -> Bundle:
    """All files of a draft as they were saved last."""
    query = select(DraftFile.path, DraftFile.content).where(
        DraftFile.draft_id == draft.id, DraftFile.is_newest, DraftFile.content.is_not(None)
    )
    return Bundle({path: content for path, content in session.execute(query) if content is not None})


def text(session: Session, draft: Draft, path: str) -> str | None:
    """A file of a draft as text; None if there is none."""
    found = file(session, draft, path)
    return decoded(found.content) if found else None


def pages(session: Session, draft: Draft) -> dict[str, str]:
    """The texts of all pages and tools of a draft."""
    query = select(DraftFile.path, DraftFile.content).where(
        DraftFile.draft_id == draft.id,
        DraftFile.is_newest,
        DraftFile.content.is_not(None),
        DraftFile.path.startswith(f"courses/{draft.subject}/", autoescape=True),
        DraftFile.path.endswith(".md"),
    )
    return {path: decoded(content) for path, content in session.execute(query) if content is not None}


def scenarios(session: Session, draft: Draft) -> list[str]:
    """The ids of its stories."""
    inside = f"courses/{draft.subject}/scenarios/"
    found = (path for path in paths(session, draft) if path.startswith(inside) and path.endswith(".yaml"))
    return [path.removeprefix(inside).removesuffix(".yaml") for path in found]


def decoded(content: bytes) -> str:
    """A file as its author sees it; what is no text can be seen at least."""
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def others(session: Session, draft: Draft, person: UUID, at: dt.datetime) -> Sequence[tuple[str, str]]:
    """Who else is writing, and in which file."""
    query = (
        select(Person.name, DraftVisit.place)
        .join(Person, Person.uuid == DraftVisit.person)
        .where(
            DraftVisit.draft_id == draft.id,
            DraftVisit.person != person,
            DraftVisit.seen_at > at - SILENT_AFTER,
        )
        .order_by(Person.name)
    )
    return [(name, place) for name, place in session.execute(query)]


def published(session: Session, module_id: str) -> Revision | None:
    """The revision that learners see."""
    return session.scalar(select(Revision).filter_by(subject=module_id, standing=Standing.PUBLISHED))


def history(session: Session, module_id: str) -> Sequence[Revision]:
    """Every revision of a module, the newest first."""
    return session.scalars(select(Revision).filter_by(subject=module_id).order_by(Revision.number.desc())).all()


def revision(session: Session, module_id: str, number: int) -> Revision | None:
    """One revision of a module."""
    if number > _MOST_NUMBER:
        return None
    return session.scalar(select(Revision).filter_by(subject=module_id, number=number))


def published_texts(session: Session, module_id: str, path: str) -> list[str]:
    """A file as learners have seen it in the latest revisions, each text once."""
    query = select(Revision.files).where(Revision.subject == module_id, Revision.standing != Standing.DRAFT)
    stored = session.scalars(query.order_by(Revision.number.desc()).limit(LOOKED_BACK))
    found = (one_file(files, path) for files in stored)
    return list(dict.fromkeys(decoded(content) for content in found if content is not None))


def modules(session: Session) -> list[str]:
    """Every module that was ever published or is being written."""
    known = session.scalars(select(Revision.subject).where(Revision.subject != PROGRAMME).distinct())
    return sorted({*known, *open_drafts(session)})


def contents(session: Session, draft: Draft, path: str) -> bytes | None:
    """The bytes of a file of a draft."""
    found = file(session, draft, path)
    return found.content if found else None
