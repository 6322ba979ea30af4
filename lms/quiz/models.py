"""Sittings of quizzes and the answers in them; answers to checks."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, PrimaryKey
from lms.enrolment.models import Registration

_OPEN = text("submitted_at IS NULL")


class QuizAttempt(Base):
    """One sitting of a module's quiz: drawn once, answered in any order, submitted once."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        UniqueConstraint("registration_id", "number"),
        # At most one open attempt, however often the button is pressed.
        Index("uq_quiz_attempt_open", "registration_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts up within the registration, from 1."""
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """What it was drawn from; a later edit of the module never changes it."""
    items: Mapped[list[Any]]
    """Item ids in the order shown."""
    started_at: Mapped[dt.datetime]
    touched_at: Mapped[dt.datetime]
    """The latest action in it."""
    submitted_at: Mapped[dt.datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)
    """Time spent: between actions, breaks left out."""
    raw: Mapped[float | None]
    max: Mapped[int | None]
    scaled: Mapped[float | None]
    """raw divided by max, 0 to 1."""
    passed: Mapped[bool | None]

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")


class QuizResponse(Base):
    """The answer to one item of an attempt; it can be changed until the attempt is submitted."""

    __tablename__ = "quiz_response"
    __table_args__ = (UniqueConstraint("attempt_id", "item_id"),)

    id: Mapped[PrimaryKey]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id", ondelete="CASCADE"))
    item_id: Mapped[str] = mapped_column(String(64))
    response: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=0)
    """Counts the changes; an answer based on an older one does not overwrite it unseen."""
    answered_at: Mapped[dt.datetime]
    raw: Mapped[float | None]
    """Marks earned; None until the attempt is submitted."""
    max: Mapped[int | None]


class QuizRegrade(Base):
    """That questions of an attempt were marked again by a corrected key: what was before, what is now, who said so."""

    __tablename__ = "quiz_regrade"
    # Whoever presses a button twice at the same moment cannot mark twice.
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)

    id: Mapped[PrimaryKey]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts up within the attempt, from 1."""
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """Whose key was used."""
    items: Mapped[list[Any]]
    """What was marked again: `item`, and its marks, `old` and `new`."""
    at: Mapped[dt.datetime]
    by: Mapped[UUID | None] = mapped_column(Uuid)
    """The opaque name of who said so; after an erasure it leads to nobody."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why, in their words; the learner reads it. Always there where a pass was taken away."""
    old_raw: Mapped[float]
    old_scaled: Mapped[float]
    old_passed: Mapped[bool]
    new_raw: Mapped[float]
    new_scaled: Mapped[float]
    new_passed: Mapped[bool]
    old_passed_at: Mapped[dt.datetime | None]
    """When the registration had passed, and when it had been completed, where this took that away."""
    old_completed_at: Mapped[dt.datetime | None]


class CheckAnswer(Base):
    """One answer to a check; a learner may try again."""

    __tablename__ = "check_answer"
    __table_args__ = (UniqueConstraint("registration_id", "item_id", "token"),)

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    item_id: Mapped[str] = mapped_column(String(64))
    token: Mapped[UUID] = mapped_column(Uuid)
    """Made with the form, so that a second click is the same answer."""
    response: Mapped[list[Any]]
    answered_at: Mapped[dt.datetime]
    raw: Mapped[float]
    max: Mapped[int]
    occasion: Mapped[str | None] = mapped_column(String(64))
    """The warm-up or look back in which it was asked again; None in its own page."""
    source_id: Mapped[str | None] = mapped_column(String(64))
    """The module that the item belongs to, where it was asked again; it may be an earlier one."""
