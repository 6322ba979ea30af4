"""Self-assessments, sealed; how many chose what, and comments on modules: neither bears a name."""

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


class RatingGroup(Base):
    """How many people answered a self-assessment, and how many of them are counted in what may be shown."""

    __tablename__ = "rating_group"
    __table_args__ = (UniqueConstraint("module_id", "block_id"),)

    id: Mapped[PrimaryKey]
    module_id: Mapped[str] = mapped_column(String(64))
    block_id: Mapped[str] = mapped_column(String(64))
    shown: Mapped[int]
    """People in whole groups."""
    waiting: Mapped[int]
    """People who wait until their group is whole."""


class RatingCount(Base):
    """How many people gave a statement a place on the scale. Nothing in it leads to who they are."""

    __tablename__ = "rating_count"
    __table_args__ = (UniqueConstraint("module_id", "block_id", "statement_id", "place"),)

    id: Mapped[PrimaryKey]
    module_id: Mapped[str] = mapped_column(String(64))
    block_id: Mapped[str] = mapped_column(String(64))
    statement_id: Mapped[str] = mapped_column(String(80))
    """With `then-` before it for how it was before, as seen from now."""
    place: Mapped[int]
    """On the scale, from 0."""
    shown: Mapped[int]
    waiting: Mapped[int]
