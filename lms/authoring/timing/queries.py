"""Looking up what will be published when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from lms.authoring.models import Draft, TimedPublication


def waiting(session: Session, draft: Draft) -> TimedPublication | None:
    """What of a draft will be published at a set time."""
    return session.scalar(select(TimedPublication).filter_by(draft_id=draft.id, ended_at=None))


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
