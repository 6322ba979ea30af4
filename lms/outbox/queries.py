"""What waits in the outbox, and how it stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from lms.db import as_facts
from lms.outbox.likeness import identity, is_withdrawal
from lms.outbox.models import Delivery, Forwarding, Relay, Statement, Store
from lms.outbox.queue import MAIN, Queue

AT_A_TIME = 1000
"""Statements held in memory at once."""
SILENT_AFTER = dt.timedelta(seconds=60)
"""A relay that has said nothing for so long is not at work."""


class Waiting(NamedTuple):
    """A queued statement, as a relay takes it up."""

    id: int
    uuid: UUID
    registration: UUID
    body: str


@dataclass(frozen=True)
class Standing:
    """How many statements are where on their way to a store."""

    queued: int
    delivered: int
    parked: int
    oldest_queued_at: dt.datetime | None
    last_delivery_at: dt.datetime | None
    history: int = 0
    """Older ones that are queued bit by bit."""
    textless: int = 0
    """Of the parked those that cannot be sent, since their texts are kept here no longer."""


class Parked(NamedTuple):
    """A statement that a store refused, with its answer."""

    uuid: UUID
    written_at: dt.datetime
    answer: str | None
    has_text: bool
    """Else it cannot be sent."""


def waiting(
    session: Session, partitions: Collection[int], but: Collection[UUID], limit: int, queue: Queue = MAIN
) -> list[Waiting]:
    """The oldest queued statements of these partitions, in order, without those of some registrations."""
    query = (
        queue.select(Statement.id, Statement.uuid, Statement.registration, Statement.body)
        .where(
            queue.state.delivery == Delivery.QUEUED,
            Statement.partition.in_(sorted(partitions)),
            Statement.digest.is_(None),  # what has no text can never be sent
        )
        .order_by(queue.key)
        .limit(limit)
    )
    if but:
        query = query.where(Statement.registration.not_in(sorted(but)))
    return [Waiting(*row) for row in session.execute(query)]


def still_queued(place: Connection, statements: Collection[Waiting], queue: Queue = MAIN) -> list[Waiting]:
    """Those of them that wait even now: a person may have been erased since they were read."""
    found = set(place.scalars(_still_queued(queue), {"numbers": [one.id for one in statements]}))
    return [one for one in statements if one.uuid in found]


@cache
def _still_queued(queue: Queue) -> Select[tuple[UUID]]:
    # Asked for every batch: built once. By number, as that is found fastest.
    numbers: BindParameter[int] = bindparam("numbers", expanding=True)
    return queue.select(Statement.uuid).where(queue.key.in_(numbers), queue.state.delivery == Delivery.QUEUED)


def first_of_history(session: Session, queue: Queue, registrations: Collection[UUID]) -> dict[UUID, int]:
    """Numbers of the oldest statements of registrations that are not queued yet: what is newer must wait for them."""
    query = (
        queue.select(Statement.registration, func.min(Statement.id))
        .where(queue.state.delivery == Delivery.HISTORY, Statement.registration.in_(sorted(registrations)))
        .group_by(Statement.registration)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def has_history(session: Session, queue: Queue) -> bool:
    """Whether the store is not filled yet."""
    query = queue.select_state(queue.key).where(queue.state.delivery == Delivery.HISTORY).limit(1)
    return session.scalar(query) is not None


def standing(session: Session, queue: Queue = MAIN) -> Standing:
    """How the outbox stands with a store."""
    delivery = queue.state.delivery
    counts = {row[0]: row[1] for row in session.execute(queue.select_state(delivery, func.count()).group_by(delivery))}
    return Standing(
        queued=counts.get(Delivery.QUEUED, 0),
        delivered=counts.get(Delivery.DELIVERED, 0),
        parked=counts.get(Delivery.PARKED, 0),
        oldest_queued_at=_oldest_queued_at(session, queue),
        last_delivery_at=session.scalar(queue.select_state(func.max(queue.state.delivered_at))),
        history=counts.get(Delivery.HISTORY, 0),
        textless=count_textless(session, queue) if counts.get(Delivery.PARKED) else 0,
    )


def count_textless(session: Session, queue: Queue = MAIN, statement: UUID | None = None) -> int:
    """How many parked statements have no text here any more, or whether one is such."""
    query = queue.select(func.count()).where(queue.state.delivery == Delivery.PARKED, Statement.digest.is_not(None))
    return session.scalar(query.where(Statement.uuid == statement) if statement else query) or 0


def _oldest_queued_at(session: Session, queue: Queue) -> dt.datetime | None:
    """Since when the one could have been sent that has waited for the longest."""
    queued = queue.state.delivery == Delivery.QUEUED
    # That it is not null is said for the index's sake.
    again = queue.select_state(func.min(queue.state.queued_at)).where(queued, queue.state.queued_at.is_not(None))
    found = [session.scalar(again)]
    if queue == MAIN:
        first = select(Statement.written_at).where(queued, Statement.queued_at.is_(None)).order_by(Statement.id)
        found.append(session.scalar(first.limit(1)))
    return min((moment for moment in found if moment), default=None)


def delivered_since(session: Session, moment: dt.datetime, queue: Queue = MAIN) -> int:
    """How many statements the store has taken since then."""
    query = queue.select_state(func.count()).where(queue.state.delivered_at >= moment)
    return session.scalar(query) or 0


def parked(session: Session, limit: int, queue: Queue = MAIN) -> Sequence[Parked]:
    """The oldest statements that the store refused, with the answers."""
    query = queue.select(Statement.uuid, Statement.written_at, queue.state.answer, Statement.digest.is_(None))
    found = query.where(queue.state.delivery == Delivery.PARKED).order_by(queue.key).limit(limit)
    return [Parked(*row) for row in session.execute(found)]


def relays(session: Session, at: dt.datetime) -> Sequence[Relay]:
    """The relays at work."""
    return session.scalars(select(Relay).where(Relay.seen_at > at - SILENT_AFTER).order_by(Relay.id)).all()


def stores(session: Session) -> Sequence[Store]:
    """The stores beside the main one, in the order in which they were added."""
    return session.scalars(select(Store).order_by(Store.id)).all()


def store_by_name(session: Session, name: str) -> Store | None:
    """A store beside the main one."""
    return session.scalar(select(Store).filter_by(name=name))


def queue_of(store: Store) -> Queue:
    """What waits for a store beside the main one."""
    return Queue(store.id, store.name)


def all_queues(session: Session) -> list[Queue]:
    """What waits for each store: the main one first."""
    return [MAIN, *(queue_of(store) for store in stores(session))]


@dataclass(frozen=True)
class Span:
    """From one moment on, up to another; None: without an end."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Of statements written in it."""
        found = [Statement.written_at >= self.since] if self.since else []
        return [*found, Statement.written_at < self.until] if self.until else found


