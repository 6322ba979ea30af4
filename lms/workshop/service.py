"""What can be done about sessions: planning, changing and cancelling them, and asking for a place.

Whoever takes or frees a place holds the row of the session until the commit: two at once take turns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from lms.accounts.models import Person
from lms.db import UNSEEN, count_changed, insert
from lms.workshop import places
from lms.workshop.models import Booking, CalendarFeed, SharedReflection, Workshop
from lms.workshop.news import News, Notice, weightier
from lms.workshop.places import Request, State
from lms.workshop.queries import is_offered_to, own_others


@dataclass(frozen=True)
class Plan:
    """A session as whoever plans it wants it."""

    title: str
    place: str
    link: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    places: int
    facilitator: UUID
    site_id: int | None
    replaces: tuple[str, ...]
    code_stays: bool = False


class TooFewPlacesError(Exception):
    """More people have a place than there would be."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


class ClosedError(Exception):
    """The session has begun, or is cancelled: what was asked for is not done any more."""


class ElsewhereError(Exception):
    """This person asked for a place in another session of the module already."""


def plan(session: Session, uuid: UUID, module_id: str, wanted: Plan, at: dt.datetime) -> bool:
    """A new session on a module, under a name that came with the form; whether it is new: a second click is not."""
    row = {"uuid": uuid, "module_id": module_id, "changed_at": at, "sequence": 0, **_columns(wanted)}
    new = insert(session, Workshop).values(**row).on_conflict_do_nothing().returning(Workshop.id)
    return session.execute(new).scalar() is not None


def change(session: Session, uuid: UUID, wanted: Plan, at: dt.datetime) -> None:
    """Another time, place or number of places; who has a place, or waits for one, is told.

    Raises TooFewPlacesError, and ClosedError once it has begun.
    """
    workshop = _open_one(session, uuid, at)
    known = bookings_of(session, workshop)
    taken = places.taken(requests_of(known))
    if wanted.places < taken:
        raise TooFewPlacesError(taken)
    columns = _columns(wanted)
    if workshop.facilitator != wanted.facilitator:
        # What was shared was meant for the one before.
        unshare(session, [one.id for one in known])
    shown = ("title", "place", "link", "starts_at", "ends_at")
    is_news = any(getattr(workshop, name) != columns[name] for name in shown)
    for name, value in columns.items():
        setattr(workshop, name, value)
    if is_news:
        workshop.changed_at, workshop.sequence = at, workshop.sequence + 1
        _tell(known, News.CHANGED, at)
    _move_up(workshop, known, at)
    session.flush()


def cancel(session: Session, uuid: UUID, at: dt.datetime) -> bool:
    """The session does not take place, and who would have come is told; whether that is new.

    What was shared with its facilitator is shared no more. Raises ClosedError when it is over.
    """
    workshop = locked(session, uuid)
    if workshop.cancelled_at:
        return False
    if workshop.ends_at <= at:
        raise ClosedError
    known = bookings_of(session, workshop)
    workshop.cancelled_at = workshop.changed_at = at
    workshop.sequence += 1
    _tell(known, News.CANCELLED, at)
    unshare(session, [one.id for one in known])
    session.flush()
    return True


def book(session: Session, person: Person, uuid: UUID, at: dt.datetime, also: bool = False) -> State | None:
    """Ask for a place; what becomes of it. Asking twice is asking once.

    `also`: they know that they asked for one in another session of the module, and want both. None if the session is
    not offered to this person. Raises ClosedError, and ElsewhereError where they have to be told of the other first.
    """
    if not is_there(session, person) or not is_offered_to(session, person.id, uuid):
        return None
    workshop = _open_one(session, uuid, at)
    known = bookings_of(session, workshop)
    own = next((one for one in known if one.person_id == person.id), None)
    if own and own.state is not State.CANCELLED:
        return own.state
    if not also and own_others(session, person.id, workshop, at):
        raise ElsewhereError
    own = enter(session, workshop, known, person.id, at)
    own.state = places.state_of_new(requests_of(one for one in known if one is not own), workshop.places)
    if own.state is State.BOOKED:
        own.notice, own.news_from = Notice.BOOKED, at
    session.flush()
    return own.state


def enter(session: Session, workshop: Workshop, known: Sequence[Booking], person_id: int, at: dt.datetime) -> Booking:
    """The row of someone who asks now, at the end of the line; their old one, if they asked before."""
    own = next((one for one in known if one.person_id == person_id), None)
    if own is None:
        own = Booking(workshop_id=workshop.id, person_id=person_id, state=State.WAITING)
        session.add(own)
    own.turn, own.booked_at, own.news, own.notice = places.next_turn(requests_of(known)), at, None, None
    return own


def give_back(session: Session, person: Person, uuid: UUID, at: dt.datetime) -> bool | None:
    """Someone does not come after all, and the first who waits gets their place; whether they had asked for one.

    None if there is no such session for them. Raises ClosedError.
    """
    if own_booking(session, person.id, uuid) is None:
        return None
    workshop = _open_one(session, uuid, at)
    return _free(session, workshop, person.id, None, at)


