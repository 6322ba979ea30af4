"""Certificates: what was completed, by whom it was then, and until when it holds."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey


class Certificate(Base):
    """That somebody completed a module or the whole programme. What stands on it never changes."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("person_id", "about", "completed_on", "holder"),)

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    """Whoever has it can see that the certificate is real."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    about: Mapped[str] = mapped_column(String(64))
    """The id of the module, or of the programme."""
    title: Mapped[str] = mapped_column(String(200))
    """Of what was completed, as it was called then."""
    holder: Mapped[str] = mapped_column(String(200))
    """The person's name as it was when it was made; under another name another one is made."""
    completed_on: Mapped[dt.date] = mapped_column(Date)
    valid_until: Mapped[dt.date | None] = mapped_column(Date)
    """The last day; None: for good."""
    issued_at: Mapped[dt.datetime]
    modules: Mapped[list[Any]]
    """The ids of what was completed: it holds as long as all of them are."""
