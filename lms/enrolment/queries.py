"""Looking up what a person takes, and what is open to them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.library import library
from lms.content.schema import Programme
from lms.enrolment import availability
from lms.enrolment.availability import Step
from lms.enrolment.models import Registration


def own_registrations(session: Session, person_id: int) -> dict[str, Registration]:
    """A person's registrations by module."""
    query = select(Registration).filter_by(person_id=person_id)
    return {registration.module_id: registration for registration in session.scalars(query)}


def own_steps(
    session: Session, programme: Programme, taken: dict[str, Registration], at: dt.datetime
) -> tuple[Step, ...]:
    """Every module of the programme as it stands to the person whose registrations these are."""
    published = {planned.id for planned in programme.modules if library.revision_id(session, planned.id) is not None}
    return availability.steps(programme, published, taken, at)
