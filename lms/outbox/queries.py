"""What waits in the outbox, and how it stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.db import as_facts
from lms.outbox.models import Delivery, Relay, Statement

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


def parked(session: Session, limit: int) -> Sequence[Statement]:
    """Statements that were refused, with the answers."""
    return session.scalars(
        select(Statement).filter_by(delivery=Delivery.PARKED).order_by(Statement.id).limit(limit)
    ).all()


def relays(session: Session, at: dt.datetime) -> Sequence[Relay]:
    """The relays at work."""
    return session.scalars(select(Relay).where(Relay.seen_at > at - SILENT_AFTER).order_by(Relay.id)).all()


def registrations(session: Session) -> Sequence[UUID]:
    """Every registration of which a statement was delivered."""
    return session.scalars(select(Statement.registration).filter_by(delivery=Delivery.DELIVERED).distinct()).all()


def delivered(session: Session, registration: UUID) -> set[UUID]:
    """The statements of a registration that the Learning Record Store should hold."""
    query = select(Statement.uuid).filter_by(registration=registration, delivery=Delivery.DELIVERED)
    return set(session.scalars(query))


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
