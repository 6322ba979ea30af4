"""The worker that carries statements from the outbox to the Learning Record Store, until it is stopped."""

from __future__ import annotations

import datetime as dt
import os
import queue
import secrets
import socket
import time
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.db import engine_options, writing
from lms.outbox import queries, service
from lms.outbox.claims import AdvisoryClaim, Claim, FileClaim
from lms.outbox.models import Store
from lms.outbox.partitions import partition_of
from lms.outbox.queue import MAIN
from lms.xapi.flights import Landed, landings
from lms.xapi.route import IDLE_SECONDS, Route
from lms.xapi.target import other_target, target
from lms.xapi.turns import Turns

RENEW_SECONDS = 1.0
STORES_SECONDS = 2.0
"""Between looks at which stores there are beside the main one."""
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
    log.info("relay started", endpoint=relay.main.endpoint, name=relay.name)
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


class Relay:
    """One relay; `work` is one round of it. One thread reads and marks rows, while batches are under way in others."""

    def __init__(self, settings: Settings, engine: Engine, claim: Claim) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._settings = settings
        self._engine = engine
        self._claim = claim
        self._landed: Landed = queue.SimpleQueue()
        self.main = Route(MAIN, partial(target, settings), self._landed)
        """The way to the store that the settings name."""
        self._others: dict[tuple[object, ...], Route] = {}
        """Ways to the other stores, by all that matters of each of them."""
        self._held: frozenset[int] = frozenset()
        """Partitions whose registrations this relay carries."""
        self._turns = Turns()
        self._reported: tuple[int, dict[str, str | None]] | None = None
        self._has_database = True

    def work(self) -> None:
        """Take in answers, write them down, read what waits, send it; at most a moment of waiting."""
        self._land(IDLE_SECONDS)
        try:
            # What was read ahead may go before what has landed is marked: a relay that dies between sends it again.
            self._launch()
            self._write_down()
            self._renew()
            self._find_stores()
            self._report()
            for route in self._routes:
                route.fill(self._engine, self._held)
                route.read(self._engine, self._held)
            self._launch()
            self._has_database = True
        except (SQLAlchemyError, OSError) as error:
            self._lose_database(error)

    def finish(self) -> None:
        """Wait a moment for answers, write them down, give the work back."""
        until = time.monotonic() + LANDING_SECONDS
        while any(route.flights for route in self._routes) and time.monotonic() < until:
            self._land(0.05)
        try:
            self._write_down()
            with Session(self._engine) as session, writing(session):
                service.leave(session, self.name)
        except (SQLAlchemyError, OSError) as error:
            unwritten = sum(route.unwritten for route in self._routes)
            log.warning("not written down, will be sent again", statements=unwritten, error=_line(error))
        self._claim.release()
        for route in self._routes:
            route.close()

    @property
    def _routes(self) -> list[Route]:
        return [self.main, *self._others.values()]

    def _land(self, seconds: float) -> None:
        by_flights = {id(route.flights): route for route in self._routes}
        for landing in landings(self._landed, seconds):
            route = by_flights.get(id(landing.flights))
            if route:  # else the store was taken away meanwhile
                route.follow(landing.outcome)
        for route in self._routes:
            route.give_up_lost()

    def _write_down(self) -> None:
        written = [route for route in self._routes if route.unwritten]
        if not written:
            return
        with Session(self._engine) as session, writing(session):
            for route in written:
                route.write_down(session)
        for route in written:
            route.written_down()

    def _renew(self) -> None:
        if not self._turns.is_due("renew", RENEW_SECONDS):
            return
        busy = {registration for route in self._routes for registration in route.flights.registrations}
        held = self._claim.renew({partition_of(registration) for registration in busy})
        if held != self._held:
            log.info("holds", partitions=len(held), name=self.name)
            self._held = held
            self._read_anew()

    def _find_stores(self) -> None:
        """Begin with stores that were added, or changed, and leave those that were taken away."""
        if not self._turns.is_due("stores", STORES_SECONDS):
            return
        with Session(self._engine) as session:
            found = {_ways(store): store for store in queries.stores(session) if store.ready_at}
        for gone in self._others.keys() - found.keys():
            # What is under way is sent again, if the store is still there: it knows each by its id.
            self._others.pop(gone).close()
        for way in found.keys() - self._others.keys():
            self._begin_with(way, found[way])

    def _begin_with(self, way: tuple[object, ...], store: Store) -> None:
        find = partial(other_target, self._settings, store)
        try:
            self._others[way] = Route(queries.queue_of(store), find, self._landed, store.rate)
        except (OSError, ValueError) as error:
            log.error("the password of a store cannot be read", store=store.name, error=str(error))
        else:
            log.info("carries to another store", store=store.name, endpoint=store.endpoint)

    def _report(self) -> None:
        state = (len(self._held), {route.name: route.trouble for route in self._routes})
        if not self._turns.is_due("report", REPORT_SECONDS) and state == self._reported:
            return
        with Session(self._engine) as session, writing(session):
            service.report(session, self.name, *state, dt.datetime.now(dt.UTC))
        self._reported = state

    def _launch(self) -> None:
        for route in self._routes:
            if not route.launch(self._engine, self._claim.is_held):
                log.warning("lost its claim", name=self.name)
                self._let_go()
                return

    def _let_go(self) -> None:
        self._held = frozenset()
        self._read_anew()
        self._turns.now("renew")

    def _read_anew(self) -> None:
        for route in self._routes:
            route.read_anew()

    def _lose_database(self, error: Exception) -> None:
        """Nothing is sure any more but what became of statements; that is kept, and written down later."""
        if self._has_database:
            log.warning("the database does not answer", error=_line(error))
        self._has_database = False
        self._let_go()
        self._turns.none_for(DATABASE_SECONDS, "renew", "stores", "report")


def _ways(store: Store) -> tuple[object, ...]:
    """All of a store that matters to whoever sends to it."""
    return store.id, store.name, store.endpoint, store.key, store.sealed_secret, store.rate


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
