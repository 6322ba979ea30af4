"""What becomes of statements on a bad line, and what that costs: lost answers, refusals, and some that are poisoned.

The measurement on which the rules of delivery rest (docs/statements.md), repeated with the relay and the embedded
store. A round for each kind of line, all through the same proxy.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import urljoin
from uuid import UUID

import httpx

from bench import journeys, people
from bench.installations import Place
from bench.outbox import await_empty, kept, tell
from bench.report import Carried
from bench.server import free_port
from bench.wire import Wire
from lms.outbox.models import Delivery
from lms.xapi.client import VERSION_HEADER
from lms.xapi.target import target

LEARNERS = 40
"""Each has 50 statements."""
LOSSY = {"lost answer": 0.25, "503 without a word": 0.15}
OF = 200
"""Statements of which some are poisoned."""
LINES: Mapping[str, tuple[Mapping[str, float], int]] = {
    "good": ({}, 0),
    "poisoned": ({}, 2),
    "lossy": (LOSSY, 0),
    "both": (LOSSY, 2),
}
"""How often a call is harmed, and how many of so many statements are refused."""
SEED = 20261129
LONGEST_SECONDS = 300
"""What still waits by then is counted as waiting."""


def measured(url: str, folder: Path) -> Mapping[str, Carried]:
    """What became of the statements on each line."""
    place = Place(folder, url)
    place.prepare()
    with people.application(place.settings), place.store():
        return {name: _carried(place, *line) for name, line in LINES.items()}


def _carried(place: Place, shares: Mapping[str, float], poisoned: int) -> Carried:
    chance, port, happened, told = Random(SEED), free_port(), journeys.ways(LEARNERS), list[UUID]()
    wire = Wire(port, place.lrs_port, chance, shares)

    def poison(known: Sequence[UUID]) -> None:
        told.extend(known)
        wire.poison |= {str(one).encode() for one in _chosen(known, poisoned, chance)}

    with place.part("relay", **_through(place, port)):
        # One that has carried something is at work.
        tell(journeys.way())
        await_empty()
        wire.harmed.clear()
        tell(happened, poison)
        seconds = _seconds()
    wire.stop()
    registrations = {event.registration for event in happened}
    held = [one for one in _stored(place) if one.registration in registrations]
    return _judged(told, held, {UUID(one.decode()) for one in wire.poison}, seconds, dict(wire.harmed))


def _seconds() -> float:
    """How long it takes until the outbox is empty."""
    began = time.perf_counter()
    await_empty(LONGEST_SECONDS)
    return time.perf_counter() - began


def _through(place: Place, port: int) -> Mapping[str, str]:
    to = target(place.settings)
    endpoint = f"http://127.0.0.1:{port}/xapi"
    return {"LMS_LRS_ENDPOINT": endpoint, "LMS_LRS_KEY": to.key, "LMS_LRS_SECRET": to.secret}


def _chosen(ids: Sequence[UUID], count: int, chance: Random) -> Iterator[UUID]:
    """So many of each stretch."""
    for start in range(0, len(ids), OF):
        yield from chance.sample(ids[start : start + OF], count)


class _Held(NamedTuple):
    """A statement of the store."""

    id: UUID
    registration: UUID


def _judged(
    told: Sequence[UUID], held: Sequence[_Held], poison: set[UUID], seconds: float, harmed: Mapping[str, int]
) -> Carried:
    """What was told beside what the store holds, and what was set aside beside what was poisoned."""
    ours = {*told}
    arrived = {one.id for one in held} & ours
    aside, waiting = kept(Delivery.PARKED) & ours, kept(Delivery.QUEUED) & ours
    return Carried(
        sent=len(told),
        stored=len(arrived),
        waiting=len(waiting),
        lost=len(ours - arrived - aside - waiting),
        # Sent again under another id it is there twice as well.
        doubled=len(held) - len(arrived),
        poisoned=len(poison),
        parked=len(aside),
        parked_wrongly=len(aside - poison),
        out_of_order=_out_of_order(told, held),
        seconds=seconds,
        harmed=harmed,
    )


def _out_of_order(told: Sequence[UUID], held: Sequence[_Held]) -> int:
    """How many came after one of their registration that had happened later."""
    place_of, latest, count = {one: place for place, one in enumerate(told)}, dict[UUID, int](), 0
    for one in held:
        place = place_of.get(one.id, -1)
        count += place < latest.get(one.registration, 0)
        latest[one.registration] = max(place, latest.get(one.registration, 0))
    return count


def _stored(place: Place) -> Iterator[_Held]:
    """All that the store holds, in the order of its storing."""
    to = target(place.settings)
    url, asked = urljoin(to.endpoint, "statements"), {"ascending": "true", "limit": "500"}
    with httpx.Client(auth=(to.key, to.secret), headers={VERSION_HEADER: "1.0.3"}, timeout=60) as client:
        while url:
            page = client.get(url, params=asked or None).raise_for_status().json()
            for one in page["statements"]:
                yield _Held(UUID(one["id"]), UUID(one["context"]["registration"]))
            url, asked = urljoin(url, page["more"]) if page["more"] else "", {}
