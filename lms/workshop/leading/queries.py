"""Looking up the sessions that somebody leads, who comes to them, and how far those are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import Membership, Person, Role, Site
from lms.accounts.organisation.queries import sites, subtree
from lms.enrolment.models import Registration, State
from lms.workshop.leading.rights import LEADERS, leads_all, may_lead, may_offer_at
from lms.workshop.models import Booking, SharedReflection, Workshop
from lms.workshop.places import State as Place

LIMIT = 100


@dataclass(frozen=True)
class Led:
    """A session with how many come."""

    workshop: Workshop
    taken: int
    waiting: int


@dataclass(frozen=True)
class Guest:
    """Somebody who asked for a place, as the facilitator meets them."""

    booking: Booking
    person: Person
    share: UUID | None
    """What they share with the facilitator now."""


@dataclass(frozen=True)
class HowFar:
    """How far somebody is in the module of a session, without a mark or a word of theirs."""

    person: Person
    state: State | None
    """None: they do not take it yet."""


def own_led(session: Session, leader: Person, roles: Collection[Role], at: dt.datetime) -> list[Led]:
    """The sessions that someone leads, those to come first; all of them for who leads the programme."""
    of = and_(Booking.workshop_id == Workshop.id)
    counts = select(func.count()).where(of).correlate(Workshop)
    query = select(
        Workshop,
        counts.where(Booking.state == Place.BOOKED).scalar_subquery(),
        counts.where(Booking.state == Place.WAITING).scalar_subquery(),
    ).options(joinedload(Workshop.site))
    if not leads_all(roles):
        query = query.where(Workshop.facilitator == leader.uuid)
    over = Workshop.ends_at <= at
    rows = session.execute(query.order_by(over, Workshop.starts_at.desc()).limit(LIMIT))
    found = [Led(*row) for row in rows]
    to_come = [one for one in found if one.workshop.ends_at > at]
    return to_come[::-1] + found[len(to_come) :]


def own_workshop(session: Session, leader: Person, uuid: UUID) -> Workshop | None:
    """A session that someone may lead; another's looks like none."""
    query = select(Workshop).filter_by(uuid=uuid).options(joinedload(Workshop.site))
    found = session.scalar(query)
    return found if found and may_lead(leader.roles, leader.uuid, found.facilitator) else None


def guests(session: Session, workshop: Workshop, reader: UUID) -> list[Guest]:
    """Who has a place, by name, then who waits, in their order; with what they share with this reader."""
    is_for_reader = and_(SharedReflection.booking_id == Booking.id, SharedReflection.reader == reader)
    query = (
        select(Booking, Person, SharedReflection.uuid)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(SharedReflection, is_for_reader)
        .where(Booking.workshop_id == workshop.id, Booking.state != Place.CANCELLED)
    )
    found = [Guest(*row) for row in session.execute(query)]
    booked = [one for one in found if one.booking.state is Place.BOOKED]
    waiting = [one for one in found if one.booking.state is Place.WAITING]
    return sorted(booked, key=_by_name) + sorted(waiting, key=lambda one: one.booking.turn)


def how_far(session: Session, workshop: Workshop) -> list[HowFar]:
    """How far those are who have a place, by name."""
    taken = and_(Registration.person_id == Person.id, Registration.module_id == workshop.module_id)
    query = (
        select(Person, Registration.state)
        .join(Booking, Booking.person_id == Person.id)
        .outerjoin(Registration, taken)
        .where(Booking.workshop_id == workshop.id, Booking.state == Place.BOOKED)
    )
    return sorted((HowFar(*row) for row in session.execute(query)), key=lambda one: one.person.name.casefold())


def guest(session: Session, workshop: Workshop, uuid: UUID) -> Person | None:
    """Somebody who asked for a place in this session; anyone else looks like nobody."""
    query = select(Person).join(Booking, Booking.person_id == Person.id)
    return session.scalar(query.where(Booking.workshop_id == workshop.id, Person.uuid == uuid))


def facilitators(session: Session) -> Sequence[Person]:
    """Who may lead a session, by name."""
    leads = select(Membership.person_id).where(Membership.role.in_(LEADERS))
    return session.scalars(select(Person).where(Person.id.in_(leads), Person.is_active).order_by(Person.name)).all()


def facilitator(session: Session, workshop: Workshop) -> Person | None:
    """Who leads a session; None if nobody is known by that name any more."""
    return session.scalar(select(Person).filter_by(uuid=workshop.facilitator))


def sites_to_offer(session: Session, leader: Person) -> tuple[Sequence[Site], bool]:
    """The places to which someone may offer a session, and whether they may offer it to everyone."""
    own = may_offer_at(leader.memberships)
    if own is None:
        return sites(session), True
    there = subtree(session, own)
    return [site for site in sites(session) if site.id in there], False


def _by_name(one: Guest) -> str:
    return one.person.name.casefold()
