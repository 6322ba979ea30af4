"""Drafts of modules, file by file, and every version of every file that was saved."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey

_OPEN = text("closed_at IS NULL")
_WAITS = text("ended_at IS NULL")
PATH_CHARACTERS = 200
KEPT_FOR = dt.timedelta(days=1)
"""How long a module or a file of questions that was sent waits."""
SILENT_AFTER = dt.timedelta(minutes=2)
"""Who has opened nothing of a draft for so long is not writing it any more."""


class Draft(Base):
    """A module as it is being written; at most one of a module is open, and all who write it share that."""

    __tablename__ = "draft"
    __table_args__ = (Index("uq_draft_open", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: Mapped[PrimaryKey]
    subject: Mapped[str] = mapped_column(String(64))
    """The module's id."""
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """The revision that it began as; none for a new module."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts its saves."""
    opened_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    """When it was published or thrown away."""
    published_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """What it became."""

    @property
    def key(self) -> tuple[int, int, dt.datetime]:
        """Another one whenever something was saved."""
        return self.id, self.version, self.changed_at


class DraftFile(Base):
    """One version of a file of a draft; the newest counts."""

    __tablename__ = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "path", "version"),)

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(PATH_CHARACTERS))
    version: Mapped[int]
    """The draft's when it was saved."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """None: the file was taken away."""
    is_newest: Mapped[bool]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[UUID | None] = mapped_column(Uuid)
    """The opaque name of who did; after an erasure it leads to nobody."""
    takes_back: Mapped[int | None]
    """The version whose save this one undoes; of a redo, that of the undo. None: something was written."""


class TimedPublication(Base):
    """A draft as it stood when a time was set at which learners shall see it."""

    __tablename__ = "timed_publication"
    __table_args__ = (
        # At most one of a draft waits.
        Index("uq_timed_publication_waiting", "draft_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    version: Mapped[int]
    """The draft's when the time was set."""
    files: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """What was looked at then, as a zip: what is written later is not published with it."""
    on_top_of_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """What learners saw then. If they see something else at the time, it is not published."""
    agreed: Mapped[list[Any]]
    """What may go although people worked on it."""
    at: Mapped[dt.datetime]
    set_by: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name."""
    set_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    """When it was published, refused or taken back."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """What it became."""
    why: Mapped[str | None] = mapped_column(Text)
    """Why it could not be published; empty or None otherwise."""


class SentModule(Base):
    """A module that came as a zip, kept while whoever sent it looks at what it would change; gone after a day."""

    __tablename__ = "sent_module"
    # Of one module, whoever sends another zip means that one.
    __table_args__ = (UniqueConstraint("sent_by", "subject"),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """In its address."""
    subject: Mapped[str] = mapped_column(String(64))
    """The module's id."""
    files: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """As a zip, in the database, where every web server finds it."""
    sent_by: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name of who alone sees it."""
    sent_at: Mapped[dt.datetime] = mapped_column(index=True)


class SentQuestions(Base):
    """A file of questions, kept while whoever sent it looks at which of them would be taken; gone after a day."""

    __tablename__ = "sent_questions"
    # To one module, whoever sends another file means that one.
    __table_args__ = (UniqueConstraint("sent_by", "subject"),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """Carried by the forms that decide about it."""
    subject: Mapped[str] = mapped_column(String(64))
    """The module's id."""
    name: Mapped[str] = mapped_column(String(PATH_CHARACTERS))
    """As the file was called."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """As it came, in the database, where every web server finds it."""
    sent_by: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name of who alone sees it."""
    sent_at: Mapped[dt.datetime] = mapped_column(index=True)


class DraftVisit(Base):
    """Who is writing a draft now, and where; a silent one is gone."""

    __tablename__ = "draft_visit"
    __table_args__ = (UniqueConstraint("draft_id", "person"),)

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    person: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name."""
    place: Mapped[str] = mapped_column(String(PATH_CHARACTERS))
    """The file that they have before them."""
    seen_at: Mapped[dt.datetime]


class DraftReview(Base):
    """Somebody was asked to look at a draft."""

    __tablename__ = "draft_review"
    __table_args__ = (UniqueConstraint("draft_id", "reviewer"),)

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    reviewer: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name, as with all people here."""
    asked_by: Mapped[UUID] = mapped_column(Uuid)
    asked_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]
    version: Mapped[int | None]
    """The draft's when the reviewer was done: what was changed since, nobody has looked at."""


class DraftComment(Base):
    """What somebody says about a block of a draft; it goes with the draft."""

    __tablename__ = "draft_comment"

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(PATH_CHARACTERS))
    about: Mapped[str] = mapped_column(String(80))
    """The id of the block, or a mark of its words: what has neither any more is shown at the head of its page."""
    author: Mapped[UUID] = mapped_column(Uuid)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]
