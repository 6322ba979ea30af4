"""Looking sessions up: those that are offered to somebody, those that they asked for, and who comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.accounts.models import Person
from lms.accounts.organisation.queries import above
from lms.db import as_facts
from lms.workshop.models import Booking, CalendarFeed, SharedReflection, Workshop
from lms.workshop.places import Request, State, place_in_line

LIMIT = 100
"""Sessions in a list."""
_ASKED = Booking.state != State.CANCELLED
_IS_OFFERED = or_(Workshop.site_id.is_(None), Workshop.site_id.in_(select(above(bindparam("person")).c.id)))
_IS_THEIRS = or_(_IS_OFFERED, Booking.id.is_not(None))
_of_it = aliased(Booking)
_count = select(func.count()).where(_of_it.workshop_id == Workshop.id).correlate(Workshop)
# Made once: to build a query costs more than to ask it, and the start page asks one of these.
_SEEN = (
    select(
        Workshop,
        Booking,
        _count.where(_of_it.state == State.BOOKED).scalar_subquery(),
        _count.where(_of_it.state == State.WAITING).scalar_subquery(),
    )
    .outerjoin(Booking, and_(Booking.workshop_id == Workshop.id, Booking.person_id == bindparam("person"), _ASKED))
    .options(joinedload(Workshop.site))
)
# Who has no place yet, and no part in it, is offered what has not begun.
_BEGINS_LATER = Workshop.starts_at > bindparam("now")
_IS_LED = Workshop.facilitator == bindparam("me", type_=Uuid)
_COMING = (
    _SEEN.where(Workshop.ends_at > bindparam("now"))
    .where(or_(Booking.id.is_not(None), and_(_IS_OFFERED, _BEGINS_LATER, Workshop.cancelled_at.is_(None))))
    .order_by(Workshop.starts_at, Workshop.id)
    .limit(LIMIT)
)
_ON_MODULE = _COMING.where(Workshop.module_id == bindparam("module"))
_NEXT = (
    _SEEN.where(Workshop.ends_at > bindparam("now"), Workshop.cancelled_at.is_(None))
    .where(or_(Booking.id.is_not(None), _IS_LED, and_(_IS_OFFERED, _BEGINS_LATER)))
    .order_by(and_(Booking.id.is_(None), ~_IS_LED), Workshop.starts_at, Workshop.id)
    .limit(1)
)
# Of the table itself: half of the time that it takes to ask for objects is taken by them.
_PLANNED = Workshop.__table__
_IS_ANY = select(_PLANNED.c.id).where(_PLANNED.c.ends_at > bindparam("now")).limit(1)
_PAST = (
    _SEEN.where(Workshop.ends_at <= bindparam("now"), Booking.state == State.BOOKED)
    .order_by(Workshop.starts_at.desc())
    .limit(LIMIT)
)
_ONE = _SEEN.where(Workshop.uuid == bindparam("uuid"), _IS_THEIRS)


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
    return _rows(session, _COMING, person_id, now=at)


def coming_on(session: Session, person_id: int, module_id: str, at: dt.datetime) -> list[Seen]:
    """The same of one module."""
    return _rows(session, _ON_MODULE, person_id, now=at, module=module_id)


def past(session: Session, person_id: int, at: dt.datetime) -> list[Seen]:
    """Sessions that a person had a place in, the latest first."""
    return _rows(session, _PAST, person_id, now=at)


def next_one(session: Session, person: Person, at: dt.datetime) -> Seen | None:
    """The next session of a person, or that they lead; if there is none, the next that is offered to them."""
    if session.execute(_IS_ANY, {"now": at}).first() is None:
        return None  # nothing is planned at all, which is found out in a tenth of the time
    return next(iter(_rows(session, _NEXT, person.id, now=at, me=person.uuid)), None)


def seen(session: Session, person_id: int, uuid: UUID) -> Seen | None:
    """One session that is offered to a person, or in which they asked for a place; any other looks like none."""
    return next(iter(_rows(session, _ONE, person_id, uuid=uuid)), None)


def own_others(session: Session, person_id: int, workshop: Workshop, at: dt.datetime) -> list[tuple[Workshop, Booking]]:
    """Other sessions of the same module, not over yet, in which a person asked for a place, the next first."""
    query = (
        select(Workshop, Booking)
        .join(Booking, Booking.workshop_id == Workshop.id)
        .where(Booking.person_id == person_id, _ASKED, Workshop.module_id == workshop.module_id)
        .where(Workshop.id != workshop.id, Workshop.cancelled_at.is_(None), Workshop.ends_at > at)
        .order_by(Workshop.starts_at, Workshop.id)
    )
    return [(found, booking) for found, booking in session.execute(query)]


def is_offered_to(session: Session, person_id: int, uuid: UUID) -> bool:
    """Whether a person may ask for a place."""
    query = select(Workshop.id).where(Workshop.uuid == uuid, _IS_OFFERED)
    return session.scalar(query, {"person": person_id}) is not None


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


def _rows(session: Session, query: Any, person_id: int, **given: object) -> list[Seen]:
    return [Seen(*row) for row in session.execute(query, {"person": person_id, **given})]
