"""How large the files of a draft are."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.authoring.models import Draft, DraftFile


def sizes(session: Session, draft: Draft) -> dict[str, int]:
    """The files of a draft with their sizes in bytes."""
    query = (
        select(DraftFile.path, func.length(DraftFile.content))
        .where(DraftFile.draft_id == draft.id, DraftFile.is_newest, DraftFile.content.is_not(None))
        .order_by(DraftFile.path)
    )
    return dict(session.execute(query).all())


def folder(draft: Draft) -> str:
    """Where its pictures, sounds and films are, with a stroke at the end."""
    return f"courses/{draft.subject}/media/"


def media(session: Session, draft: Draft) -> dict[str, int]:
    """The files of the folder `media` by name, with their sizes in bytes."""
    inside = folder(draft)
    found = sizes(session, draft)
    return {path.removeprefix(inside): size for path, size in found.items() if path.startswith(inside)}
