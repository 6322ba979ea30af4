"""Registering people for modules, and finding their registrations through them."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.content.module import Module
from lms.content.schema import Programme
from lms.db import UNSEEN, Base, insert
from lms.enrolment.models import OpenedEarly, Registration
from lms.outbox.service import record


def course(programme: Programme, module: Module) -> events.Course:
    """A module as events and statements name it."""
    return events.Course(id=module.id, title=module.title, programme_id=programme.id, programme_title=programme.title)


def own_registration(session: Session, person_id: int, module_id: str) -> Registration | None:
    """A person's registration for a module, its row locked until the end of a transaction that writes.

    The lock is what keeps a registration's statements in the order in which things happened.
    """
    query = select(Registration).filter_by(person_id=person_id, module_id=module_id)
    return session.scalar(query.with_for_update())


def register(session: Session, person: Person, course: events.Course, at: dt.datetime) -> Registration:
    """The person's registration for a module, made and told if there is none yet."""
    # Two tabs may come first at the same moment: the second waits here and finds what the first made.
    session.execute(select(Person.id).filter_by(id=person.id).with_for_update())
    registration = own_registration(session, person.id, course.id)
    if registration is None:
        registration = Registration(person_id=person.id, module_id=course.id, registered_at=at)
        session.add(registration)
        session.flush()
        record(session, events.Registered(at=at, learner=person.uuid, registration=registration.uuid, course=course))
    return registration


def open_early(session: Session, person_id: int, module_id: str, at: dt.datetime) -> bool:
    """Open a module to a person before its turn; whether that is new."""
    new = insert(session, OpenedEarly).values(person_id=person_id, module_id=module_id, at=at)
    return session.execute(new.on_conflict_do_nothing().returning(OpenedEarly.id)).scalar() is not None


def close_again(session: Session, person_id: int, module_id: str) -> bool:
    """Let a module wait for its turn again; whether it was open. What was begun stays open."""
    query = delete(OpenedEarly).where(OpenedEarly.person_id == person_id, OpenedEarly.module_id == module_id)
    return session.execute(query.returning(OpenedEarly.id)).scalar() is not None


def forget_rows(session: Session, person_id: int, *tables: type[Base]) -> None:
    """Delete whatever hangs on a person's registrations in these tables."""
    own = select(Registration.id).filter_by(person_id=person_id)
    for table in tables:
        session.execute(delete(table).where(table.__table__.c.registration_id.in_(own)), execution_options=UNSEEN)


def become_nobodys(session: Session, person_id: int) -> None:
    """Of a person's registrations stays what is counted: module, state, days; the name outside is another one."""
    session.execute(delete(OpenedEarly).where(OpenedEarly.person_id == person_id), execution_options=UNSEEN)
    for taken in session.scalars(select(Registration).filter_by(person_id=person_id)):
        taken.uuid, taken.seconds = uuid4(), 0
        taken.registered_at = _day(taken.registered_at)
        for name in ("started_at", "passed_at", "completed_at", "refreshed_at"):
            moment: dt.datetime | None = getattr(taken, name)
            setattr(taken, name, moment and _day(moment))
    session.flush()


def _day(moment: dt.datetime) -> dt.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
