"""One person's run through one module."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.db import Base, PrimaryKey, choice


class State(StrEnum):
    """How far a registration is."""

    REGISTERED = "registered"
    STARTED = "started"
    COMPLETED = "completed"


class Registration(Base):
    """One person's run through one module; its uuid is the xAPI `registration`."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("person_id", "module_id"),
        Index(None, "module_id", "state"),
        Index(None, "completed_at"),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    module_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[State] = mapped_column(
        choice(State),
        default=State.REGISTERED,
    )
    registered_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    passed_at: Mapped[dt.datetime | None]
    """When the quiz was passed first."""
    completed_at: Mapped[dt.datetime | None]
    refreshed_at: Mapped[dt.datetime | None]
    """When the quiz was passed once more, after a refresher was due."""
    seconds: Mapped[int] = mapped_column(default=0)
    """Active time in all visits: the page visible and the person not idle."""

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class OpenedEarly(Base):
    """A module that was opened to a person before its turn, by someone who may."""

    __tablename__ = "opened_early"
    __table_args__ = (UniqueConstraint("person_id", "module_id"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    module_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
