"""Looking up what will be published when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from lms.accounts.queries import people_by_uuid
from lms.authoring.models import Draft, TimedPublication


def waiting(session: Session, draft: Draft) -> TimedPublication | None:
    """What of a draft will be published at a set time."""
    return session.scalar(select(TimedPublication).filter_by(draft_id=draft.id, ended_at=None))


def set_by(session: Session, draft: Draft) -> str:
    """Who said so; empty if nothing waits, or nobody is known by that name any more."""
    timed = waiting(session, draft)
    found = people_by_uuid(session, [timed.set_by]) if timed else ()
    return found[0].name if found else ""


def published(session: Session, module_id: str) -> set[int]:
    """Which revisions of a module were published at a set time."""
    query = select(TimedPublication.revision_id).join(Draft, Draft.id == TimedPublication.draft_id)
    found = session.scalars(query.where(Draft.subject == module_id, TimedPublication.revision_id.is_not(None)))
    return {revision_id for revision_id in found if revision_id is not None}


def failed(session: Session, draft: Draft) -> TimedPublication | None:
    """What of a draft was to be published last, and could not be."""
    query = select(TimedPublication).filter_by(draft_id=draft.id).order_by(TimedPublication.id.desc()).limit(1)
    last = session.scalar(query)
    return last if last and last.why else None


def due(session: Session, at: dt.datetime) -> TimedPublication | None:
    """Something that is to be published by now, held until the transaction ends; others pass it by."""
    query = (
        select(TimedPublication)
        .where(TimedPublication.at <= at, TimedPublication.ended_at.is_(None))
        .order_by(TimedPublication.at, TimedPublication.id)
        .limit(1)
        .options(undefer(TimedPublication.files))
        .with_for_update(skip_locked=True)
    )
    return session.scalar(query)
