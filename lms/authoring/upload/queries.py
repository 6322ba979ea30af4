"""What a person has sent, and who has written meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.authoring.models import KEPT_FOR, Draft, DraftFile, SentModule


def own(session: Session, module_id: str, person: UUID, at: dt.datetime) -> SentModule | None:
    """What this person has sent of a module within a day, and neither taken over nor left."""
    # The relay deletes what is older; it may be late.
    query = select(SentModule).filter_by(subject=module_id, sent_by=person).where(SentModule.sent_at >= at - KEPT_FOR)
    return session.scalar(query)


def written_since(session: Session, draft: Draft, version: int) -> Sequence[tuple[str | None, str]]:
    """Who saved which files of a draft after a version of it; nobody's name after an erasure."""
    query = (
        select(Person.name, DraftFile.path)
        .outerjoin(Person, Person.uuid == DraftFile.saved_by)
        .where(DraftFile.draft_id == draft.id, DraftFile.version > version, DraftFile.is_newest)
        .order_by(DraftFile.path)
    )
    return [(name, path) for name, path in session.execute(query)]
