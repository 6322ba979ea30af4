"""Adding a store, filling it with what was written before it came, closing it and taking it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.orm import Session

from lms.db import UNSEEN, count_changed
from lms.outbox.models import Delivery, Forwarding, Statement, Store
from lms.outbox.queue import Queue
from lms.outbox.rules_in_sql import concerns

_LAY_OUT = (
    "INSERT INTO forwarding (statement_id, store_id, delivery, queued_at) "
    "SELECT statement.id, store.id, 'history', statement.written_at FROM statement, store "
    "WHERE store.id = :store AND statement.id > :after AND statement.id <= :up_to AND {concerns} "
    "ON CONFLICT DO NOTHING"
)


def add(session: Session, store: Store) -> None:
    """From this transaction on the store is told of what is written; of what was before, `lay_out` takes care.

    Must be the first in its transaction: nobody who writes may be half way meanwhile.
    """
    _let_writers_finish(session)
    session.add(store)
    session.flush()


def last_statement(session: Session) -> int:
    """Number of the newest statement; 0 if there is none."""
    return session.scalar(select(func.max(Statement.id))) or 0


def lay_out(session: Session, store: Store, after: int, limit: int) -> int:
    """Note for some of the statements after a number that the store is still to be told of them; where that ended.

    Of what it is told already nothing changes, so it can be begun again at any time.
    """
    up_to = after + limit
    _lay_out(session, store, after, up_to)
    return up_to


def lay_out_withdrawals(session: Session, store: Store, after: int) -> None:
    """Of what was written after a number while the history was laid out: what takes back a part of that.

    Must be the first in its transaction.
    """
    if store.verbs:
        _let_writers_finish(session)
        _lay_out(session, store, after, last_statement(session))


def _lay_out(session: Session, store: Store, after: int, up_to: int) -> None:
    rule = text(_LAY_OUT.format(concerns=concerns(session.get_bind().dialect.name)))
    # What takes another one back concerns a store that is told of that one, which the first time may have noted.
    for _ in range(2 if store.verbs else 1):
        session.execute(rule, {"store": store.id, "after": after, "up_to": up_to})


def open_for_sending(session: Session, store_id: int, at: dt.datetime) -> None:
    """The history is laid out: relays may begin."""
    session.execute(
        update(Store).where(Store.id == store_id, Store.ready_at.is_(None)).values(ready_at=at),
        execution_options=UNSEEN,
    )


def queue_history(session: Session, queue: Queue, partitions: Collection[int], limit: int, at: dt.datetime) -> int:
    """Queue the oldest of the history of these partitions, so many; how many there were."""
    oldest = (
        queue.select(Statement.id)
        .where(Forwarding.delivery == Delivery.HISTORY, Statement.partition.in_(sorted(partitions)))
        .order_by(Forwarding.statement_id)
        .limit(limit)
    )
    return _queue(session, queue, oldest, at)


def queue_before_others(session: Session, queue: Queue, registrations: Collection[UUID], at: dt.datetime) -> int:
    """Queue the whole history of registrations of which something new waits: the old goes before; how many."""
    all_of_them = queue.select(Statement.id).where(
        Forwarding.delivery == Delivery.HISTORY, Statement.registration.in_(sorted(registrations))
    )
    return _queue(session, queue, all_of_them, at)


def close(session: Session, store: Store, at: dt.datetime) -> None:
    """The store is told nothing that is written from now on; what waits for it is still sent."""
    store.closed_at = at
    session.add(store)


def remove(session: Session, store_id: int, limit: int) -> int:
    """Forget how some statements stand with a closed store, and the store with the last of them; how many there were.

    Must be the first in its transaction.
    """
    some = select(Forwarding.statement_id).where(Forwarding.store_id == store_id).limit(limit)
    found = session.scalars(some).all()
    session.execute(
        delete(Forwarding).where(Forwarding.store_id == store_id, Forwarding.statement_id.in_(found)),
        execution_options=UNSEEN,
    )
    if len(found) < limit:
        _let_writers_finish(session)
        session.execute(delete(Store).where(Store.id == store_id), execution_options=UNSEEN)
    return len(found)


def _let_writers_finish(session: Session) -> None:
    """Whoever is writing statements has decided already which stores are told of them; who comes next waits for us."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE statement IN SHARE MODE"))


def _queue(session: Session, queue: Queue, statements: Select[Any], at: dt.datetime) -> int:
    query = queue.update().where(Forwarding.statement_id.in_(statements), Forwarding.delivery == Delivery.HISTORY)
    return count_changed(session, query.values(delivery=Delivery.QUEUED, queued_at=at))
