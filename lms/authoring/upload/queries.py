"""Who has written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.authoring.models import Draft, DraftFile


def written_since(session: Session, draft: Draft, version: int) -> Sequence[tuple[str | None, str]]:
    """Who saved which files of a draft after a version of it; nobody's name after an erasure."""
    query = (
        select(Person.name, DraftFile.path)
        .outerjoin(Person, Person.uuid == DraftFile.saved_by)
        .where(DraftFile.draft_id == draft.id, DraftFile.version > version, DraftFile.is_newest)
        .order_by(DraftFile.path)
    )
    return [(name, path) for name, path in session.execute(query)]
