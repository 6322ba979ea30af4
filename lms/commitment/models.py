"""If-then plans with the days to look back at them, and exercises that are ticked off."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.commitment.looking_back import Decision, Did, Happened
from lms.db import Base, PrimaryKey, choice

_UNANSWERED = text("answered_at IS NULL")


class Commitment(Base):
    """A learner's plan: when this happens, I will do that. Its words are sealed; only their author can read them."""

    __tablename__ = "commitment"
    __table_args__ = (UniqueConstraint("registration_id", "block_id"),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    block_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    """Counts the changes; part of what the words are sealed with."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[dt.datetime | None]
    """When both parts had words for the first time."""
    changed_at: Mapped[dt.datetime]

    follow_ups: Mapped[list[FollowUp]] = relationship(
        lazy="selectin", order_by="FollowUp.number", cascade="all, delete-orphan", passive_deletes=True
    )


class FollowUp(Base):
    """A day to look back at a plan."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("commitment_id", "number"),
        # What may still have to be announced is looked for every minute.
        Index("ix_follow_up_to_announce", "due_at", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
    )

    id: Mapped[PrimaryKey]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts from 1."""
    due_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    """When its learner looked back; None until then."""
    happened: Mapped[Happened | None] = mapped_column(choice(Happened))
    """How often the moment of the plan came."""
    did: Mapped[Did | None] = mapped_column(choice(Did))
    """Whether the plan was carried out."""
    decision: Mapped[Decision | None] = mapped_column(choice(Decision))
    """What becomes of the plan."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What got in the way, in words that only their author can read."""
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts the changes; part of what the words are sealed with."""
    mails: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was announced by mail."""
    mailed_at: Mapped[dt.datetime | None]
    """When it was announced last, or tried in vain."""


class ExerciseMark(Base):
    """Something to do on shift, ticked off or not any more."""

    __tablename__ = "exercise_mark"
    __table_args__ = (UniqueConstraint("registration_id", "block_id"),)

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    block_id: Mapped[str] = mapped_column(String(64))
    first_done_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]
    """None after the tick was taken back."""
    done_on: Mapped[dt.date | None]
    """The day of the shift, where the learner gave it."""
