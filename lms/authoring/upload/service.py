"""Keeping a module that was sent until it is taken over, left, or a day old."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.authoring import queries as drafts
from lms.authoring import service as writing
from lms.authoring.models import KEPT_FOR, Draft, SentModule
from lms.authoring.upload.reading import Taken, replacing
from lms.content.bundle import Bundle
from lms.content.models import Revision, Standing
from lms.db import UNSEEN, count_changed


def keep(session: Session, module_id: str, files: Bundle, person: UUID, at: dt.datetime) -> SentModule:
    """Keep the files for whoever sent them, in the place of what they sent of this module before."""
    of_before = (SentModule.sent_by == person, SentModule.subject == module_id)
    session.execute(delete(SentModule).where(*of_before), execution_options=UNSEEN)
    sent = SentModule(subject=module_id, files=files.to_zip(), sent_by=person, sent_at=at)
    session.add(sent)
    session.flush()
    return sent


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
    session.delete(sent)
    session.flush()
    return taken


def leave(session: Session, sent: SentModule) -> None:
    """What was sent is kept no longer, and nothing is changed."""
    session.delete(sent)
    session.flush()


def forget_old(session: Session, at: dt.datetime) -> int:
    """What was sent more than a day ago and neither taken over nor left; how many."""
    return count_changed(session, delete(SentModule).where(SentModule.sent_at < at - KEPT_FOR))
