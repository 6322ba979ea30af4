"""Looking up how far a person is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.enrolment.models import Registration
from lms.progress.models import PageProgress, Place

# Made once: to build a query costs more than to ask it.
_STANDPOINTS = (
    select(Registration, Place)
    .outerjoin(Place, Place.registration_id == Registration.id)
    .where(Registration.person_id == bindparam("person"))
)
_OPENED = select(PageProgress.registration_id, PageProgress.page_id, PageProgress.seconds).where(
    PageProgress.registration_id.in_(bindparam("registrations", expanding=True))
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
    rows = session.execute(_STANDPOINTS, {"person": person_id}).all()
    opened = _opened(session, [registration.id for registration, _ in rows])
    return {taken.module_id: Standpoint(taken, place, opened.get(taken.id, {})) for taken, place in rows}


def _opened(session: Session, registration_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for registration_id, page_id, seconds in session.execute(_OPENED, {"registrations": tuple(registration_ids)}):
        found.setdefault(registration_id, {})[page_id] = seconds
    return found
