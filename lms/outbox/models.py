"""The queue of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Json, PrimaryKey, choice
from lms.outbox.rules_in_sql import POSTGRESQL, SQLITE

ANSWER_CHARACTERS = 2000
"""How much is kept of what a Learning Record Store says."""


class Delivery(StrEnum):
    """Where a statement is on its way to a Learning Record Store."""

    HISTORY = "history"
    """It is older than the store's place here, and waits until that is filled so far."""
    QUEUED = "queued"
    DELIVERED = "delivered"
    PARKED = "parked"


class Statement(Base):
    """One statement, final from the moment it is written; its uuid is the statement's id.

    How it stands with the main store is part of it, since every installation has one and most have no other.
    """

    __tablename__ = "statement"
    __table_args__ = (
        Index(None, "delivery", "id"),
        Index(
            "ix_statement_to_thin",
            "delivered_at",
            sqlite_where=text("digest IS NULL AND delivered_at IS NOT NULL"),
            postgresql_where=text("digest IS NULL AND delivered_at IS NOT NULL"),
        ),
        Index(
            "ix_statement_queued_again",
            "delivery",
            "queued_at",
            sqlite_where=text("queued_at IS NOT NULL"),
            postgresql_where=text("queued_at IS NOT NULL"),
        ),
    )

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
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of what it says, once the body is thinned: by it a store can still prove that it holds this very statement."""
    queued_at: Mapped[dt.datetime | None]
    """When it was queued again, after a refusal or a loss; None: it could be sent from when it was written."""


class Store(Base):
    """A Learning Record Store beside the main one, which is the one that the settings name.

    That it is told what is written is the work of a rule in the database (`rules_in_sql`).
    """

    __tablename__ = "store"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    endpoint: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(200))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    verbs: Mapped[list[Any]]
    """Addresses of the verbs that it is told of; none: of all."""
    since: Mapped[dt.datetime | None]
    """It is told only of what was written from then on; None: of everything."""
    rate: Mapped[int | None]
    """Statements of the history that it is sent in a second; None: as fast as it takes them."""
    added_at: Mapped[dt.datetime]
    ready_at: Mapped[dt.datetime | None]
    """When its history was laid out; nothing is sent before."""
    closed_at: Mapped[dt.datetime | None]
    """It is told nothing that was written from then on."""


class Forwarding(Base):
    """How a statement stands with a store beside the main one."""

    __tablename__ = "forwarding"
    __table_args__ = (Index("ix_forwarding_queue", "store_id", "delivery", "statement_id"),)

    statement_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    store_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("store.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery))
    queued_at: Mapped[dt.datetime]
    """Since when it could have been sent."""
    delivered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None] = mapped_column(String(ANSWER_CHARACTERS))
    """What the store said when it refused the statement."""


class Alarm(Base):
    """Something that lasts, of which operators are told; gone when it is over."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    noticed_at: Mapped[dt.datetime]
    """When it was seen first."""
    raised_at: Mapped[dt.datetime | None]
    """When they were told last; None while it may still pass."""


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
    """Why it cannot deliver to the main store at present."""
    troubles: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The same of other stores, by their names."""


@event.listens_for(Base.metadata, "after_create")
def _forward(_: MetaData, connection: Connection, tables: Collection[Table] | None = None, **__: Any) -> None:
    """Where tables are made by their models, as in tests; an installation's are made by steps."""
    if Store.__tablename__ in {table.name for table in tables or ()}:
        for rule in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
            connection.execute(text(rule))
