"""The worker that carries statements from the outbox to the Learning Record Store, until it is stopped."""

from __future__ import annotations

import datetime as dt
import os
import random
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.db import engine_options, writing
from lms.outbox import queries, service
from lms.outbox.claims import AdvisoryClaim, Claim, FileClaim
from lms.outbox.partitions import partition_of
from lms.outbox.queries import Waiting
from lms.xapi.answers import Verdict
from lms.xapi.carrying import Outcome, Trouble
from lms.xapi.client import Client
from lms.xapi.flights import Flights
from lms.xapi.schedule import BATCH, Schedule
from lms.xapi.target import target

FLIGHTS = 2
"""Batches under way at once: one is written down here while the store works on the other."""
READ_AHEAD = 8 * BATCH
IDLE_SECONDS = 0.3
"""How long a new statement may lie unseen."""
RENEW_SECONDS = 1.0
REPORT_SECONDS = 15.0
LANDING_SECONDS = 0.3
"""How long a stopping relay waits for answers; what has none by then is sent again at the next start."""
DATABASE_SECONDS = 1.0
"""Between tries at a database that does not answer."""
LOCKED_MILLISECONDS = 300
"""How long a SQLite database may be locked by others: the relay can try again later, and must stop when told."""

log = structlog.get_logger("lms.xapi.relay")


class Stop(Protocol):
    """Tells a relay to stop, such as `threading.Event`."""

    def is_set(self) -> bool: ...


def run(settings: Settings, stop: Stop) -> None:
    """Carry statements until stopped. Faults of database and store are waited out, never raised.

    Raises OSError or ValueError when it cannot start: the instance folder or the credentials cannot be read.
    """
    engine = create_engine(**engine_options(settings.database))
    relay = Relay(settings, engine, _claim(settings, engine))
    log.info("relay started", endpoint=relay.endpoint, name=relay.name)
    try:
        while not stop.is_set():
            relay.work()
    finally:
        relay.finish()
        engine.dispose()
        log.info("relay stopped", name=relay.name)