ALWAYS = Span()


class Delivered(NamedTuple):
    """A statement that a store should hold."""

    uuid: UUID
    body: str
    digest: bytes | None
    """None while the body is whole."""


def registrations(session: Session, span: Span = ALWAYS, queue: Queue = MAIN) -> Sequence[UUID]:
    """Every registration of which a statement of that time was delivered."""
    query = queue.select(Statement.registration).where(queue.state.delivery == Delivery.DELIVERED, *span.conditions)
    return session.scalars(query.distinct()).all()


def delivered(session: Session, registration: UUID, span: Span = ALWAYS, queue: Queue = MAIN) -> list[Delivered]:
    """The statements of a registration and time that the store should hold."""
    query = queue.select(Statement.uuid, Statement.body, Statement.digest).where(
        Statement.registration == registration, queue.state.delivery == Delivery.DELIVERED, *span.conditions
    )
    return [Delivered(*row) for row in session.execute(query)]


def textless_registrations(session: Session, queue: Queue, delivery: Delivery) -> Sequence[UUID]:
    """Registrations of which something stands so with a store, though its text is kept here no longer."""
    query = queue.select(Statement.registration).where(queue.state.delivery == delivery, Statement.digest.is_not(None))
    return session.scalars(query.distinct()).all()


def textless(session: Session, queue: Queue, delivery: Delivery, registration: UUID) -> list[Delivered]:
    """Those of one registration."""
    query = queue.select(Statement.uuid, Statement.body, Statement.digest).where(
        Statement.registration == registration, queue.state.delivery == delivery, Statement.digest.is_not(None)
    )
    return [Delivered(*row) for row in session.execute(query)]


