"""Sessions, who asked for a place in them, calendars that people subscribe to, and what was shared for one."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Site
from lms.db import Base, PrimaryKey, choice
from lms.workshop.news import News, Notice
from lms.workshop.places import State
from lms.workshop.presence import Way

LONGEST_TITLE, LONGEST_PLACE, LONGEST_LINK = 200, 300, 500


class Workshop(Base):
    """A session on a module, led by somebody at one time in one place."""

    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("places > 0", name="has_places"),
        Index(None, "starts_at"),
        Index(None, "facilitator"),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    module_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE))
    link: Mapped[str] = mapped_column(String(LONGEST_LINK), default="")
    """Where those with a place meet online; empty if they do not."""
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    places: Mapped[int]
    facilitator: Mapped[UUID] = mapped_column(Uuid)
    """Who leads it, by the opaque name; after an erasure it leads to nobody."""
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    """To whom it is offered: who work there or below; None: to everyone."""
    replaces: Mapped[list[Any]]
    """Ids of the sections of the module that count as done for who was there."""
    code_stays: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the code by which people say that they are there can be printed; else it is another one each minute."""
    cancelled_at: Mapped[dt.datetime | None]
    changed_at: Mapped[dt.datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    """How often it was changed, so that a calendar knows which is newer (RFC 5545, 3.8.7.4)."""

    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")


class Booking(Base):
    """That somebody asked for a place in a session, and what became of it."""

    __tablename__ = "booking"
    __table_args__ = (UniqueConstraint("workshop_id", "person_id"),)

    id: Mapped[PrimaryKey]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    booked_at: Mapped[dt.datetime]
    """When it was asked for last."""
    turn: Mapped[int]
    """Counts up in a session with each time that somebody asks: the order of the waiting list."""
    state: Mapped[State] = mapped_column(choice(State))
    attended_at: Mapped[dt.datetime | None]
    attended_by: Mapped[Way | None] = mapped_column(choice(Way))
    """How it is known that they were there."""
    counted_at: Mapped[dt.datetime | None]
    """When the sections that the session replaces were marked as done."""
    news: Mapped[News | None] = mapped_column(choice(News), index=True)
    """What they are to be told by mail; None once it is told."""
    notice: Mapped[Notice | None] = mapped_column(choice(Notice), index=True)
    """The same of their place. Beside the news, since the version before could not load a row with more kinds there."""
    news_from: Mapped[dt.datetime | None]
    """From when on it may be told: later than now after a mail that did not go."""
    told_at: Mapped[dt.datetime | None]
    """When the last mail about it was sent to them, of whatever kind: each says when and where it is, or was to be."""

    workshop: Mapped[Workshop] = relationship(lazy="raise_on_sql")


class CalendarFeed(Base):
    """The secret address at which a person's own sessions are read by a calendar."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the address, which is kept nowhere else."""
    made_at: Mapped[dt.datetime]


class SharedReflection(Base):
    """A copy of a reflection for the facilitator of a session, as its author shared it."""

    __tablename__ = "shared_reflection"

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    """One for each booking."""
    version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id", ondelete="CASCADE"), index=True)
    """What was copied: who deletes their text deletes this with it, whatever else knows of it."""
    block_id: Mapped[str] = mapped_column(String(64))
    reader: Mapped[UUID] = mapped_column(Uuid)
    """The facilitator for whom it is sealed, by the opaque name."""
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    """Opens only with the key of that facilitator, at this place."""
    shared_at: Mapped[dt.datetime]
