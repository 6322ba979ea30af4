"""Recording what happened: each sink turns an event into rows of the outbox, in the event's own transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from lms.db import UNSEEN
from lms.db import insert as upsert
from lms.events import Event
from lms.outbox.models import ANSWER_CHARACTERS, Alarm, Delivery, Relay, Statement
from lms.outbox.partitions import partition_of

_INSERT = insert(Statement).inline()
LASTS = dt.timedelta(minutes=5)
"""What is over by then is no alarm."""
AGAIN = dt.timedelta(days=1)
"""After so long operators are told once more of what lasts."""
SINKS = "sinks"
"""Key of the session's `info` under which the sinks are listed."""


@dataclass(frozen=True)
class Draft:
    """A statement as a sink makes it: its final id and JSON."""

    uuid: uuid.UUID
    body: str
    fault: str | None = None
    """Why it must not be sent; it is kept parked then."""


Sink = Callable[[Event], Iterable[Draft]]


def record(session: Session, *events: Event) -> None:
    """Write down for every sink what happened, in this order. The caller's transaction decides whether it did.

    Raises KeyError for a session that was not given sinks: what happened would be told to nobody.
    """
    rows = [_row(event, draft) for sink in session.info[SINKS] for event in events for draft in sink(event)]
    if rows:
        # At once: rows that a session gathers may be inserted in another order than they were recorded.
        session.connection().execute(_INSERT, rows)


def follow(session: Session, statement: Statement, draft: Draft, at: dt.datetime) -> None:
    """Queue another statement behind all that were written of the registration of this one."""
    row = {"uuid": draft.uuid, "registration": statement.registration, "partition": statement.partition}
    values = {"body": draft.body, "written_at": at, "delivery": Delivery.QUEUED, "answer": None}
    session.connection().execute(_INSERT, [row | values])


def session_options(sinks: Iterable[Sink]) -> dict[str, Any]:
    """Options of a session whose events go to these sinks."""
    return {"info": {SINKS: tuple(sinks)}}


def mark_delivered(session: Session, ids: Collection[int], at: dt.datetime) -> None:
    """The Learning Record Store holds these statements."""
    session.execute(
        update(Statement)
        .where(Statement.id.in_(ids), Statement.delivery == Delivery.QUEUED)
        .values(delivery=Delivery.DELIVERED, delivered_at=at, answer=None),
        execution_options=UNSEEN,
    )


def park(session: Session, id_: int, answer: str) -> None:
    """Set aside a statement that the Learning Record Store refuses; it waits for `retry`."""
    session.execute(
        update(Statement)
        .where(Statement.id == id_, Statement.delivery == Delivery.QUEUED)
        .values(delivery=Delivery.PARKED, answer=answer.replace("\0", "")[:ANSWER_CHARACTERS]),
        execution_options=UNSEEN,
    )


def retry(session: Session, statement: uuid.UUID | None = None) -> int:
    """Queue a parked statement again, or all of them; how many."""
    query = update(Statement).where(Statement.delivery == Delivery.PARKED)
    if statement:
        query = query.where(Statement.uuid == statement)
    return _count(session, query.values(delivery=Delivery.QUEUED, answer=None))


def send_again(session: Session, statements: Collection[uuid.UUID]) -> int:
    """Queue delivered statements again that the Learning Record Store does not hold; how many."""
    query = update(Statement).where(Statement.delivery == Delivery.DELIVERED, Statement.uuid.in_(statements))
    return _count(session, query.values(delivery=Delivery.QUEUED, delivered_at=None))


def report(session: Session, name: str, partitions: int, trouble: str | None, at: dt.datetime) -> None:
    """A relay says that it is at work, and what hinders it; reports of relays long gone are dropped."""
    session.execute(delete(Relay).where(Relay.seen_at < at - dt.timedelta(days=1)))
    relay = session.scalar(select(Relay).filter_by(name=name)) or Relay(name=name)
    relay.partitions, relay.seen_at = partitions, at
    relay.trouble = trouble and trouble.replace("\0", "")[:ANSWER_CHARACTERS]
    session.add(relay)


def leave(session: Session, name: str) -> None:
    """A relay stops."""
    session.execute(delete(Relay).where(Relay.name == name))


def raise_alarm(session: Session, name: str, at: dt.datetime) -> bool:
    """Whether operators are to be told now: of what has lasted for a while, or for another day.

    Of several relays one tells. What was told long after it happened waits for a moment only, and is none.
    """
    session.execute(upsert(session, Alarm).values(name=name, noticed_at=at).on_conflict_do_nothing())
    is_due = Alarm.raised_at.is_(None) | (Alarm.raised_at <= at - AGAIN)
    told = update(Alarm).where(Alarm.name == name, Alarm.noticed_at <= at - LASTS, is_due).values(raised_at=at)
    return session.execute(told.returning(Alarm.name), execution_options=UNSEEN).scalar() is not None


def end_alarm(session: Session, name: str) -> None:
    """It is over."""
    session.execute(delete(Alarm).where(Alarm.name == name))


def _count(session: Session, query: Any) -> int:
    result = session.execute(query, execution_options=UNSEEN)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _row(event: Event, draft: Draft) -> dict[str, Any]:
    return {
        "uuid": draft.uuid,
        "registration": event.registration,
        "partition": partition_of(event.registration),
        "body": draft.body,
        "written_at": event.at,
        "delivery": Delivery.PARKED if draft.fault else Delivery.QUEUED,
        "answer": draft.fault and draft.fault[:ANSWER_CHARACTERS],
    }


def forget(session: Session, registrations: Collection[uuid.UUID]) -> None:
    """Nothing is left here of what was told of some registrations; what still waited is never sent."""
    session.execute(
        delete(Statement).where(Statement.registration.in_(registrations)),
        execution_options=UNSEEN,
    )


def drop_old(session: Session, before: dt.datetime, limit: int) -> int:
    """Delete statements that were delivered before a moment, some at a time; how many."""
    oldest = select(Statement.id, Statement.delivered_at).filter_by(delivery=Delivery.DELIVERED).order_by(Statement.id)
    old = [id_ for id_, at in session.execute(oldest.limit(limit)) if at and at < before]
    session.execute(delete(Statement).where(Statement.id.in_(old)), execution_options=UNSEEN)
    return len(old)
