"""Storing and publishing revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.content.bundle import Bundle, from_zip
from lms.content.loader import load_module, load_programme
from lms.content.models import PROGRAMME, Revision, Standing
from lms.content.module import Module
from lms.content.problems import ContentError, Problem


@dataclass(frozen=True)
class Imported:
    """What an import did with one subject."""

    subject: str
    number: int
    is_new: bool
    revision_id: int
    module: Module | None = None
    """What the files teach, if they were read."""


Store = Callable[[Session, str, Bundle, dt.datetime], Imported]


def import_bundle(session: Session, bundle: Bundle, at: dt.datetime, as_draft: bool = False) -> list[Imported]:
    """Publish every module of a bundle, and its programme file if there is one; unchanged ones are left alone.

    Or keep them as drafts, which learners do not see. Raises ContentError with the problems of all of them, and
    stores nothing then.
    """
    parts = _parts(bundle)
    if not parts:
        nothing = Problem("courses", 1, "there is no module", "name a folder that holds courses/ and quizzes/")
        raise ContentError([nothing])
    return _import(session, parts, at, keep_draft if as_draft else publish)


def import_new(session: Session, bundle: Bundle, at: dt.datetime) -> list[Imported]:
    """Publish what was never stored before: files that were imported once never undo what was published since.

    Raises ContentError with the problems of all that is new, and publishes nothing then.
    """
    known = {(subject, digest) for subject, digest in session.execute(select(Revision.subject, Revision.digest))}
    parts = {subject: part for subject, part in _parts(bundle).items() if (subject, part.digest) not in known}
    return _import(session, parts, at, publish)


def _parts(bundle: Bundle) -> dict[str, Bundle]:
    """The bundle by subjects."""
    programme = bundle.of_programme()
    parts = {PROGRAMME: programme} if programme.files else {}
    return parts | {module_id: bundle.of_module(module_id) for module_id in bundle.module_ids}


def _import(session: Session, parts: Mapping[str, Bundle], at: dt.datetime, store: Store) -> list[Imported]:
    modules, problems = _read(parts)
    if problems:
        raise ContentError(problems)
    return [replace(store(session, subject, part, at), module=modules.get(subject)) for subject, part in parts.items()]


def publish(session: Session, subject: str, bundle: Bundle, at: dt.datetime, by: UUID | None = None) -> Imported:
    """Make a bundle the published revision of its subject, unless it already is."""
    current = session.scalar(select(Revision).filter_by(subject=subject, standing=Standing.PUBLISHED).with_for_update())
    if current and current.digest == bundle.digest:
        return Imported(subject, current.number, False, current.id)
    if current:
        current.standing = Standing.SUPERSEDED
        session.flush()
    return _store(session, subject, bundle, Standing.PUBLISHED, at, by)


def published_ids(session: Session) -> dict[str, int]:
    """Which revision of each subject is published, asked of the database itself."""
    query = select(Revision.subject, Revision.id).filter_by(standing=Standing.PUBLISHED)
    return dict(session.execute(query).all())


def published_id(session: Session, subject: str) -> int | None:
    """Which revision of a subject is published, asked of the database itself."""
    return session.scalar(select(Revision.id).filter_by(subject=subject, standing=Standing.PUBLISHED))


def keep_draft(session: Session, subject: str, bundle: Bundle, at: dt.datetime) -> Imported:
    """Keep a bundle as the newest revision of its subject, unless it already is; learners do not see it."""
    newest = session.scalar(select(Revision).filter_by(subject=subject).order_by(Revision.number.desc()).limit(1))
    if newest and newest.digest == bundle.digest:
        return Imported(subject, newest.number, False, newest.id)
    return _store(session, subject, bundle, Standing.DRAFT, at)


def _store(
    session: Session, subject: str, bundle: Bundle, standing: Standing, at: dt.datetime, by: UUID | None = None
) -> Imported:
    last = session.scalar(select(func.max(Revision.number)).filter_by(subject=subject)) or 0
    revision = Revision(
        subject=subject,
        number=last + 1,
        standing=standing,
        files=bundle.to_zip(),
        digest=bundle.digest,
        created_at=at,
        published_by=by,
    )
    session.add(revision)
    session.flush()
    return Imported(subject, last + 1, True, revision.id)


def export_bundle(session: Session, module_id: str | None = None) -> Bundle:
    """The published files of one module, or of all of them with the programme file."""
    query = select(Revision.files).filter_by(standing=Standing.PUBLISHED)
    if module_id:
        query = query.filter_by(subject=module_id)
    return Bundle({path: data for files in session.scalars(query) for path, data in from_zip(files).files.items()})


def _read(parts: Mapping[str, Bundle]) -> tuple[dict[str, Module], list[Problem]]:
    """The modules of a bundle, and the problems of those that cannot be read."""
    modules: dict[str, Module] = {}
    problems: list[Problem] = []
    for subject, part in parts.items():
        try:
            if subject == PROGRAMME:
                load_programme(part)
            else:
                modules[subject] = load_module(part, subject)
        except ContentError as error:
            problems += error.problems
    return modules, problems
