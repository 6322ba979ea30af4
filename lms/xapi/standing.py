"""How statements stand with every store: for the command, the page of admins and the alarm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lms.outbox import queries
from lms.outbox.models import Relay
from lms.outbox.queries import Parked, Standing
from lms.outbox.queue import MAIN, Queue

SHOWN = 20
"""Refused statements of each store that are told; there may be more."""


@dataclass(frozen=True)
class StoreStands:
    """How it stands with one store."""

    name: str
    standing: Standing
    oldest_seconds: float | None
    """How long the oldest queued statement has waited."""
    trouble: str | None
    """Why a relay cannot deliver there."""
    parked: Sequence[Parked]


@dataclass(frozen=True)
class Stands:
    """How it stands with all of them."""

    stores: Sequence[StoreStands]
    """The main one first."""
    relays: Sequence[Relay]

    @property
    def longest(self) -> StoreStands:
        """The store for which a statement has waited the longest."""
        return max(self.stores, key=lambda store: store.oldest_seconds or 0.0)


def stand(session: Session, at: dt.datetime, shown: int = SHOWN) -> Stands:
    """How it stands at a moment."""
    relays = queries.relays(session, at)
    return Stands([_of_store(session, queue, relays, at, shown) for queue in queries.all_queues(session)], relays)


def _of_store(session: Session, queue: Queue, relays: Sequence[Relay], at: dt.datetime, shown: int) -> StoreStands:
    standing = queries.standing(session, queue)
    since = standing.oldest_queued_at
    return StoreStands(
        name=queue.name,
        standing=standing,
        oldest_seconds=max((at - since).total_seconds(), 0.0) if since else None,
        trouble=next((trouble for relay in relays if (trouble := trouble_of(relay, queue))), None),
        parked=queries.parked(session, shown, queue),
    )


def trouble_of(relay: Relay, queue: Queue) -> str | None:
    """Why a relay cannot deliver to a store at present."""
    return relay.trouble if queue == MAIN else (relay.troubles or {}).get(queue.name)


def as_json_of(found: Stands) -> dict[str, Any]:
    """The main store's figures, those of every other under `stores`, and the relays."""
    main, *others = found.stores
    relays = [{"name": one.name, "partitions": one.partitions, "trouble": one.trouble} for one in found.relays]
    return _facts(main) | {"relays": relays, "stores": {one.name: _facts(one) for one in others}}


def _facts(store: StoreStands) -> dict[str, Any]:
    standing = store.standing
    return {
        "queued": standing.queued,
        "history": standing.history,
        "delivered": standing.delivered,
        "parked": standing.parked,
        "parked_without_text": standing.textless,
        "oldest_queued_seconds": store.oldest_seconds,
        "last_delivery": standing.last_delivery_at.isoformat() if standing.last_delivery_at else None,
        "paused": store.trouble,
        "first_parked": {str(one.uuid): one.answer for one in store.parked},
    }


def sentences(found: Stands) -> str:
    """The same for people."""
    lines = []
    for store in found.stores:
        lines += [f"{store.name}:"] * (len(found.stores) > 1) + _lines(store)
    if not found.relays:
        lines.append("no relay is at work; start one with `lms relay`")
    return "\n".join(lines)


def _lines(store: StoreStands) -> list[str]:
    standing, oldest, last = store.standing, store.oldest_seconds, store.standing.last_delivery_at
    textless = f"  {standing.textless} of them cannot be sent: their texts are kept here no longer"
    lines = [
        f"{standing.queued} queued" + (f", the oldest for {oldest:.0f} s" if oldest is not None else ""),
        f"{standing.delivered} delivered" + (f", last {last.isoformat()}" if last else ""),
        f"{standing.parked} parked" + (": refused, see `lms xapi retry`" if standing.parked else ""),
        *([textless] if standing.textless else []),
    ]
    lines += [f"  {one.uuid}: {one.answer}" for one in store.parked]
    if standing.history:
        lines.append(f"{standing.history} older ones follow bit by bit")
    return [*lines, f"not delivering: {store.trouble}"] if store.trouble else lines
