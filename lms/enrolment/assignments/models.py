"""What is asked of people, of whom it was asked from when to when, who is exempt, and which mails went."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import JobGroup, Person, Site
from lms.db import Base, PrimaryKey, choice
from lms.enrolment.assignments.due import ReminderKind

_CURRENT = text("ended_on IS NULL")


class Assignment(Base):
    """That some people should complete a module or the programme: named people, or whoever a rule takes in."""

    __tablename__ = "assignment"

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    """Made with the form, so that a second click is the same assignment."""
    module_id: Mapped[str | None] = mapped_column(String(64))
    """None: every module of the programme."""
    reason: Mapped[str] = mapped_column(String(300))
    """Why, in words that learners read."""
    is_mandatory: Mapped[bool] = mapped_column(Boolean)
    """Else it is recommended: nobody is overdue with it."""
    is_rule: Mapped[bool] = mapped_column(Boolean)
    """It takes in whoever works at the site, in the job group, as a manager; also those who come later."""
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    """Nobody is asked who does not work there or below; None: everywhere."""
    job_group_id: Mapped[int | None] = mapped_column(ForeignKey("job_group.id"))
    managers_only: Mapped[bool] = mapped_column(Boolean)
    is_local: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """A lead of the site asks it: whoever leads the site or what is above it may change it. Else leads of the programme
    ask, and they alone change it."""
    from_on: Mapped[dt.date] = mapped_column(Date)
    """The day on which it begins."""
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    """The last day for those whom it took in at its beginning."""
    due_days: Mapped[int | None]
    """How many days those have who come later; without `due_on`, everyone."""
    refresh_months: Mapped[int | None]
    """After how many months it is due once more; None: once is enough."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[UUID] = mapped_column(Uuid)
    """The opaque name of who made it."""
    ended_at: Mapped[dt.datetime | None]
    """Since when it is asked no more."""

    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")
    job_group: Mapped[JobGroup | None] = relationship(lazy="raise_on_sql")


class AssignedPerson(Base):
    """Someone whom an assignment names."""

    __tablename__ = "assigned_person"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class Obligation(Base):
    """What an assignment asks of one person, once: from which day on, by which day, and when it was met.

    An old one stays when it is over, so that it can be counted for any day who was overdue then.
    """

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id", "number"),
        # Two who look at the same moment do not ask the same twice.
        Index(
            "uq_obligation_current",
            "assignment_id",
            "person_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_obligation_person_id", "person_id"),
        Index("ix_obligation_due_on", "due_on"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[PrimaryKey]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts up: a refresher, someone who comes back, or another last day for who was overdue, has one more."""
    since_on: Mapped[dt.date] = mapped_column(Date)
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    """The last day; None: whenever they like."""
    day_set_on: Mapped[dt.date | None] = mapped_column(Date)
    """Since when that is the last day, if it was another one before; None: since it is asked."""
    done_since: Mapped[dt.date | None] = mapped_column(Date)
    """What was completed earlier does not count, since it must be refreshed; None: all counts."""
    met_at: Mapped[dt.datetime | None]
    """When the last thing needed was completed."""
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    """Since when it is not asked of them: they left or moved, it was withdrawn, or a refresher or another last day took
    its place."""


class Exemption(Base):
    """That someone need not complete a module or the programme, for a reason."""

    __tablename__ = "exemption"
    __table_args__ = (
        Index("ix_exemption_person_id", "person_id"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="in_order"),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    """Made with the form, so that a second click is the same exemption."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    module_id: Mapped[str | None] = mapped_column(String(64))
    """None: all modules."""
    reason: Mapped[str] = mapped_column(String(300))
    """The person reads it."""
    from_on: Mapped[dt.date] = mapped_column(Date)
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    """The first day on which they are exempt no more; None: for good."""
    given_by: Mapped[UUID] = mapped_column(Uuid)
    is_local: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Given by a lead of where the person works: whoever leads that place may end it."""

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Reminder(Base):
    """That a mail about an obligation was sent, or is taken over by a later one: never the same twice."""

    __tablename__ = "reminder"

    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[ReminderKind] = mapped_column(choice(ReminderKind), primary_key=True)
    at: Mapped[dt.datetime]
    is_sent: Mapped[bool] = mapped_column(Boolean)
    """False: it was time for the next one already, so this one was left out."""
