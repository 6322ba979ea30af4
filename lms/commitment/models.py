"""If-then plans with the days to look back at them, and exercises that are ticked off."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, PrimaryKey


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
    __table_args__ = (UniqueConstraint("commitment_id", "number"),)

    id: Mapped[PrimaryKey]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts from 1."""
    due_at: Mapped[dt.datetime]


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
