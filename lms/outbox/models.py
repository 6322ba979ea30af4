"""The queue of statements."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, SmallInteger, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey, choice

ANSWER_CHARACTERS = 2000
"""How much is kept of what a Learning Record Store says."""


class Delivery(StrEnum):
    """Where a statement is on its way to the Learning Record Store."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    PARKED = "parked"


class Statement(Base):
    """One statement, final from the moment it is written; its uuid is the statement's id."""

    __tablename__ = "statement"
    __table_args__ = (Index(None, "delivery", "id"),)

    id: Mapped[PrimaryKey]
    """Grows within a registration in the order of its events."""
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    registration: Mapped[UUID] = mapped_column(Uuid, index=True)
    """What order is kept within."""
    partition: Mapped[int] = mapped_column(SmallInteger)
    """Which share of the registrations it belongs to: relays on several hosts divide the work by it."""
    body: Mapped[str] = mapped_column(Text)
    """The JSON that is sent, byte for byte."""
    written_at: Mapped[dt.datetime]
    delivery: Mapped[Delivery] = mapped_column(
        choice(Delivery),
        default=Delivery.QUEUED,
    )
    delivered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None] = mapped_column(String(ANSWER_CHARACTERS))
    """What the Learning Record Store said when it refused the statement."""


class Alarm(Base):
    """That operators were told of something that lasts; gone when it is over."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    raised_at: Mapped[dt.datetime]
    """When they were told last."""


class Relay(Base):
    """A relay at work, as it last said of itself; a silent one is gone."""

    __tablename__ = "relay"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    """Host and process."""
    partitions: Mapped[int] = mapped_column(SmallInteger)
    """How many partitions of the registrations it carries; 0 while another relay holds them all."""
    seen_at: Mapped[dt.datetime]
    trouble: Mapped[str | None] = mapped_column(String(ANSWER_CHARACTERS))
    """Why it cannot deliver at present."""
