"""Stories as learners play them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, PrimaryKey

_OPEN = text("ended_at IS NULL")


class ScenarioRun(Base):
    """A story played once by one learner, or played again from one decision on."""

    __tablename__ = "scenario_run"
    __table_args__ = (
        # At most one story is under way, however often the button is pressed.
        Index(
            "uq_scenario_run_open",
            "registration_id",
            "scenario_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "registration_id", "scenario_id"),
        CheckConstraint("(replay_of_id IS NULL) = (kept IS NULL)", name="a_replay_says_from_where"),
    )

    id: Mapped[PrimaryKey]
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    scenario_id: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """What is told; a later edit of the module never changes it."""
    choices: Mapped[list[Any]]
    """Choice ids in order; scene, meters and ending follow from them."""
    started_at: Mapped[dt.datetime]
    touched_at: Mapped[dt.datetime]
    """The latest choice in it."""
    ended_at: Mapped[dt.datetime | None]
    ending_id: Mapped[str | None] = mapped_column(String(64))
    """None while it goes on, and in a replay that was left before its end."""
    seconds: Mapped[int] = mapped_column(default=0)
    """Time spent: between choices, breaks left out."""
    replay_of_id: Mapped[int | None] = mapped_column(ForeignKey("scenario_run.id", ondelete="CASCADE"), index=True)
    """The story of which one decision is played again."""
    kept: Mapped[int | None]
    """How many of its choices were taken over; the next one is played again."""