def find(session: Session, statement: UUID) -> Statement | None:
    """A statement by its id."""
    return session.scalar(select(Statement).filter_by(uuid=statement))


def find_alone(session: Session, statement: UUID) -> Statement | None:
    """The same; until the transaction ends nobody else has it like this."""
    return session.scalar(select(Statement).filter_by(uuid=statement).with_for_update())


class Told(NamedTuple):
    """A statement of some registration; its body may be thinned."""

    uuid: UUID
    registration: UUID
    written_at: dt.datetime
    body: str
    digest: bytes | None


def told(session: Session, registrations: Collection[UUID]) -> list[Told]:
    """All statements of some registrations, in the order in which they were written."""
    query = select(Statement.uuid, Statement.registration, Statement.written_at, Statement.body, Statement.digest)
    found = query.where(Statement.registration.in_(registrations)).order_by(Statement.id)
    return [Told(*row) for row in session.execute(found)]


def bodies(session: Session, span: Span = ALWAYS) -> Iterator[str]:
    """The JSON of all statements of a time that are kept whole, in the order in which they were written."""
    last, query = 0, select(Statement.id, Statement.body).where(Statement.digest.is_(None), *span.conditions)
    while rows := session.execute(query.where(Statement.id > last).order_by(Statement.id).limit(AT_A_TIME)).all():
        yield from (body for _, body in rows)
        last = rows[-1][0]


def thinned(session: Session, span: Span = ALWAYS) -> int:
    """Of how many statements of a time only the proof is kept."""
    query = select(func.count()).select_from(Statement).where(Statement.digest.is_not(None), *span.conditions)
    return session.scalar(query) or 0


def own_record(session: Session, registrations: Collection[UUID]) -> dict[str, Any]:
    """What is told of some registrations: each statement as sent, without keys to questions, and how it stands."""
    query = select(Statement).where(Statement.registration.in_(registrations)).order_by(Statement.id)
    others = _also_told(session, registrations)
    return {
        "statements": [
            as_facts(one, but={"body", "partition"})
            | {"statement": _without_key(json.loads(one.body))}
            | ({"also_told": others[one.id]} if one.id in others else {})
            for one in session.scalars(query)
        ]
    }


def _also_told(session: Session, registrations: Collection[UUID]) -> dict[int, dict[str, str]]:
    """How each statement stands with the stores beside the main one, by their names."""
    query = (
        select(Forwarding.statement_id, Store.name, Forwarding.delivery)
        .join(Store, Store.id == Forwarding.store_id)
        .join(Statement, Statement.id == Forwarding.statement_id)
        .where(Statement.registration.in_(registrations))
    )
    found: dict[int, dict[str, str]] = {}
    for statement, store, delivery in session.execute(query):
        found.setdefault(statement, {})[store] = str(delivery)
    return found


def _without_key(statement: dict[str, Any]) -> dict[str, Any]:
    """Whoever has failed a quiz shall learn, not read off the answers; they are nobody's personal data."""
    statement.get("object", {}).get("definition", {}).pop("correctResponsesPattern", None)
    return statement


def count_of(session: Session, registrations: Collection[UUID], queue: Queue = MAIN) -> dict[Delivery, int]:
    """How many statements of some registrations are where."""
    query = queue.select(queue.state.delivery, func.count()).where(Statement.registration.in_(registrations))
    return {row[0]: row[1] for row in session.execute(query.group_by(queue.state.delivery))}


class Actors(NamedTuple):
    """By which names (as JSON) statements call their actors."""

    names: set[str]
    unknown: int
    """Of so many the name is not known: they were thinned by a version that did not keep it."""


def actors_of(session: Session, registrations: Collection[UUID]) -> Actors:
    """As whom the statements of some registrations name the person; what is taken back there is told by another."""
    query = select(Statement.body).where(Statement.registration.in_(registrations))
    actors = [one.get("actor") for one in map(json.loads, session.scalars(query)) if not is_withdrawal(one)]
    names = {json.dumps(identity(actor)) for actor in actors if actor}
    return Actors(names, sum(1 for actor in actors if not actor))
