"""Stored versions of bundles."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey, choice

PROGRAMME = "programme"
"""Subject of the revisions that hold the programme file."""


class Standing(StrEnum):
    """Whether a revision is what learners see."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


_PUBLISHED = text("standing = 'published'")


class Revision(Base):
    """A stored version of a bundle; never changed once published."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("subject", "number"),
        # At most one published revision of a subject, whoever publishes at the same moment.
        Index("uq_revision_published", "subject", unique=True, sqlite_where=_PUBLISHED, postgresql_where=_PUBLISHED),
    )

    id: Mapped[PrimaryKey]
    subject: Mapped[str] = mapped_column(String(64))
    """A module's id, or `programme`."""
    number: Mapped[int]
    """Counts up within its subject."""
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    files: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The bundle as a zip."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the bundle: an import of the same files makes no new revision."""
    created_at: Mapped[dt.datetime]
    published_by: Mapped[UUID | None] = mapped_column(Uuid)
    """The opaque name of who did; none for what came from files. After an erasure it leads to nobody."""
