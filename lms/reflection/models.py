"""What people wrote on prompts, sealed, with its history."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, PrimaryKey, choice
from lms.reflection.prompts import Kind


class Entry(Base):
    """One person's writing on one prompt; the row stays, empty of words, when its author deletes them."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("person_id", "module_id", "block_id", "kind"),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    module_id: Mapped[str] = mapped_column(String(64))
    block_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    version: Mapped[int] = mapped_column(default=0)
    """Counts the saves; it is the number of the latest version, and goes on when the words are deleted."""
    sitting: Mapped[str] = mapped_column(String(22), default="")
    """The opened page from which it was saved last."""
    sitting_from: Mapped[int] = mapped_column(default=0)
    """The version on which that page based its first save."""
    first_saved_at: Mapped[dt.datetime | None]
    """When something was written first; None if nothing is, or its author deleted it."""
    told_at: Mapped[dt.datetime | None]
    """When it was reported that something is written; that is done once."""
    compared_at: Mapped[dt.datetime | None]
    """When the model answer was opened."""

    versions: Mapped[list[EntryVersion]] = relationship(lazy="raise_on_sql", passive_deletes=True)


class EntryVersion(Base):
    """The words as they were at one time. What is saved again within minutes from one page stays one version."""

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    number: Mapped[int]
    """The save that made it what it is. The numbers of a history have gaps."""
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    """Opens only with the author's key, in this entry, at this number."""
    began_at: Mapped[dt.datetime]
    saved_at: Mapped[dt.datetime]
    is_deliberate: Mapped[bool]
    """Saved by a button, not as one writes: nothing takes its place."""
