"""Team pulses, and how many people chose what. Nothing in here leads to who answered, or to when."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, String, UniqueConstraint, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey, choice


class Occasion(StrEnum):
    """Which of the two pulses of a team it is, so that they can be laid side by side."""

    BEFORE = "before"
    AFTER = "after"


class TeamPulse(Base):
    """A few questions that a manager's team is asked for some days."""

    __tablename__ = "team_pulse"

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    """Made with the form that opens it, so that a second click opens no second one."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """The manager; nobody else is told what came of it."""
    key: Mapped[str] = mapped_column(String(20), unique=True)
    """The last part of the address at which the team answers. Whoever has it can answer."""
    team: Mapped[str] = mapped_column(String(80))
    """As its manager calls it."""
    occasion: Mapped[Occasion] = mapped_column(choice(Occasion))
    people: Mapped[int]
    """How many the manager asks: more answers than that are not taken."""
    scale: Mapped[list[Any]]
    """The words of the five steps, as they were when it was opened."""
    statements: Mapped[list[Any]]
    """Pairs of id and text, as they were when it was opened."""
    opened_on: Mapped[dt.date] = mapped_column(Date)
    closes_on: Mapped[dt.date] = mapped_column(Date, index=True)
    """The last day on which it takes answers."""
    is_closed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    answers: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many have answered. 0 again once it is closed with too few."""
    forms_used: Mapped[list[Any]]
    """Digests of the random numbers of the forms that were sent, sorted, so that a form sent twice is one answer.

    They are tied to no answer, and are forgotten when the pulse closes.
    """


class TeamPulseCount(Base):
    """How many people gave a statement a place on the scale.

    All rows of a pulse are made when it is opened, and each answer writes all of them anew: neither their order nor
    what the database keeps of a row's age shows which ones an answer has raised.
    """

    __tablename__ = "team_pulse_count"
    __table_args__ = (UniqueConstraint("pulse_id", "statement_id", "place"),)

    id: Mapped[PrimaryKey]
    pulse_id: Mapped[int] = mapped_column(ForeignKey("team_pulse.id", ondelete="CASCADE"))
    statement_id: Mapped[str] = mapped_column(String(64))
    place: Mapped[int]
    """On the scale, from 0."""
    people: Mapped[int]
