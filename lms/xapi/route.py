"""The way to one store: what waits for it, what is under way, and what has become of it."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms.db import writing
from lms.outbox import queries, service
from lms.outbox.partitions import PARTITIONS
from lms.outbox.queries import Waiting
from lms.outbox.queue import ON_THEIR_WAY, Queue
from lms.outbox.stores import service as stores
from lms.xapi.answers import Verdict
from lms.xapi.carrying import Outcome, Trouble
from lms.xapi.client import Client
from lms.xapi.flights import Flights, Landed
from lms.xapi.schedule import BATCH, Schedule
from lms.xapi.target import Target
from lms.xapi.turns import Allowance, Turns

FLIGHTS = ON_THEIR_WAY // BATCH
"""Batches under way at once: one is written down here while the store works on the other."""
READ_AHEAD = 8 * BATCH
IDLE_SECONDS = 0.3
"""How long a new statement may lie unseen."""
FILL_SECONDS = 0.3
"""Between two portions of a store's history."""

log = structlog.get_logger("lms.xapi.relay")

Find = Callable[[], Target]
"""Where the store is, looked up anew. Raises OSError or ValueError when it cannot be read."""


@dataclass
class Ledger:
    """What became of statements, until it is written down in the database."""

    delivered: dict[int, UUID] = field(default_factory=dict)
    """Their ids by their numbers."""
    parked: list[tuple[Waiting, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.delivered) + len(self.parked)


class Route:
    """The way to one store. Its owner has one thread for all of them; batches are under way in others."""

    def __init__(self, queue: Queue, find: Find, landed: Landed, rate: int | None = None) -> None:
        self.name = queue.name
        self.queue = queue
        self._find = find
        self._target = find()
        self._client = Client(self._target)
        self._schedule = Schedule()
        self.flights = Flights(landed)
        self._waiting: list[Waiting] = []
        """The oldest statements that are neither under way nor in the ledger, in order."""
        self._ledger = Ledger()
        self._turns = Turns()
        self._allowance = Allowance(rate)
        self._has_history = queue.store_id is not None

    @property
    def endpoint(self) -> str:
        """Where statements go."""
        return self._target.endpoint

    @property
    def trouble(self) -> str | None:
        """Why nothing can be delivered at present."""
        return self._schedule.trouble

    @property
    def unwritten(self) -> int:
        """Statements of which it is known what became of them, but not yet in the database."""
        return len(self._ledger)

    def close(self) -> None:
        """End all connections; what is under way comes back as failed."""
        self._client.close()

    def follow(self, outcome: Outcome) -> None:
        """Take in what became of a batch."""
        self._ledger.delivered |= {statement.id: statement.uuid for statement in outcome.delivered}
        self._ledger.parked += outcome.parked
        was_in_trouble = self._schedule.trouble is not None
        self._schedule.follow(outcome, time.monotonic(), random.random())  # spreads load, hides nothing  # noqa: S311  # nosec B311
        for statement, answer in outcome.parked:
            log.error("parked", statement=str(statement.uuid), store=self.name, answer=answer[:300])
        if outcome.delivered:
            log.debug("delivered", statements=len(outcome.delivered), store=self.name)
        if outcome.trouble:
            # What is kept must go before what was read after it.
            self.read_anew()
            self._endure(outcome.trouble)
        elif was_in_trouble:
            log.info("delivering again", store=self.name, endpoint=self.endpoint)

    def give_up_lost(self) -> None:
        """What is under way for longer than any time limit allows is sent again."""
        if self.flights.give_up_lost():
            log.error("a batch never came back, it is sent again", store=self.name)
            self.read_anew()
            self._reopen()

    def write_down(self, session: Session) -> None:
        """What has become of statements, in the caller's transaction; `written_down` follows when it is committed."""
        if self._ledger.delivered:
            service.mark_delivered(session, self._ledger.delivered, dt.datetime.now(dt.UTC), self.queue)
        for statement, answer in self._ledger.parked:
            service.park(session, statement, answer, self.queue)

    def written_down(self) -> None:
        """It is safe."""
        self._ledger = Ledger()

    def fill(self, engine: Engine, held: Collection[int]) -> None:
        """Queue as much of the history as its rate allows, while few wait."""
        if not self._has_history or not held or not self._may_send() or not self._turns.is_due("fill", FILL_SECONDS):
            return
        # The rate is that of all relays together, each of which has its share of the registrations.
        limit = self._allowance.take(time.monotonic(), READ_AHEAD, len(held) / PARTITIONS)
        if not limit or len(self._waiting) >= READ_AHEAD:
            return
        with Session(engine) as session, writing(session):
            queued = stores.queue_history(session, self.queue, held, limit, dt.datetime.now(dt.UTC))
            self._has_history = queued == limit or queries.has_history(session, self.queue)
        self._allowance.give_back(limit - queued)

    def read(self, engine: Engine, held: Collection[int]) -> None:
        """Read ahead, always from the oldest: rows of slow transactions appear late."""
        is_enough = len(self._waiting) >= FLIGHTS * BATCH
        if is_enough or not held or not self._may_send() or not self._turns.is_due("read", IDLE_SECONDS):
            return
        flying = self.flights.statements
        limit = READ_AHEAD + len(flying)
        with Session(engine) as session:
            found = queries.waiting(session, held, self._schedule.held(time.monotonic()), limit, self.queue)
            late = self._late(session, found)
        self._waiting = [one for one in found if one.uuid not in flying and one not in late]
        if late:
            self._catch_up(engine, {one.registration for one in late})
        if late or len(found) == limit:
            self._turns.now("read")  # there is more: no need to wait before looking again

    def launch(self, engine: Engine, is_held: Callable[[], bool]) -> bool:
        """Send what may be sent and still waits; False if the claim to it turns out to be lost."""
        # While the store is in trouble one batch at a time finds out whether it is well again.
        while self._may_send() and len(self.flights) < (1 if self._schedule.failures else FLIGHTS):
            batch = self._schedule.next_batch(self._waiting, self.flights.registrations, time.monotonic())
            if not batch:
                return True
            if not is_held():
                return False
            with engine.connect() as connection:
                queued = queries.still_queued(connection, batch, self.queue)
            taken = {statement.uuid for statement in batch}
            self._waiting = [statement for statement in self._waiting if statement.uuid not in taken]
            if queued:
                self.flights.launch(self._client, queued)
        return True

    def read_anew(self) -> None:
        """What was read is not sure any more."""
        self._waiting = []
        self._turns.now("read")

    def _late(self, session: Session, found: Collection[Waiting]) -> set[Waiting]:
        """What is newer than something of its registration that is not queued yet."""
        if not self._has_history or not found:
            return set()
        oldest = queries.first_of_history(session, self.queue, {one.registration for one in found})
        return {one for one in found if one.registration in oldest and one.id > oldest[one.registration]}

    def _catch_up(self, engine: Engine, registrations: Collection[UUID]) -> None:
        """Something new waits behind the history of its registration, which is therefore sent now."""
        with Session(engine) as session, writing(session):
            queued = stores.queue_before_others(session, self.queue, registrations, dt.datetime.now(dt.UTC))
        self._allowance.give_back(-queued)

    def _endure(self, trouble: Trouble) -> None:
        is_unwelcome = trouble.verdict is Verdict.UNWELCOME
        wait = round(max(self._schedule.not_before - time.monotonic(), 0.0), 1)
        tell = log.error if is_unwelcome else log.warning
        tell(
            "not delivering",
            store=self.name,
            why=trouble.verdict.value,
            answer=trouble.reason[:300],
            endpoint=self.endpoint,
            next_try_seconds=wait,
        )
        if is_unwelcome and not self.flights:
            self._reopen()  # the credentials of the embedded store may have been made anew

    def _reopen(self) -> None:
        try:
            self._target = self._find()
        except (OSError, ValueError) as error:
            log.error("the credentials cannot be read", store=self.name, error=str(error))
            return
        self._client.close()
        self._client = Client(self._target)

    def _may_send(self) -> bool:
        return time.monotonic() >= self._schedule.not_before
