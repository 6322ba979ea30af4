"""Noting who was there, and counting it for the module."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.progress.service import count_sections, run_of
from lms.workshop import places
from lms.workshop.models import Booking, Workshop
from lms.workshop.places import State
from lms.workshop.presence import Refusal, Way, refusal_by_place, refusal_by_time
from lms.workshop.queries import is_offered_to
from lms.workshop.service import bookings_of, enter, is_there, locked, own_booking, requests_of


class RefusedError(Exception):
    """Attendance cannot be noted; nothing was."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Noted:
    """What came of it."""

    is_new: bool
    is_counted: bool
    """Whether the sections that the session replaces are marked as done."""


def note(session: Session, uuid: UUID, person: Person, way: Way, at: dt.datetime) -> Noted:
    """Somebody was there; noting it twice is noting it once. Raises RefusedError, and NoResultFound."""
    wanted = session.scalars(select(Workshop).filter_by(uuid=uuid)).one()
    if refusal := refusal_now(wanted, way, at):
        raise RefusedError(refusal)
    # Their run first, the session second: whoever erases or books holds them in the same order.
    run = run_of(session, person, wanted.module_id, at) if wanted.replaces else None
    if not is_there(session, person):
        raise RefusedError(Refusal.UNKNOWN)
    workshop = locked(session, uuid)
    if refusal := refusal_now(workshop, way, at):
        raise RefusedError(refusal)
    own = _with_place(session, workshop, person, at)
    is_new = own.attended_at is None
    if is_new:
        own.attended_at, own.attended_by = at, way
    if run and workshop.replaces:
        count_sections(session, run, workshop.replaces)
        own.counted_at = own.counted_at or at
    session.flush()
    return Noted(is_new, own.counted_at is not None)


def undo(session: Session, uuid: UUID, person: Person) -> bool:
    """Somebody was not there after all; whether it was noted. What they have done in the module stays theirs."""
    workshop = locked(session, uuid)
    own = next((one for one in bookings_of(session, workshop) if one.person_id == person.id), None)
    if own is None or own.attended_at is None:
        return False
    own.attended_at = own.attended_by = None
    session.flush()
    return True


def count(session: Session, uuid: UUID, person: Person, at: dt.datetime) -> bool | None:
    """Count a session for the module of who was there while that was not open to them yet; whether it is counted.

    None if they were not there.
    """
    own = own_booking(session, person.id, uuid)
    if own is None or own.attended_at is None:
        return None
    wanted = session.scalars(select(Workshop).filter_by(uuid=uuid)).one()
    run = run_of(session, person, wanted.module_id, at)
    if run is None:
        return False
    count_sections(session, run, wanted.replaces)
    own.counted_at = own.counted_at or at
    return True


def refusal_now(workshop: Workshop, way: Way, at: dt.datetime) -> Refusal | None:
    """Why nobody can be noted at this moment; None if people can."""
    if workshop.cancelled_at:
        return Refusal.CANCELLED
    return refusal_by_time(workshop.starts_at, workshop.ends_at, at, way)


def _with_place(session: Session, workshop: Workshop, person: Person, at: dt.datetime) -> Booking:
    """The row of somebody who is there: their own, or a new one while there are places. Raises RefusedError."""
    known = bookings_of(session, workshop)
    own = next((one for one in known if one.person_id == person.id), None)
    taken = places.taken(requests_of(known))
    is_offered = is_offered_to(session, person.id, workshop.uuid)
    if refusal := refusal_by_place(own.state if own else None, taken, workshop.places, is_offered):
        raise RefusedError(refusal)
    if own is None or own.state is State.CANCELLED:
        own = enter(session, workshop, known, person.id, at)
    own.state = State.BOOKED
    return own
