"""Facts of completion, the place to resume, and the sittings in which a module is taken."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey

_OPEN = text("ended_at IS NULL")


class PageProgress(Base):
    """That a page was opened, and how long it was worked on."""

    __tablename__ = "page_progress"
    __table_args__ = (UniqueConstraint("registration_id", "page_id"),)

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    page_id: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[dt.datetime]
    seconds: Mapped[int] = mapped_column(default=0)
    """Active time: the page visible and the person not idle."""


class Place(Base):
    """Where a learner stopped, to the paragraph."""

    __tablename__ = "place"

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    page_id: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(String(100), default="")
    """Id of the element that was at the top of the screen; empty for the top of the page."""
    at: Mapped[dt.datetime]


class Visit(Base):
    """One sitting with a module: from opening it until signing out, another module or a long silence."""

    __tablename__ = "visit"
    __table_args__ = (
        # At most one open visit of a registration, whatever two tabs do at the same moment.
        Index("uq_visit_open", "registration_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "ended_at", "seen_at"),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    """The latest sign of life."""
    ended_at: Mapped[dt.datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)
    """Active time."""
