"""Looking up what a person takes, and what is open to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.schema import Programme
from lms.db import Base, as_facts
from lms.enrolment import availability
from lms.enrolment.availability import Step
from lms.enrolment.models import OpenedEarly, Registration

_EARLY = select(OpenedEarly.module_id).where(OpenedEarly.person_id == bindparam("person"))


def own_registrations(session: Session, person_id: int) -> dict[str, Registration]:
    """A person's registrations by module."""
    query = select(Registration).filter_by(person_id=person_id)
    return {registration.module_id: registration for registration in session.scalars(query)}


def registrations_of(session: Session, learner: UUID) -> Sequence[UUID]:
    """By which names outside the registrations of a person are known, who is known outside by this one."""
    query = select(Registration.uuid).join(Person, Person.id == Registration.person_id).where(Person.uuid == learner)
    return session.scalars(query.order_by(Registration.id)).all()


def own_steps(
    session: Session, programme: Programme, person_id: int, taken: dict[str, Registration], at: dt.datetime
) -> tuple[Step, ...]:
    """Every module of the programme as it stands to a person, whose registrations these are."""
    found = _steps_in_order(session, programme, taken, at)
    if not any(step.is_shut for step in found):
        return found
    early = set(session.scalars(_EARLY, {"person": person_id}))
    return _steps_in_order(session, programme, taken, at, early) if early else found


def is_open(
    session: Session,
    programme: Programme,
    person_id: int,
    taken: dict[str, Registration],
    module_id: str,
    at: dt.datetime,
) -> bool:
    """Whether a person may go into a module. Asks nothing more of the database where it is its turn."""
    found = {step.module_id: step for step in _steps_in_order(session, programme, taken, at)}
    step = found.get(module_id)
    if step is None or not step.is_shut:
        return step is not None and step.is_open
    return module_id in set(session.scalars(_EARLY, {"person": person_id}))


def early_openings(session: Session) -> list[tuple[OpenedEarly, Person]]:
    """Who may go into which module before its turn, the latest first."""
    query = select(OpenedEarly, Person).join(Person, Person.id == OpenedEarly.person_id)
    return [(opening, person) for opening, person in session.execute(query.order_by(OpenedEarly.id.desc()))]


def _steps_in_order(
    session: Session,
    programme: Programme,
    taken: dict[str, Registration],
    at: dt.datetime,
    early: Collection[str] = (),
) -> tuple[Step, ...]:
    published = {planned.id for planned in programme.modules if library.revision_id(session, planned.id) is not None}
    return availability.steps(programme, published, taken, at, early)


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
    early = select(OpenedEarly).filter_by(person_id=person_id).order_by(OpenedEarly.id)
    return {
        "registrations": [as_facts(registration) for registration in session.scalars(query)],
        "opened_early": [as_facts(one) for one in session.scalars(early)],
    }