def take_off(session: Session, uuid: UUID, person: Person, at: dt.datetime) -> bool:
    """The facilitator gives someone's place back for them, who is told; whether they had asked for one.

    Raises ClosedError when the session is over or cancelled.
    """
    workshop = locked(session, uuid)
    if workshop.cancelled_at or workshop.ends_at <= at:
        raise ClosedError
    return _free(session, workshop, person.id, News.TAKEN_OFF, at)


def _free(session: Session, workshop: Workshop, person_id: int, news: News | None, at: dt.datetime) -> bool:
    known = bookings_of(session, workshop)
    own = next((one for one in known if one.person_id == person_id), None)
    if own is None or own.state is State.CANCELLED:
        return False
    if own.attended_at:
        raise ClosedError
    own.state, own.news, own.notice, own.news_from = State.CANCELLED, news, None, at
    unshare(session, [own.id])
    _move_up(workshop, known, at)
    session.flush()
    return True


def drop_old(session: Session, before: dt.datetime, most: int) -> int:
    """Delete sessions that were over before a moment, with who came to them; how many sessions.

    What attendance completed stands with the pages, and stays.
    """
    old = select(Workshop.id).where(Workshop.ends_at < before).order_by(Workshop.ends_at).limit(most)
    return count_changed(session, delete(Workshop).where(Workshop.id.in_(old)))


def is_there(session: Session, person: Person) -> bool:
    """Whether someone is still known by their name outside; their row is held, so that an erasure waits."""
    query = select(Person.id).filter_by(id=person.id, uuid=person.uuid, is_active=True)
    return session.scalar(query.with_for_update()) is not None


def free_places_of_leavers(session: Session, at: dt.datetime, most: int = 100) -> int:
    """Give back the places of people who are let in no longer, so that others get them; how many."""
    query = (
        select(Workshop.uuid, Booking.person_id)
        .join(Booking, Booking.workshop_id == Workshop.id)
        .join(Person, Person.id == Booking.person_id)
        .where(Workshop.starts_at > at, Workshop.cancelled_at.is_(None))
        .where(Booking.state != State.CANCELLED, Booking.attended_at.is_(None), ~Person.is_active)
        .order_by(Workshop.id)
        .limit(most)
    )
    found = session.execute(query).all()
    return sum(_free(session, locked(session, uuid), person_id, None, at) for uuid, person_id in found)


def locked(session: Session, uuid: UUID) -> Workshop:
    """A session, its row held until the end of the transaction. Raises NoResultFound."""
    query = select(Workshop).filter_by(uuid=uuid).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def bookings_of(session: Session, workshop: Workshop) -> Sequence[Booking]:
    """Everyone who ever asked for a place; the session's row must be held: then what others did meanwhile is seen."""
    query = select(Booking).filter_by(workshop_id=workshop.id).order_by(Booking.turn, Booking.id)
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def requests_of(known: Iterable[Booking]) -> list[Request]:
    """The same as the rules of places take them."""
    return [Request(one.id, one.turn, one.state) for one in known]


def own_booking(session: Session, person_id: int, uuid: UUID) -> Booking | None:
    """That a person asked for a place in a session."""
    query = select(Booking).join(Workshop).where(Workshop.uuid == uuid, Booking.person_id == person_id)
    return session.scalar(query)


def unshare(session: Session, booking_ids: Iterable[int]) -> None:
    """Nothing is shared any more by these."""
    gone = delete(SharedReflection).where(SharedReflection.booking_id.in_(list(booking_ids)))
    session.execute(gone, execution_options=UNSEEN)


def forget(session: Session, person: Person, at: dt.datetime) -> None:
    """Nothing is left of where a person was, or wanted to be; who waits for their place gets it."""
    query = select(Workshop).join(Booking).where(Booking.person_id == person.id).order_by(Workshop.id)
    for workshop in session.scalars(query.with_for_update(of=Workshop)).all():
        known = bookings_of(session, workshop)
        session.execute(delete(Booking).filter_by(workshop_id=workshop.id, person_id=person.id))
        _move_up(workshop, [one for one in known if one.person_id != person.id], at)
    session.execute(delete(CalendarFeed).filter_by(person_id=person.id), execution_options=UNSEEN)
    session.execute(delete(SharedReflection).filter_by(reader=person.uuid), execution_options=UNSEEN)
    session.flush()


def _open_one(session: Session, uuid: UUID, at: dt.datetime) -> Workshop:
    workshop = locked(session, uuid)
    if workshop.cancelled_at or workshop.starts_at <= at:
        raise ClosedError
    return workshop


def _move_up(workshop: Workshop, known: Sequence[Booking], at: dt.datetime) -> None:
    """Who waits gets what is free. Once it has begun, nobody is called any more: who is there takes a free place."""
    if workshop.cancelled_at or workshop.starts_at <= at:
        return
    chosen = set(places.to_move_up(requests_of(known), workshop.places))
    moved = [one for one in known if one.id in chosen]
    for one in moved:
        one.state = State.BOOKED
    _tell(moved, News.MOVED_UP, at)


def _tell(known: Iterable[Booking], news: News, at: dt.datetime) -> None:
    for one in known:
        if one.state is not State.CANCELLED:
            one.news, one.notice, one.news_from = weightier(one.news, news), None, at
            # A relay may have taken the same news since it was read here: it is told once more, and not to nobody.
            flag_modified(one, "news")


def _columns(wanted: Plan) -> dict[str, object]:
    return vars(wanted) | {"replaces": list(wanted.replaces)}
