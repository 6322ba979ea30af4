"""Keeping a module that was sent, and taking it over."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.authoring import queries as drafts
from lms.authoring import service as writing
from lms.authoring import waiting
from lms.authoring.models import Draft, SentModule
from lms.authoring.upload.reading import Taken, replacing
from lms.content.bundle import Bundle
from lms.content.models import Revision, Standing


def keep(session: Session, module_id: str, files: Bundle, person: UUID, at: dt.datetime) -> SentModule:
    """Keep the files for whoever sent them, in the place of what they sent of this module before."""
    return waiting.keep(session, SentModule(subject=module_id, files=files.to_zip(), sent_by=person, sent_at=at))


def hold_published(session: Session, module_id: str) -> Revision | None:
    """The revision that learners see, held until the transaction ends: who publishes at the same time waits."""
    query = select(Revision).filter_by(subject=module_id, standing=Standing.PUBLISHED).with_for_update()
    return session.scalar(query)


def take_over(session: Session, sent: SentModule, draft: Draft | None, files: Bundle, at: dt.datetime) -> Taken:
    """Make the files the draft, or begin one with them; what was sent is kept no longer.

    The caller holds the draft, or else what is published. Raises IntegrityError if there was no draft and somebody has
    just begun one.
    """
    if draft is None:
        revision = drafts.published(session, sent.subject)
        writing.begin(session, sent.subject, files, revision.id if revision else None, at)
        taken = Taken(new=tuple(files.files))
    else:
        changes, taken = replacing(drafts.bundle(session, draft), files)
        if changes:
            writing.save(session, draft, changes, sent.sent_by, at)
    waiting.leave(session, sent)
    return taken
