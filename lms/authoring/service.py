"""Writing a draft: opening it, saving its files, publishing it, throwing it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.authoring.files.undoing import Save, next_redo, next_undo
from lms.authoring.models import SILENT_AFTER, Draft, DraftFile, DraftVisit
from lms.authoring.queries import saves
from lms.content import service as content
from lms.content.bundle import Bundle
from lms.content.loader import load_module
from lms.content.service import Imported
from lms.db import UNSEEN, insert, write_at_once

KEPT_VERSIONS = 60
"""Of one file in one draft; older ones go."""


def begin(session: Session, module_id: str, bundle: Bundle, based_on: int | None, at: dt.datetime) -> Draft:
    """A draft with these files. Raises IntegrityError if the module has an open one."""
    draft = Draft(subject=module_id, based_on_id=based_on, version=1, opened_at=at, changed_at=at)
    session.add(draft)
    session.flush()
    for path, data in bundle.files.items():
        session.add(DraftFile(draft_id=draft.id, path=path, version=1, content=data, is_newest=True, saved_at=at))
    session.flush()
    return draft


def save(
    session: Session,
    draft: Draft,
    files: dict[str, bytes | None],
    person: UUID | None,
    at: dt.datetime,
    takes_back: int | None = None,
) -> int:
    """Keep new versions of some files (None: it is taken away); the version of the draft.

    `takes_back` is the version that it undoes, if it does. The caller has locked the draft (`lock`) before it read what
    it changes.
    """
    draft.version += 1
    draft.changed_at = at
    _forget_visits(session, draft, at - SILENT_AFTER)
    for path, data in files.items():
        of_this = (DraftFile.draft_id == draft.id, DraftFile.path == path)
        session.execute(
            update(DraftFile).where(*of_this, DraftFile.is_newest).values(is_newest=False), execution_options=UNSEEN
        )
        session.add(
            DraftFile(
                draft_id=draft.id,
                path=path,
                version=draft.version,
                content=data,
                is_newest=True,
                saved_at=at,
                saved_by=person,
                takes_back=takes_back,
            )
        )
        session.flush()
        _drop_oldest(session, draft, path)
    return draft.version


def save_texts(session: Session, draft: Draft, texts: Mapping[str, str | None], person: UUID, at: dt.datetime) -> int:
    """The same for texts; nothing happens if there are none."""
    encoded = {path: None if text is None else text.encode() for path, text in texts.items()}
    return save(session, draft, encoded, person, at) if encoded else draft.version


def undo(session: Session, draft: Draft, person: UUID, at: dt.datetime) -> bool:
    """Take back the last save that was not taken back yet, if this person made it; again, and the one before goes.

    Whether there was one. The caller has locked the draft.
    """
    return _take_back(session, draft, next_undo(saves(session, draft)), person, at)


def redo(session: Session, draft: Draft, person: UUID, at: dt.datetime) -> bool:
    """Take back the last undo of this person, unless something was written since. The same otherwise."""
    return _take_back(session, draft, next_redo(saves(session, draft)), person, at)


def _take_back(session: Session, draft: Draft, last: Save | None, person: UUID, at: dt.datetime) -> bool:
    if last is None or last.by != person:
        return False
    changed = select(DraftFile.path).filter_by(draft_id=draft.id, version=last.version)
    before = {path: _before(session, draft, path, last.version) for path in session.scalars(changed).all()}
    kept = {path: earlier.content for path, earlier in before.items() if earlier}
    new = {path: None for path, earlier in before.items() if not earlier and _is_its_first(session, draft, path)}
    # Of files that are saved often the oldest versions go: what is not there any more cannot be brought back.
    if len(kept) + len(new) < len(before):
        return False
    save(session, draft, {**kept, **new}, person, at, takes_back=last.version)
    return True


def _before(session: Session, draft: Draft, path: str, version: int) -> DraftFile | None:
    """A file as it was before a version of the draft; None if nothing earlier is kept."""
    query = select(DraftFile).filter_by(draft_id=draft.id, path=path).where(DraftFile.version < version)
    return session.scalar(query.order_by(DraftFile.version.desc()).limit(1))


def _is_its_first(session: Session, draft: Draft, path: str) -> bool:
    """Whether every version of a file is kept, so that before the oldest there was none."""
    count = session.scalar(select(func.count()).select_from(DraftFile).filter_by(draft_id=draft.id, path=path))
    return (count or 0) < KEPT_VERSIONS


def lock(session: Session, module_id: str) -> Draft | None:
    """The open draft of a module, held until the transaction ends: who saves at the same time waits."""
    query = select(Draft).where(Draft.subject == module_id, Draft.closed_at.is_(None)).with_for_update()
    return session.scalar(query)


def note_visit(session: Session, draft: Draft, person: UUID, place: str, at: dt.datetime) -> None:
    """Someone has a file of the draft before them. Stands outside of a transaction: a page notes it in passing."""
    statement = insert(session, DraftVisit).values(draft_id=draft.id, person=person, place=place, seen_at=at)
    now_here = {"place": statement.excluded.place, "seen_at": statement.excluded.seen_at}
    write_at_once(session, statement.on_conflict_do_update(index_elements=["draft_id", "person"], set_=now_here))


def publish(session: Session, draft: Draft, bundle: Bundle, by: UUID, at: dt.datetime) -> Imported:
    """Learners see the draft from now on. Raises ContentError, and publishes nothing then."""
    module = load_module(bundle, draft.subject)
    published = content.publish(session, draft.subject, bundle, at, by)
    draft.published_id = published.revision_id
    _close(session, draft, at)
    return Imported(published.subject, published.number, published.is_new, published.revision_id, module)


def publish_again(session: Session, module_id: str, bundle: Bundle, by: UUID, at: dt.datetime) -> Imported:
    """Learners see an earlier revision from now on. Raises ContentError if the rules of today refuse it."""
    load_module(bundle, module_id)
    return content.publish(session, module_id, bundle, at, by)


def throw_away(session: Session, draft: Draft, at: dt.datetime) -> None:
    """Nobody writes the draft any more; learners see what they saw."""
    _close(session, draft, at)


def _close(session: Session, draft: Draft, at: dt.datetime) -> None:
    draft.closed_at = at
    session.flush()
    _forget_visits(session, draft, at)


def _forget_visits(session: Session, draft: Draft, before: dt.datetime) -> None:
    """Who was there is of use for as long as they write."""
    gone = delete(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.seen_at <= before)
    session.execute(gone, execution_options=UNSEEN)


def _drop_oldest(session: Session, draft: Draft, path: str) -> None:
    old = (
        select(DraftFile.id)
        .where(DraftFile.draft_id == draft.id, DraftFile.path == path)
        .order_by(DraftFile.version.desc())
        .offset(KEPT_VERSIONS)
    )
    for id_ in session.scalars(old).all():
        session.delete(session.get_one(DraftFile, id_))
