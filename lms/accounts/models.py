"""People, the sites they work at, and their roles there."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, Uuid, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, PrimaryKey, choice


class Role(StrEnum):
    """What someone may do beside learning; everyone is a learner."""

    TRAINER = "trainer"
    SITE_LEAD = "site lead"
    PROGRAMME_LEAD = "programme lead"
    ADMIN = "admin"


class Person(Base):
    """Someone who takes modules."""

    __tablename__ = "person"

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """The opaque name used outside: in statements and addresses."""
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case; what a person signs in with."""
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None until the person has set a password."""
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    created_at: Mapped[dt.datetime]
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Key of the person's private writing, wrapped by the installation's key; made at first need."""

    memberships: Mapped[list[Membership]] = relationship(back_populates="person", lazy="raise_on_sql")


class Site(Base):
    """A hospital or other place where people work."""

    __tablename__ = "site"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    """Short name that never changes; used in imports."""
    name: Mapped[str] = mapped_column(String(200))


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
