"""Looking revisions up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.models import Revision, Standing


def is_empty(session: Session) -> bool:
    """Whether nothing was ever published."""
    return session.scalar(select(Revision.id).filter_by(standing=Standing.PUBLISHED).limit(1)) is None
