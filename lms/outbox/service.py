"""Recording what happened: each sink turns an event into rows of the outbox, in the event's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lms.events import Event
from lms.outbox.models import ANSWER_CHARACTERS, Delivery, Statement
from lms.outbox.partitions import partition_of

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


def record(session: Session, event: Event) -> None:
    """Write down for every sink that something happened. The caller's transaction decides whether it did."""
    for sink in session.info.get(SINKS, ()):
        for draft in sink(event):
            _queue(session, event, draft)


def session_options(sinks: Iterable[Sink]) -> dict[str, Any]:
    """Options of a session whose events go to these sinks."""
    return {"info": {SINKS: tuple(sinks)}}


def _queue(session: Session, event: Event, draft: Draft) -> None:
    session.add(
        Statement(
            uuid=draft.uuid,
            registration=event.registration,
            partition=partition_of(event.registration),
            body=draft.body,
            written_at=event.at,
            delivery=Delivery.PARKED if draft.fault else Delivery.QUEUED,
            answer=draft.fault and draft.fault[:ANSWER_CHARACTERS],
        )
    )
    # One by one: rows added together may be inserted in another order than they were recorded.
    session.flush()
