"""People, the sites they work at, their roles there, and how they sign in."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Json, PrimaryKey, choice

NOWHERE = "@erased.invalid"
"""Addresses of those who were erased end like this (RFC 2606: no such domain will ever be)."""


class Role(StrEnum):
    """What someone may do beside learning; everyone is a learner."""

    TRAINER = "trainer"
    SITE_LEAD = "site lead"
    PROGRAMME_LEAD = "programme lead"
    ADMIN = "admin"


class SiteKind(StrEnum):
    """What a place in the tree of the organisation is."""

    DIVISION = "division"
    SITE = "site"
    DEPARTMENT = "department"


class Person(Base):
    """Someone who takes modules."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_staff_number", "staff_number", unique=True),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """The opaque name used outside: in statements and addresses."""
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case; what a person signs in with."""
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None until the person has set a password."""
    is_password_temporary: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Someone else knows it: nothing but a new one can be set until that is done."""
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]
    """Since when they are let in no longer; None while they are, and where it was not noted yet."""
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Key of the person's private writing, wrapped by the installation's key; made at first need."""
    mails_off_at: Mapped[dt.datetime | None]
    """Since when they want no mails that remind them; None while they do."""
    staff_number: Mapped[str | None] = mapped_column(String(64))
    """The employer's own number: by it an import knows someone whose address or name has changed."""
    is_from_roster: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Named by a full list of the organisation; whoever was only added by hand never leaves by one."""
    has_left: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """A full list no longer named them: they are let in again when one does, unlike whom a hand disabled."""

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", lazy="raise_on_sql", cascade="save-update, merge, expunge", passive_deletes=True
    )

    # What Flask-Login asks of whom it calls the current user.
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """The name outside; Flask-Login wants a text."""
        return str(self.uuid)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held at any site; the memberships must be loaded."""
        return frozenset(membership.role for membership in self.memberships if membership.role)


class ErasureRequest(Base):
    """That a person asked to be erased; an operator carries it out, or it is taken back."""

    __tablename__ = "erasure_request"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    asked_at: Mapped[dt.datetime]


class Site(Base):
    """A hospital or other place where people work, in the tree of the organisation."""

    __tablename__ = "site"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    """Short name that never changes; used in imports."""
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    """What it is a part of; None at the top."""
    kind: Mapped[SiteKind] = mapped_column(choice(SiteKind), default=SiteKind.SITE, server_default="site")


EVER = dt.date(1900, 1, 1)
"""The first day of what was so before anything was noted."""


class SiteParent(Base):
    """What a site was a part of, from one day up to another: the tree that coverage of a past day is counted by.

    `Site.parent_id` is how it is now. A site of which nothing stands here yet has always been where it is now.
    """

    __tablename__ = "site_parent"
    __table_args__ = (
        Index(
            "uq_site_parent_open",
            "site_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        CheckConstraint("until_on >= from_on", name="in_order"),
    )

    id: Mapped[PrimaryKey]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    """None: it stood at the top."""
    from_on: Mapped[dt.date] = mapped_column(Date)
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    """The first day on which it was so no more; None: it is so now."""


class JobGroup(Base):
    """A kind of work, such as "ward managers"."""

    __tablename__ = "job_group"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    """Short name that never changes; used in imports."""
    name: Mapped[str] = mapped_column(String(200))
    counts_as_manager: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether whoever does this work manages people, unless a list says otherwise of someone."""


class Placement(Base):
    """Where someone worked as what, from one day up to another: the history that coverage is counted from."""

    __tablename__ = "placement"
    __table_args__ = (
        Index(
            "uq_placement_open",
            "person_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index("ix_placement_person_id_from_on", "person_id", "from_on"),
        Index("ix_placement_site_id_from_on", "site_id", "from_on"),
        CheckConstraint("until_on >= from_on", name="in_order"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    job_group_id: Mapped[int | None] = mapped_column(ForeignKey("job_group.id"), index=True)
    line_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    is_manager: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether they counted as a manager then."""
    from_on: Mapped[dt.date] = mapped_column(Date, index=True)
    """The first day."""
    until_on: Mapped[dt.date | None] = mapped_column(Date, index=True)
    """The first day on which it was so no more; None: it is so now."""


class RunOrigin(StrEnum):
    """How a full list of the organisation came."""

    COMMAND = "command"
    FOLDER = "folder"
    PAGE = "page"


class RunState(StrEnum):
    """What became of it."""

    SHOWN = "shown"
    """What it would change was shown; nothing is done yet."""
    APPLIED = "applied"
    REFUSED = "refused"


class RosterRun(Base):
    """One full list of the organisation that came, and what it changed."""

    __tablename__ = "roster_run"

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    origin: Mapped[RunOrigin] = mapped_column(choice(RunOrigin))
    state: Mapped[RunState] = mapped_column(choice(RunState))
    by: Mapped[UUID | None] = mapped_column(Uuid)
    """Who brought it, by the opaque name; None: nobody who was signed in."""
    file: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was in the files."""
    counts: Mapped[dict[str, Any]]
    """How many joined, moved, left and so on."""
    problems: Mapped[list[Any]]
    """Sentences; they may quote the file, and are forgotten after a month."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The files, while it is to be decided whether to apply them; forgotten after a day."""
    untold: Mapped[list[Any] | None]
    """Numbers of the admins to whom a mail about it has still to go."""


class Membership(Base):
    """That a person works at a site, or has a role there; a role without a site is for all sites."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "site_id", "role", postgresql_nulls_not_distinct=True),
        CheckConstraint("site_id IS NOT NULL OR role IS NOT NULL", name="site_or_role"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role | None] = mapped_column(choice(Role))
    """None: works there, without a special role."""

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise_on_sql")
    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")


class SignIn(Base):
    """One browser in which a person is signed in; deleting the row ends it at the next request."""

    __tablename__ = "sign_in"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the id in the browser's cookie, which is kept nowhere else."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    seen_at: Mapped[dt.datetime]
    """Latest sign of life, a few minutes coarse."""
    device: Mapped[str] = mapped_column(String(60))
    """Browser and system, so that its owner recognises it: "Firefox on Windows"."""


class PasswordLink(Base):
    """A mailed link with which a person can set a password, once."""

    __tablename__ = "password_link"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the link, which is kept nowhere else."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime]


class Tries(Base):
    """Recent failed tries to sign in with one e-mail address, known or not, or from one network address."""

    __tablename__ = "tries"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of what is counted by."""
    times: Mapped[list[float]] = mapped_column(Json, default=list)
    """Seconds since 1970, oldest first."""
    last_at: Mapped[dt.datetime] = mapped_column(index=True)
