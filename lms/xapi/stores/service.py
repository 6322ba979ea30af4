"""Telling another store: from now on, and of what was before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lms.config import Settings
from lms.db import writing
from lms.outbox import queries
from lms.outbox import service as outbox
from lms.outbox.likeness import digest
from lms.outbox.models import Delivery, Store
from lms.outbox.queries import Delivered
from lms.outbox.queue import MAIN, Queue
from lms.outbox.stores import service as stores
from lms.xapi.activities import Json
from lms.xapi.client import Client
from lms.xapi.target import Target, other_target, target

AT_A_TIME = 5000
NOWHERE = "its text is kept here no longer, and no other store that was asked holds it"
_SET_BY_STORES = ("stored", "authority", "version")


def target_of(session: Session, settings: Settings, queue: Queue) -> Target:
    """Where the store of a queue is. Raises OSError or ValueError when its password cannot be read."""
    if queue == MAIN:
        return target(settings)
    return other_target(settings, session.get_one(Store, queue.store_id))


def lay_out(session: Session, store: Store) -> Iterator[int]:
    """Note all of the history that a store is to be told; how much of it is done, in percent.

    It may be stopped and begun anew. Relays begin to send after `open_for_sending` only.
    """
    after, last = 0, stores.last_statement(session)
    while after < last:
        with writing(session):
            after = stores.lay_out(session, store, after, AT_A_TIME)
        yield min(100 * after // last, 100)
    with writing(session):
        stores.lay_out_withdrawals(session, store, last)


def make_history_whole(session: Session, store: Store, sources: Sequence[Client]) -> Iterator[tuple[UUID, int, int]]:
    """Fetch from other stores the texts that are thinned here and that this one is still to be told.

    For each registration how many were found, and how many are nowhere: those are set aside as refused.
    Raises NoAnswerError.
    """
    queue = queries.queue_of(store)
    for registration in queries.textless_registrations(session, queue, Delivery.HISTORY):
        wanted = queries.textless(session, queue, Delivery.HISTORY, registration)
        found = texts(sources, registration, wanted)
        nowhere = {one.uuid for one in wanted} - found.keys()
        with writing(session):
            outbox.make_whole(session, found)
            outbox.set_history_aside(session, queue, nowhere, NOWHERE)
        yield registration, len(found), len(nowhere)


def make_parked_whole(session: Session, queue: Queue, sources: Sequence[Client], statement: UUID | None) -> None:
    """Fetch from other stores the texts of statements that one has refused, or of one of them. Raises NoAnswerError."""
    for registration in queries.textless_registrations(session, queue, Delivery.PARKED):
        wanted = queries.textless(session, queue, Delivery.PARKED, registration)
        found = texts(sources, registration, (one for one in wanted if statement in (None, one.uuid)))
        with writing(session):
            outbox.make_whole(session, found)


def texts(sources: Iterable[Client], registration: UUID, wanted: Iterable[Delivered]) -> dict[UUID, str]:
    """The texts of thinned statements from stores that hold them, each proved by its digest. Raises NoAnswerError."""
    proofs = {one.uuid: one.digest for one in wanted if one.digest}
    found: dict[UUID, str] = {}
    for source in sources:
        for uuid, statement in _held(source, registration, proofs.keys() - found.keys()):
            if digest(statement) == proofs[uuid]:
                ours = {name: part for name, part in statement.items() if name not in _SET_BY_STORES}
                found[uuid] = json.dumps(ours, ensure_ascii=False, separators=(",", ":"))
    return found


def _held(source: Client, registration: UUID, wanted: Collection[UUID]) -> Iterator[tuple[UUID, Json]]:
    """What a store holds of statements of a registration."""
    left = set(wanted)
    for statement in source.statements(registration) if left else ():
        if (uuid := UUID(statement["id"])) in left:
            left.remove(uuid)
            yield uuid, statement
    # A list leaves out what was taken back.
    for uuid in left:
        if found := source.held(uuid):
            yield uuid, found


def open_for_sending(session: Session, store: Store, at: dt.datetime) -> None:
    """Relays may begin."""
    with writing(session):
        stores.open_for_sending(session, store.id, at)


def remove(session: Session, store: Store) -> None:
    """Forget a closed store."""
    while True:
        with writing(session):
            if stores.remove(session, store.id, AT_A_TIME) < AT_A_TIME:
                return
