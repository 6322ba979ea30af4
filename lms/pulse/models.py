"""Self-assessments, sealed; and comments on modules, which bear no name."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey


class SelfAssessment(Base):
    """One answer to a self-assessment. Answering again makes another, so that one can see what has moved."""

    __tablename__ = "self_assessment"
    __table_args__ = (UniqueConstraint("registration_id", "block_id", "token"),)

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    block_id: Mapped[str] = mapped_column(String(64))
    token: Mapped[UUID] = mapped_column(Uuid)
    """Made with the form, so that a second click is the same answer; part of what the answers are sealed with."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The ratings by statement id."""
    answered_at: Mapped[dt.datetime]


class ModuleComment(Base):
    """What a learner wants the authors of a module to know. Nothing in it leads to who wrote it."""

    __tablename__ = "module_comment"

    id: Mapped[PrimaryKey]
    module_id: Mapped[str] = mapped_column(String(64), index=True)
    block_id: Mapped[str] = mapped_column(String(64))
    """The self-assessment in which it was asked for."""
    text: Mapped[str] = mapped_column(Text)
    written_on: Mapped[dt.date]
    """A day, since a moment could be matched with someone's statements."""
