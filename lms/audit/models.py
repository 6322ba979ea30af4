"""The audit log: the database itself refuses to change or remove an entry before its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Index, MetaData, String, Table, Uuid, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.audit.actions import ActorKind, Way
from lms.audit.rules_in_sql import POSTGRESQL, SQLITE
from lms.db import Base, PrimaryKey, choice


class AuditEvent(Base):
    """One entry. Nothing in it refers to another table, so that an erasure neither breaks nor changes it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "about", "id"),
        Index(None, "actor_uuid", "id"),
        # A number is never given twice, not even to what follows a removed entry.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[PrimaryKey]
    at: Mapped[dt.datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind))
    actor_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    actor_was: Mapped[str] = mapped_column(String(120))
    """Roles of a person at that time; the name of an operator's account on the server."""
    came_from: Mapped[Way] = mapped_column(choice(Way))
    action: Mapped[str] = mapped_column(String(64))
    about: Mapped[UUID | None] = mapped_column(Uuid)
    """The person's opaque name; after an erasure it leads to nobody."""
    facts: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of the entry before. Only one entry can follow another."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditCut(Base):
    """That the oldest entries were removed when their time was over: the one way past the rule, and it leaves a trace.

    An entry can be removed if a cut reaches to it and it is older than the least time (`rules_in_sql`).
    """

    __tablename__ = "audit_cut"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[PrimaryKey]
    at: Mapped[dt.datetime]
    up_to: Mapped[int]
    """Number of the last entry that it removes."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of that entry: what the oldest that is left must follow."""
    entries: Mapped[int]


@event.listens_for(Base.metadata, "after_create")
def _guard(_: MetaData, connection: Connection, tables: Collection[Table] | None = None, **__: Any) -> None:
    """Where tables are made by their models, as in tests; an installation's are made by steps."""
    if AuditEvent.__tablename__ in {table.name for table in tables or ()}:
        for rule in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
            connection.exec_driver_sql(rule)
