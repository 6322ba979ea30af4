"""Looking sessions up: those that are offered to somebody, those that they asked for, and who comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.accounts.models import Person
from lms.accounts.organisation.queries import above
from lms.db import as_facts
from lms.workshop.models import Booking, CalendarFeed, SharedReflection, Workshop
from lms.workshop.places import Request, State, place_in_line

LIMIT = 100
"""Sessions in a list."""
_ASKED = Booking.state != State.CANCELLED


@dataclass(frozen=True)
class Seen:
    """A session as somebody meets it."""

    workshop: Workshop
    booking: Booking | None
    """What they asked for, unless they gave it back."""
    taken: int
    waiting: int

    @property
    def is_full(self) -> bool:
        """Whether who asks now has to wait."""
        return self.taken >= self.workshop.places or self.waiting > 0

    @property
    def has_place(self) -> bool:
        """Whether they have a place."""
        return self.booking is not None and self.booking.state is State.BOOKED


def coming(session: Session, person_id: int, at: dt.datetime) -> list[Seen]:
    """Sessions to come that are offered to a person, or in which they asked for a place, the next first."""
    query = _seen(person_id).where(Workshop.ends_at > at, _is_theirs(person_id))
    is_wanted = or_(Workshop.cancelled_at.is_(None), Booking.id.is_not(None))
    return _rows(session, query.where(is_wanted).order_by(Workshop.starts_at, Workshop.id).limit(LIMIT))


def past(session: Session, person_id: int, at: dt.datetime) -> list[Seen]:
    """Sessions that a person had a place in, the latest first."""
    query = _seen(person_id).where(Workshop.ends_at <= at, Booking.state == State.BOOKED)
    return _rows(session, query.order_by(Workshop.starts_at.desc()).limit(LIMIT))


def next_one(session: Session, person_id: int, at: dt.datetime) -> Seen | None:
    """The next session of a person; if there is none, the next that is offered to them."""
    query = _seen(person_id).where(Workshop.ends_at > at, Workshop.cancelled_at.is_(None), _is_theirs(person_id))
    first = query.order_by(Booking.id.is_(None), Workshop.starts_at, Workshop.id).limit(1)
    return next(iter(_rows(session, first)), None)


def seen(session: Session, person_id: int, uuid: UUID) -> Seen | None:
    """One session that is offered to a person, or in which they asked for a place; any other looks like none."""
    found = _rows(session, _seen(person_id).where(Workshop.uuid == uuid, _is_theirs(person_id)))
    return found[0] if found else None


def is_offered_to(session: Session, person_id: int, uuid: UUID) -> bool:
    """Whether a person may ask for a place."""
    query = select(Workshop.id).where(Workshop.uuid == uuid, _is_offered(person_id))
    return session.scalar(query) is not None


def line(session: Session, booking: Booking) -> int:
    """The number of somebody in the waiting list; 0 if they do not wait."""
    known = session.scalars(select(Booking).filter_by(workshop_id=booking.workshop_id))
    return place_in_line([Request(one.id, one.turn, one.state) for one in known], booking.id)


def workshop(session: Session, uuid: UUID) -> Workshop | None:
    """A session, whoever asks."""
    return session.scalar(select(Workshop).filter_by(uuid=uuid).options(joinedload(Workshop.site)))


def own_events(session: Session, person: Person, since: dt.datetime) -> Sequence[tuple[Workshop, Booking | None]]:
    """What stands in a person's calendar: sessions that they asked for, and those that they lead."""
    query = (
        select(Workshop, Booking)
        .outerjoin(Booking, and_(Booking.workshop_id == Workshop.id, Booking.person_id == person.id, _ASKED))
        .where(Workshop.ends_at > since, or_(Booking.id.is_not(None), Workshop.facilitator == person.uuid))
        .order_by(Workshop.starts_at, Workshop.id)
    )
    return [(found, booking) for found, booking in session.execute(query)]


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: sessions they asked for, whether they were there, what they shared."""
    query = select(Booking).filter_by(person_id=person_id).options(joinedload(Booking.workshop)).order_by(Booking.id)
    shared = select(SharedReflection).join(Booking).where(Booking.person_id == person_id)
    feeds = select(CalendarFeed).filter_by(person_id=person_id)
    return {
        "sessions": [
            {"session": as_facts(one.workshop, but={"facilitator"})} | as_facts(one) for one in session.scalars(query)
        ],
        "shared_reflections": [as_facts(one) for one in session.scalars(shared.order_by(SharedReflection.id))],
        "calendar_addresses": [as_facts(one, but={"token_hash"}) for one in session.scalars(feeds)],
    }


def _seen(person_id: int) -> Any:
    of_it = aliased(Booking)
    places = select(func.count()).where(of_it.workshop_id == Workshop.id).correlate(Workshop)
    return (
        select(
            Workshop,
            Booking,
            places.where(of_it.state == State.BOOKED).scalar_subquery(),
            places.where(of_it.state == State.WAITING).scalar_subquery(),
        )
        .outerjoin(Booking, and_(Booking.workshop_id == Workshop.id, Booking.person_id == person_id, _ASKED))
        .options(joinedload(Workshop.site))
    )


def _rows(session: Session, query: Any) -> list[Seen]:
    return [Seen(*row) for row in session.execute(query)]


def _is_offered(person_id: int) -> ColumnElement[bool]:
    return or_(Workshop.site_id.is_(None), Workshop.site_id.in_(select(above(person_id).c.id)))


def _is_theirs(person_id: int) -> ColumnElement[bool]:
    return or_(_is_offered(person_id), Booking.id.is_not(None))
