"""The file of questions that a person has sent."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.authoring.models import KEPT_FOR, SentQuestions


def own(session: Session, module_id: str, person: UUID, at: dt.datetime) -> SentQuestions | None:
    """What this person has sent to a module within a day, and neither taken nor left."""
    # The relay deletes what is older; it may be late.
    query = select(SentQuestions).filter_by(subject=module_id, sent_by=person)
    return session.scalar(query.where(SentQuestions.sent_at >= at - KEPT_FOR))
