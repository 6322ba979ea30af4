"""What waits in the outbox, and how it stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lms.db import as_facts
from lms.outbox.models import Delivery, Relay, Statement

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
    """How many statements are where."""

    queued: int
    delivered: int
    parked: int
    oldest_queued_at: dt.datetime | None
    last_delivery_at: dt.datetime | None


def waiting(session: Session, partitions: Collection[int], but: Collection[UUID], limit: int) -> list[Waiting]:
    """The oldest queued statements of these partitions, in order, without those of some registrations."""
    query = (
        select(Statement.id, Statement.uuid, Statement.registration, Statement.body)
        .where(Statement.delivery == Delivery.QUEUED, Statement.partition.in_(sorted(partitions)))
        .order_by(Statement.id)
        .limit(limit)
    )
    if but:
        query = query.where(Statement.registration.not_in(sorted(but)))
    return [Waiting(*row) for row in session.execute(query)]


def standing(session: Session) -> Standing:
    """How the outbox stands."""
    by_delivery = select(Statement.delivery, func.count()).group_by(Statement.delivery)
    counts = {row[0]: row[1] for row in session.execute(by_delivery)}
    oldest = select(Statement.written_at).filter_by(delivery=Delivery.QUEUED).order_by(Statement.id).limit(1)
    return Standing(
        queued=counts.get(Delivery.QUEUED, 0),
        delivered=counts.get(Delivery.DELIVERED, 0),
        parked=counts.get(Delivery.PARKED, 0),
        oldest_queued_at=session.scalar(oldest),
        last_delivery_at=session.scalar(select(func.max(Statement.delivered_at))),
    )


def delivered_since(session: Session, moment: dt.datetime) -> int:
    """How many statements the Learning Record Store has taken since then."""
    return session.scalar(select(func.count()).where(Statement.delivered_at >= moment)) or 0


def parked(session: Session, limit: int) -> Sequence[Statement]:
    """Statements that were refused, with the answers."""
    return session.scalars(
        select(Statement).filter_by(delivery=Delivery.PARKED).order_by(Statement.id).limit(limit)
    ).all()


def relays(session: Session, at: dt.datetime) -> Sequence[Relay]:
    """The relays at work."""
    return session.scalars(select(Relay).where(Relay.seen_at > at - SILENT_AFTER).order_by(Relay.id)).all()


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


def registrations(session: Session, span: Span = ALWAYS) -> Sequence[UUID]:
    """Every registration of which a statement of that time was delivered."""
    query = select(Statement.registration).filter_by(delivery=Delivery.DELIVERED).where(*span.conditions)
    return session.scalars(query.distinct()).all()


def delivered(session: Session, registration: UUID, span: Span = ALWAYS) -> set[UUID]:
    """The statements of a registration and time that the Learning Record Store should hold."""
    query = select(Statement.uuid).filter_by(registration=registration, delivery=Delivery.DELIVERED)
    return set(session.scalars(query.where(*span.conditions)))


def find(session: Session, statement: UUID) -> Statement | None:
    """A statement by its id."""
    return session.scalar(select(Statement).filter_by(uuid=statement))


def bodies(session: Session, span: Span = ALWAYS) -> Iterator[str]:
    """The JSON of all statements of a time, in the order in which they were written."""
    last, query = 0, select(Statement.id, Statement.body).where(*span.conditions).order_by(Statement.id)
    while rows := session.execute(query.where(Statement.id > last).limit(AT_A_TIME)).all():
        yield from (body for _, body in rows)
        last = rows[-1][0]


def own_record(session: Session, registrations: Collection[UUID]) -> dict[str, Any]:
    """What is told of some registrations: each statement as sent, without keys to questions, and how it stands."""
    query = select(Statement).where(Statement.registration.in_(registrations)).order_by(Statement.id)
    return {
        "statements": [
            as_facts(one, but={"body", "partition"}) | {"statement": _without_key(json.loads(one.body))}
            for one in session.scalars(query)
        ]
    }


def _without_key(statement: dict[str, Any]) -> dict[str, Any]:
    """Whoever has failed a quiz shall learn, not read off the answers; they are nobody's personal data."""
    statement.get("object", {}).get("definition", {}).pop("correctResponsesPattern", None)
    return statement


def count_of(session: Session, registrations: Collection[UUID]) -> dict[Delivery, int]:
    """How many statements of some registrations are where."""
    query = select(Statement.delivery, func.count()).where(Statement.registration.in_(registrations))
    return {row[0]: row[1] for row in session.execute(query.group_by(Statement.delivery))}
