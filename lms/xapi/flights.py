"""Batches under way, each in a thread of its own, each with registrations that no other has."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from lms.outbox.queries import Waiting
from lms.xapi.carrying import Outcome, carry
from lms.xapi.client import Client

Landed = queue.SimpleQueue["Landing"]
"""Where batches to all stores come back."""
LOST_SECONDS = 180.0
"""A batch that is under way longer than any time limit allows is given up."""


@dataclass(frozen=True)
class _Flight:
    batch: list[Waiting]
    started: float


@dataclass(frozen=True)
class Landing:
    """A batch that has come back."""

    flights: Flights
    number: int
    outcome: Outcome


def landings(landed: Landed, seconds: float) -> Iterator[Landing]:
    """What has come back of any store and was not given up, waiting so long for the first."""
    try:
        while True:
            landing = landed.get(timeout=seconds)
            seconds = 0.0
            if landing.flights.end(landing.number):
                yield landing
    except queue.Empty:
        return


class Flights:
    """What is under way to one store."""

    def __init__(self, landed: Landed) -> None:
        self._flying: dict[int, _Flight] = {}
        self._landed = landed
        self._flown = 0

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def statements(self) -> set[UUID]:
        """Ids of the statements under way."""
        return {statement.uuid for flight in self._flying.values() for statement in flight.batch}

    @property
    def registrations(self) -> set[UUID]:
        """Registrations that must wait until their batch has landed."""
        return {statement.registration for flight in self._flying.values() for statement in flight.batch}

    def launch(self, client: Client, batch: list[Waiting]) -> None:
        """Send a batch on its way."""
        self._flown += 1
        self._flying[self._flown] = _Flight(batch, time.monotonic())
        # A daemon: no answer that is still to come may keep the process from stopping.
        threading.Thread(target=self._fly, args=(client, self._flown, batch), daemon=True).start()

    def end(self, number: int) -> bool:
        """A batch has come back; False if it was given up before."""
        return self._flying.pop(number, None) is not None

    def give_up_lost(self) -> bool:
        """Forget what will never come back; whether there was such."""
        now = time.monotonic()
        lost = [number for number, flight in self._flying.items() if now - flight.started > LOST_SECONDS]
        for number in lost:
            del self._flying[number]
        return bool(lost)

    def _fly(self, client: Client, number: int, batch: list[Waiting]) -> None:
        self._landed.put(Landing(self, number, carry(client, batch)))
