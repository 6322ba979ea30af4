"""Looking up who may have come, among those to whom a session is offered, and whom its leader may look for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from lms.accounts.email_address import is_email, normal
from lms.accounts.models import NOWHERE, Membership, Person, Site
from lms.accounts.organisation.queries import subtree
from lms.workshop.leading.rights import may_offer_at
from lms.workshop.models import Booking, Workshop
from lms.workshop.places import State
from lms.workshop.walking_in.names import likes, rule_for

MOST = 10
"""People who are shown at once: whoever gets more has to say more."""


@dataclass(frozen=True)
class Found:
    """Somebody who may have come."""

    person: Person
    booking: Booking | None
    """What they asked for, unless they gave it back."""
    sites: tuple[str, ...]
    """Where they work, to tell apart who are called the same."""

    @property
    def has_place(self) -> bool:
        """Whether they take no other's place."""
        return self.booking is not None and self.booking.state is State.BOOKED


class TooManyError(Exception):
    """More people fit than are shown."""


def find(session: Session, leader: Person, workshop: Workshop, typed: str) -> list[Found]:
    """Who is called so, or has this whole e-mail address, by name. Raises TooManyError."""
    sites = _sites(session, leader, workshop)
    ids = _ids_by_email(session, sites, typed) if "@" in typed else _ids_by_name(session, sites, typed)
    if len(ids) > MOST:
        raise TooManyError
    own = and_(Booking.person_id == Person.id, Booking.workshop_id == workshop.id, Booking.state != State.CANCELLED)
    query = select(Person, Booking).outerjoin(Booking, own).where(Person.id.in_(ids)).order_by(Person.name, Person.id)
    works = _where_they_work(session, ids, sites)
    return [Found(person, booking, tuple(works.get(person.id, ()))) for person, booking in session.execute(query)]


def one(session: Session, leader: Person, workshop: Workshop, uuid: UUID) -> Person | None:
    """Somebody who may have come; anyone else looks like nobody."""
    return session.scalar(select(Person).filter_by(uuid=uuid).where(*_within(_sites(session, leader, workshop))))


def is_full(session: Session, workshop: Workshop) -> bool:
    """Whether every place is taken."""
    taken = select(func.count()).where(Booking.workshop_id == workshop.id, Booking.state == State.BOOKED)
    return (session.scalar(taken) or 0) >= workshop.places


def _sites(session: Session, leader: Person, workshop: Workshop) -> set[int] | None:
    """Where people are to whom the session is offered, and whom its leader may look for; None: everywhere."""
    own = may_offer_at(leader.memberships)
    bounds = [{workshop.site_id} if workshop.site_id else None, set(own) if own is not None else None]
    trees = [subtree(session, bound) for bound in bounds if bound is not None]
    return set.intersection(*trees) if trees else None


def _within(sites: set[int] | None) -> list[ColumnElement[bool]]:
    known = [Person.is_active.is_(True), ~Person.email.endswith(NOWHERE)]
    if sites is None:
        return known
    return [*known, Person.id.in_(select(Membership.person_id).where(Membership.site_id.in_(sites)))]


def _ids_by_email(session: Session, sites: set[int] | None, typed: str) -> Sequence[int]:
    email = normal(typed)
    # What is no address may hold what a database refuses, such as a NUL.
    if not is_email(email):
        return []
    return session.scalars(select(Person.id).filter_by(email=email).where(*_within(sites))).all()


def _ids_by_name(session: Session, sites: set[int] | None, typed: str) -> Sequence[int]:
    # Databases differ in what they know of letters beyond a to z: names that have some are all compared here.
    may_fit = and_(*(func.lower(Person.name).like(like) for like in likes(typed)))
    rows = session.execute(select(Person.id, Person.name).where(*_within(sites), or_(~_is_plain(session), may_fit)))
    fits = rule_for(typed)
    return [id_ for id_, name in rows if fits(name)]


def _is_plain(session: Session) -> ColumnElement[bool]:
    """Whether each letter of a name is one byte in UTF-8."""
    letters = func.length(Person.name)
    if session.get_bind().dialect.name == "sqlite":  # which knows octet_length from 3.43 on
        return func.length(func.hex(Person.name)) == 2 * letters
    return func.octet_length(Person.name) == letters


def _where_they_work(session: Session, ids: Sequence[int], sites: set[int] | None) -> dict[int, list[str]]:
    query = (
        select(Membership.person_id, Site.name)
        .join(Site, Site.id == Membership.site_id)
        .where(Membership.person_id.in_(ids), Membership.role.is_(None))
        .order_by(Site.name)
    )
    if sites is not None:
        query = query.where(Site.id.in_(sites))
    works: dict[int, list[str]] = {}
    for person_id, name in session.execute(query):
        works.setdefault(person_id, []).append(name)
    return works
