"""Telling another store: from now on, and of what was before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lms.config import Settings
from lms.db import writing
from lms.outbox import queries
from lms.outbox import service as outbox
from lms.outbox.likeness import digest
from lms.outbox.models import Store
from lms.outbox.queries import Delivered
from lms.outbox.queue import MAIN, Queue
from lms.outbox.stores import service as stores
from lms.xapi.client import Client
from lms.xapi.target import Target, other_target, target

AT_A_TIME = 5000
NOWHERE = "its text is kept here no longer, and no store that was asked holds it"
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


def make_history_whole(session: Session, store: Store, sources: Sequence[Client]) -> Iterator[tuple[UUID, int, int]]:
    """Fetch from other stores the texts that are thinned here and that this one is still to be told.

    For each registration how many were found, and how many are nowhere: those are set aside as refused.
    Raises NoAnswerError.
    """
    queue = queries.queue_of(store)
    for registration in queries.thinned_history(session, queue):
        wanted = queries.thinned_of(session, queue, registration)
        nowhere = set(restore(session, sources, registration, wanted))
        with writing(session):
            outbox.set_history_aside(session, queue, nowhere, NOWHERE)
        yield registration, len(wanted) - len(nowhere), len(nowhere)


def restore(
    session: Session, sources: Sequence[Client], registration: UUID, wanted: Collection[Delivered]
) -> Collection[UUID]:
    """Take the texts of thinned statements from stores that hold them, each proved by its digest; which have none.

    Raises NoAnswerError.
    """
    proofs = {one.uuid: one.digest for one in wanted if one.digest}
    for source in sources:
        if not proofs:
            break
        found = {}
        for statement in source.statements(registration):
            uuid = UUID(statement["id"])
            if uuid in proofs and digest(statement) == proofs[uuid]:
                found[uuid] = {name: part for name, part in statement.items() if name not in _SET_BY_STORES}
        with writing(session):
            for uuid, statement in found.items():
                outbox.make_whole(session, uuid, json.dumps(statement, ensure_ascii=False, separators=(",", ":")))
        proofs = {uuid: proof for uuid, proof in proofs.items() if uuid not in found}
    return proofs.keys()


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
