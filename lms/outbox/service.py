"""Recording what happened: each sink turns an event into rows of the outbox, in the event's own transaction."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lms.db import UNSEEN, count_changed
from lms.db import insert as upsert
from lms.events import Event
from lms.outbox.likeness import digest, stub
from lms.outbox.models import ANSWER_CHARACTERS, Alarm, Delivery, Forwarding, Relay, Statement
from lms.outbox.partitions import partition_of
from lms.outbox.queries import Waiting
from lms.outbox.queue import MAIN, MAIN_NAME, Queue

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


Sink = Callable[[Session, Event], Iterable[Draft]]


def record(session: Session, *events: Event) -> None:
    """Write down for every sink what happened, in this order. The caller's transaction decides whether it did.

    Raises KeyError for a session that was not given sinks: what happened would be told to nobody.
    """
    rows = [_row(event, draft) for sink in session.info[SINKS] for event in events for draft in sink(session, event)]
    if rows:
        # At once: rows that a session gathers may be inserted in another order than they were recorded.
        session.connection().execute(_INSERT, rows)


def follow(session: Session, statement: Statement, draft: Draft, at: dt.datetime) -> None:
    """Queue another statement behind all that were written of the registration of this one."""
    row = {"uuid": draft.uuid, "registration": statement.registration, "partition": statement.partition}
    values = {"body": draft.body, "written_at": at, "delivery": Delivery.QUEUED, "answer": None}
    session.connection().execute(_INSERT, [row | values])


def session_facts(sinks: Iterable[Sink]) -> dict[str, Any]:
    """What a session has to know so that its events go to these sinks."""
    return {SINKS: tuple(sinks)}


def mark_delivered(session: Session, statements: Mapping[int, uuid.UUID], at: dt.datetime, queue: Queue = MAIN) -> None:
    """The store holds these statements, which are given by number and id."""
    session.execute(
        queue.update()
        .where(queue.is_one_of(statements), queue.state.delivery == Delivery.QUEUED)
        .values(delivery=Delivery.DELIVERED, delivered_at=at, answer=None),
        execution_options=UNSEEN,
    )


def park(session: Session, statement: Waiting, answer: str, queue: Queue = MAIN) -> None:
    """Set aside a statement that the store refuses; it waits for `retry`."""
    session.execute(
        queue.update()
        .where(queue.is_one_of({statement.id: statement.uuid}), queue.state.delivery == Delivery.QUEUED)
        .values(delivery=Delivery.PARKED, answer=answer.replace("\0", "")[:ANSWER_CHARACTERS]),
        execution_options=UNSEEN,
    )


def retry(session: Session, at: dt.datetime, statement: uuid.UUID | None = None, queue: Queue = MAIN) -> int:
    """Queue a parked statement again, or all of them; how many. One without a text stays where it is."""
    found = select(Statement.id).where(Statement.digest.is_(None))
    if statement:
        found = found.where(Statement.uuid == statement)
    query = queue.update().where(queue.state.delivery == Delivery.PARKED, queue.key.in_(found))
    return count_changed(session, query.values(delivery=Delivery.QUEUED, answer=None, queued_at=at))


def send_again(
    session: Session, statements: Collection[uuid.UUID], at: dt.datetime, queue: Queue = MAIN
) -> set[uuid.UUID]:
    """Queue delivered statements again that the store does not hold; which: those that have a text here."""
    # Locked, so that none of them is thinned before this is committed.
    whole = select(Statement.id, Statement.uuid).where(Statement.uuid.in_(statements), Statement.digest.is_(None))
    rows = session.execute(whole.order_by(Statement.id).with_for_update(key_share=True))
    found = {row.id: row.uuid for row in rows}
    query = queue.update().where(queue.state.delivery == Delivery.DELIVERED, queue.key.in_(found))
    session.execute(query.values(delivery=Delivery.QUEUED, delivered_at=None, queued_at=at), execution_options=UNSEEN)
    return set(found.values())


def report(session: Session, name: str, partitions: int, troubles: Mapping[str, str | None], at: dt.datetime) -> None:
    """A relay says that it is at work, and what hinders it at each store; reports of relays long gone are dropped."""
    session.execute(delete(Relay).where(Relay.seen_at < at - dt.timedelta(days=1)))
    relay = session.scalar(select(Relay).filter_by(name=name)) or Relay(name=name)
    relay.partitions, relay.seen_at = partitions, at
    said = {store: text.replace("\0", "")[:ANSWER_CHARACTERS] for store, text in troubles.items() if text}
    relay.trouble = said.pop(MAIN_NAME, None)
    relay.troubles = said
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
    """Nothing is left here of what was told of some registrations; what still waited is never sent.

    A relay looks here before it sends, so no more than ON_THEIR_WAY may still arrive at each store.
    """
    session.execute(
        delete(Statement).where(Statement.registration.in_(registrations)),
        execution_options=UNSEEN,
    )


def thin(session: Session, before: dt.datetime, limit: int) -> int:
    """Of statements that every store took before a moment keep the proof alone, some at a time; how many.

    What stays says who must hold which statement, and what it must say; no longer what that is.
    """
    elsewhere = select(Forwarding).where(
        Forwarding.statement_id == Statement.id, Forwarding.delivery != Delivery.DELIVERED
    )
    is_done = (
        Statement.digest.is_(None),
        Statement.delivered_at < before,
        Statement.delivery == Delivery.DELIVERED,
        ~elsewhere.exists(),
    )
    old = select(Statement.id, Statement.body).where(*is_done)
    # What somebody is about to send again, or to tell another store, is left for the next time.
    some = old.order_by(Statement.delivered_at).limit(limit).with_for_update(skip_locked=True)
    found = [(id_, json.loads(body)) for id_, body in session.execute(some)]
    if not found:
        return 0
    thinned = [{"key": id_, "proof": digest(one), "stub": json.dumps(stub(one))} for id_, one in found]
    # Asked once more: until all were locked, one or another may have been queued for a store.
    query = update(Statement).where(Statement.id == bindparam("key"), *is_done)
    result = session.connection().execute(query.values(digest=bindparam("proof"), body=bindparam("stub")), thinned)
    return result.rowcount


def set_history_aside(session: Session, queue: Queue, statements: Collection[uuid.UUID], why: str) -> None:
    """Older statements that can never be sent to a store."""
    found = select(Statement.id).where(Statement.uuid.in_(statements))
    query = queue.update().where(queue.key.in_(found), queue.state.delivery == Delivery.HISTORY)
    session.execute(query.values(delivery=Delivery.PARKED, answer=why), execution_options=UNSEEN)


def make_whole(session: Session, bodies: Mapping[uuid.UUID, str]) -> None:
    """Thinned statements have their bodies again, which say the same as those that they were thinned from."""
    for statement, body in sorted(bodies.items()):
        whole = update(Statement).where(Statement.uuid == statement, Statement.digest.is_not(None))
        session.execute(whole.values(body=body, digest=None), execution_options=UNSEEN)
