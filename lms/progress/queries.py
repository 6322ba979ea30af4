"""Looking up how far a person is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from lms.enrolment.models import Registration
from lms.enrolment.queries import own_facts
from lms.progress.models import PageProgress, Place, Visit

OPENED = (
    select(func.aggregate_strings(PageProgress.page_id + ":" + cast(PageProgress.seconds, String), " "))
    .where(PageProgress.registration_id == Registration.id)
    .scalar_subquery()
)
"""Column of a query for registrations: all their pages in one text, so that one question finds everything."""
# Made once: to build a query costs more than to ask it.
_STANDPOINTS = (
    select(Registration, Place, OPENED)
    .outerjoin(Place, Place.registration_id == Registration.id)
    .where(Registration.person_id == bindparam("person"))
)


@dataclass(frozen=True)
class Standpoint:
    """How far a registration is: what was opened, and where its owner stopped."""

    registration: Registration
    place: Place | None = None
    opened: dict[str, int] = field(default_factory=dict)
    """Pages that have been opened, with the active seconds on each."""


def own_standpoints(session: Session, person_id: int) -> dict[str, Standpoint]:
    """How far a person is in each module that they take."""
    rows = session.execute(_STANDPOINTS, {"person": person_id})
    return {taken.module_id: Standpoint(taken, place, seconds_by_page(opened)) for taken, place, opened in rows}


def seconds_by_page(opened: str | None) -> dict[str, int]:
    """What the column OPENED holds: the active seconds on each page that was opened."""
    pairs = (pair.rpartition(":") for pair in (opened or "").split())
    return {page_id: int(seconds) for page_id, _, seconds in pairs}


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: pages they opened, where they stopped, when they were there."""
    return {
        "pages": own_facts(session, person_id, PageProgress),
        "where_you_stopped": own_facts(session, person_id, Place),
        "visits": own_facts(session, person_id, Visit),
    }
