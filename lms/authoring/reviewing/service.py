"""Asking for a look at a draft, commenting, and being done."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.authoring.models import Draft, DraftComment, DraftReview

LONGEST = 2000
"""Characters of a comment."""


def ask(session: Session, draft: Draft, reviewer: UUID, asked_by: UUID, at: dt.datetime) -> bool:
    """Ask somebody to look; whether that is news: who was asked and is not done yet is not asked twice."""
    known = session.scalar(select(DraftReview).filter_by(draft_id=draft.id, reviewer=reviewer))
    if known and known.done_at is None:
        return False
    review = known or DraftReview(draft_id=draft.id, reviewer=reviewer)
    review.asked_by, review.asked_at, review.done_at, review.version = asked_by, at, None, None
    session.add(review)
    return True


def be_done(session: Session, draft: Draft, reviewer: UUID, at: dt.datetime) -> bool:
    """A reviewer has looked at the draft as it is now; False if they were not asked."""
    review = session.scalar(select(DraftReview).filter_by(draft_id=draft.id, reviewer=reviewer))
    if review is None:
        return False
    review.done_at, review.version = at, draft.version
    return True


def say(session: Session, draft: Draft, path: str, about: str, author: UUID, text: str, at: dt.datetime) -> None:
    """Comment on a block."""
    session.add(DraftComment(draft_id=draft.id, path=path, about=about, author=author, text=text, at=at))


def settle(comment: DraftComment, at: dt.datetime) -> None:
    """It is answered: it is shown no more."""
    comment.done_at = comment.done_at or at
