"""Looking up what a person takes, and what is open to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.library import library
from lms.content.schema import Programme
from lms.db import Base, as_facts
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


def own_rows(session: Session, person_id: int, table: type[Base]) -> list[tuple[Registration, Any]]:
    """All rows that hang on a person's registrations, each with its registration, in order."""
    columns = table.__table__.c
    query = select(Registration, table).join(table, columns.registration_id == Registration.id)
    query = query.where(Registration.person_id == person_id).order_by(*table.__table__.primary_key)
    return [(registration, row) for registration, row in session.execute(query)]


def own_facts(session: Session, person_id: int, table: type[Base]) -> list[dict[str, Any]]:
    """The same as plain values, with the module."""
    return [{"module": taken.module_id} | as_facts(row) for taken, row in own_rows(session, person_id, table)]


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: which modules they take."""
    query = select(Registration).filter_by(person_id=person_id).order_by(Registration.id)
    return {"registrations": [as_facts(registration) for registration in session.scalars(query)]}
