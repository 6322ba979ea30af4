"""What was said of a draft, and who was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, Person, Role
from lms.authoring.models import Draft, DraftComment, DraftReview


@dataclass(frozen=True)
class Comment:
    """A comment that is not done, as it is shown."""

    id: int
    path: str
    about: str
    author: str
    text: str
    at: dt.datetime


@dataclass(frozen=True)
class Review:
    """Who was asked to look, and whether they have."""

    reviewer: UUID
    name: str
    asked_at: dt.datetime
    done_at: dt.datetime | None
    is_stale: bool
    """Something was changed since."""


def open_comments(session: Session, draft: Draft, path: str | None = None) -> list[Comment]:
    """What is still to be answered in a draft, or in one of its files, the oldest first."""
    query = (
        select(DraftComment, Person.name)
        .outerjoin(Person, Person.uuid == DraftComment.author)
        .where(DraftComment.draft_id == draft.id, DraftComment.done_at.is_(None))
        .order_by(DraftComment.id)
    )
    if path is not None:
        query = query.where(DraftComment.path == path)
    return [
        Comment(one.id, one.path, one.about, name or "Somebody", one.text, one.at)
        for one, name in session.execute(query)
    ]


def comment(session: Session, draft: Draft, comment_id: int) -> DraftComment | None:
    """One comment of a draft."""
    return session.scalar(select(DraftComment).filter_by(draft_id=draft.id, id=comment_id))


def reviews(session: Session, draft: Draft) -> list[Review]:
    """Who was asked to look at a draft."""
    query = (
        select(DraftReview, Person.name)
        .join(Person, Person.uuid == DraftReview.reviewer)
        .where(DraftReview.draft_id == draft.id)
        .order_by(DraftReview.id)
    )
    return [
        Review(one.reviewer, name, one.asked_at, one.done_at, bool(one.done_at and one.version != draft.version))
        for one, name in session.execute(query)
    ]


def writers(session: Session) -> Sequence[Person]:
    """Who can be asked: everyone who may write modules."""
    roles = (Role.TRAINER, Role.ADMIN)
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role.in_(roles), Person.is_active)
        .order_by(Person.name)
    )
    return session.scalars(query.distinct()).all()