def _claim(settings: Settings, engine: Engine) -> Claim:
    if engine.dialect.name == "postgresql":
        return AdvisoryClaim(engine)

    @event.listens_for(engine, "connect")
    def _be_patient_for_a_moment_only(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={LOCKED_MILLISECONDS}")

    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileClaim(settings.instance / "relay.lock")


@dataclass
class _Ledger:
    """What became of statements, until it is written down in the database."""

    delivered: list[int] = field(default_factory=list)
    parked: list[tuple[Waiting, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.delivered) + len(self.parked)


class Relay:
    """One relay; `work` is one round of it. One thread reads and marks rows, while batches are under way in others."""

    def __init__(self, settings: Settings, engine: Engine, claim: Claim) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._settings = settings
        self._engine = engine
        self._claim = claim
        self._target = target(settings)
        self._client = Client(self._target)
        self._schedule = Schedule()
        self._flights = Flights()
        self._held: frozenset[int] = frozenset()
        """Partitions whose registrations this relay carries."""
        self._waiting: list[Waiting] = []
        """The oldest statements that are neither under way nor in the ledger, in order."""
        self._ledger = _Ledger()
        self._due = {"renew": 0.0, "read": 0.0, "report": 0.0}
        self._reported: tuple[int, str | None] | None = None
        self._has_database = True

    @property
    def endpoint(self) -> str:
        """Where statements go."""
        return self._target.endpoint

    def work(self) -> None:
        """Take in answers, write them down, read what waits, send it; at most a moment of waiting."""
        self._land(IDLE_SECONDS)
        try:
            # What was read ahead may go before what has landed is marked: a relay that dies between sends it again.
            self._launch()
            self._write_down()
            self._renew()
            self._report()
            self._read()
            self._launch()
            self._has_database = True
        except (SQLAlchemyError, OSError) as error:
            self._lose_database(error)

    def finish(self) -> None:
        """Wait a moment for answers, write them down, give the work back."""
        until = time.monotonic() + LANDING_SECONDS
        while self._flights and time.monotonic() < until:
            self._land(0.05)
        try:
            self._write_down()
            with Session(self._engine) as session, writing(session):
                service.leave(session, self.name)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not written down, will be sent again", statements=len(self._ledger), error=_line(error))
        self._claim.release()
        self._client.close()

    def _land(self, seconds: float) -> None:
        for outcome in self._flights.land(seconds):
            self._follow(outcome)
        if self._flights.give_up_lost():
            log.error("a batch never came back, it is sent again")
            self._read_anew()
            self._reopen()

    def _follow(self, outcome: Outcome) -> None:
        self._ledger.delivered += [statement.id for statement in outcome.delivered]
        self._ledger.parked += outcome.parked
        was_in_trouble = self._schedule.trouble is not None
        self._schedule.follow(outcome, time.monotonic(), random.random())  # spreads load, hides nothing  # noqa: S311  # nosec B311
        for statement, answer in outcome.parked:
            log.error("parked", statement=str(statement.uuid), answer=answer[:300])
        if outcome.delivered:
            log.debug("delivered", statements=len(outcome.delivered))
        if outcome.trouble:
            # What is kept must go before what was read after it.
            self._read_anew()
            self._endure(outcome.trouble)
        elif was_in_trouble:
            log.info("delivering again", endpoint=self.endpoint)

    def _endure(self, trouble: Trouble) -> None:
        is_unwelcome = trouble.verdict is Verdict.UNWELCOME
        wait = round(max(self._schedule.not_before - time.monotonic(), 0.0), 1)
        tell = log.error if is_unwelcome else log.warning
        tell(
            "not delivering",
            why=trouble.verdict.value,
            answer=trouble.reason[:300],
            endpoint=self.endpoint,
            next_try_seconds=wait,
        )
        if is_unwelcome and not self._flights:
            self._reopen()  # the credentials of the embedded store may have been made anew

    def _reopen(self) -> None:
        try:
            self._target = target(self._settings)
        except (OSError, ValueError) as error:
            log.error("the credentials cannot be read", error=str(error))
            return
        self._client.close()
        self._client = Client(self._target)

    def _write_down(self) -> None:
        if not len(self._ledger):
            return
        with Session(self._engine) as session, writing(session):
            if self._ledger.delivered:
                service.mark_delivered(session, self._ledger.delivered, dt.datetime.now(dt.UTC))
            for statement, answer in self._ledger.parked:
                service.park(session, statement.id, answer)
        self._ledger = _Ledger()

    def _renew(self) -> None:
        if not self._is_due("renew", RENEW_SECONDS):
            return
        held = self._claim.renew({partition_of(registration) for registration in self._flights.registrations})
        if held != self._held:
            log.info("holds", partitions=len(held), name=self.name)
            self._held = held
            self._read_anew()

    def _report(self) -> None:
        state = (len(self._held), self._schedule.trouble)
        if not self._is_due("report", REPORT_SECONDS) and state == self._reported:
            return
        with Session(self._engine) as session, writing(session):
            service.report(session, self.name, *state, dt.datetime.now(dt.UTC))
        self._reported = state

    def _read(self) -> None:
        """Read ahead, always from the oldest: rows of slow transactions appear late."""
        is_enough = len(self._waiting) >= FLIGHTS * BATCH
        if is_enough or not self._held or not self._may_send() or not self._is_due("read", IDLE_SECONDS):
            return
        flying = self._flights.statements
        limit = READ_AHEAD + len(flying)
        with Session(self._engine) as session:
            found = queries.waiting(session, self._held, self._schedule.held(time.monotonic()), limit)
        self._waiting = [statement for statement in found if statement.id not in flying]
        if len(found) == limit:
            self._due["read"] = 0.0  # there is more: no need to wait before looking again

    def _read_anew(self) -> None:
        self._waiting = []
        self._due["read"] = 0.0

    def _may_send(self) -> bool:
        return time.monotonic() >= self._schedule.not_before

    def _launch(self) -> None:
        # While the store is in trouble one batch at a time finds out whether it is well again.
        while self._may_send() and len(self._flights) < (1 if self._schedule.failures else FLIGHTS):
            batch = self._schedule.next_batch(self._waiting, self._flights.registrations, time.monotonic())
            if not batch:
                return
            if not self._claim.is_held():
                log.warning("lost its claim", name=self.name)
                self._let_go()
                return
            gone = {statement.id for statement in batch}
            self._waiting = [statement for statement in self._waiting if statement.id not in gone]
            self._flights.launch(self._client, batch)

    def _let_go(self) -> None:
        self._held = frozenset()
        self._read_anew()
        self._due["renew"] = 0.0

    def _lose_database(self, error: Exception) -> None:
        """Nothing is sure any more but what became of statements; that is kept, and written down later."""
        if self._has_database:
            log.warning("the database does not answer", error=_line(error))
        self._has_database = False
        self._let_go()
        self._due = dict.fromkeys(self._due, time.monotonic() + DATABASE_SECONDS)

    def _is_due(self, job: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due[job]:
            return False
        self._due[job] = now + seconds
        return True


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
