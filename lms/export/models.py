"""Files that somebody asked for, and how far they are."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey

_NOT_DONE = text("finished_at IS NULL")


class Export(Base):
    """One file, for the person who asked alone; gone after a day."""

    __tablename__ = "export"
    __table_args__ = (
        # Whoever asks twice for the same is shown the one that is being made.
        Index(
            "uq_export_not_done",
            "person_id",
            "key",
            unique=True,
            sqlite_where=_NOT_DONE,
            postgresql_where=_NOT_DONE,
        ),
        Index("ix_export_not_done", "id", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """In its address."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Who asked."""
    key: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was asked for."""
    asked: Mapped[dict[str, Any]]
    """What was asked for, as the room that makes it reads it, and how much of it the asker could see."""
    name: Mapped[str] = mapped_column(String(120))
    """Of the file."""
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    turn: Mapped[int] = mapped_column(default=0)
    """How many times it was begun: who has an earlier turn writes nothing any more."""
    touched_at: Mapped[dt.datetime | None]
    """Latest sign of life of whoever makes it; None until somebody does."""
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int]
    finished_at: Mapped[dt.datetime | None]
    """When it was made, or given up."""
    size: Mapped[int | None]
    """Bytes of the whole file; None: it was given up."""
    why: Mapped[str | None] = mapped_column(String(200))
    """Why it was given up; None otherwise."""

    @property
    def is_ready(self) -> bool:
        """Whether it can be fetched."""
        return self.size is not None


class ExportPart(Base):
    """A part of a file that is ready: in the database, where every web server finds it."""

    __tablename__ = "export_part"
    __table_args__ = (UniqueConstraint("export_id", "place"),)

    id: Mapped[PrimaryKey]
    export_id: Mapped[int] = mapped_column(ForeignKey("export.id", ondelete="CASCADE"))
    place: Mapped[int]
    """From 0, in the order of the file."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
