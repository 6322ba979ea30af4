"""The outbox of an installation under test, seen from the application of this process."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from lms import events
from lms.db import db, writing
from lms.outbox.models import Delivery, Statement
from lms.outbox.service import record

LOOK_SECONDS = 0.05
"""Between two looks at what is queued, each of which takes time from the relay."""

Known = Callable[[Sequence[uuid.UUID]], None]


def tell(happened: Sequence[events.Event], known: Known = lambda _: None) -> None:
    """Let it happen; `known` learns the ids of the statements, in order, before a relay can see them."""
    with writing(db.session) as session:
        last = session.scalar(select(func.max(Statement.id))) or 0
        record(session, *happened)
        known(session.scalars(select(Statement.uuid).where(Statement.id > last).order_by(Statement.id)).all())


def queued() -> int:
    """How many statements wait."""
    with db.session.begin():
        return db.session.scalar(select(func.count()).where(Statement.delivery == Delivery.QUEUED)) or 0


def await_empty(seconds: float = math.inf) -> None:
    """Until none waits, or for so long."""
    until = time.perf_counter() + seconds
    while queued() and time.perf_counter() < until:
        time.sleep(LOOK_SECONDS)


def kept(delivery: Delivery) -> set[uuid.UUID]:
    """The statements that stand so."""
    with db.session.begin():
        return set(db.session.scalars(select(Statement.uuid).where(Statement.delivery == delivery)))
