"""How soon statements arrive, and how much of the store's speed the relay uses."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import httpx

from bench import people, scenes
from bench.installations import Place
from bench.load import Connection
from bench.outbox import LOOK_SECONDS, await_empty, queued, tell
from bench.report import Arrivals
from lms import events
from lms.xapi.client import VERSION_HEADER, Client
from lms.xapi.sink import draft
from lms.xapi.statements import statements
from lms.xapi.target import target

BATCH = 50
STATEMENTS = 3000
TURNS = 7
AT_THE_SAME_TIME = 200
"""How many registrations the statements of a load belong to."""
ACTIONS = 150
PAUSE_SECONDS = 0.1
"""Between two actions whose statements are awaited."""
SETTLE_SECONDS = 5
"""A relay also does chores when it is started, which is not what is measured."""


def measured(url: str, folder: Path) -> Arrivals:
    """Arrival with all parts at work; then a plain loader and the relay in turns, each alone with the store."""
    place = Place(folder, url)
    p50, p99 = _arrival(place)
    loader, relay = zip(*_turns(place), strict=True)
    return Arrivals(p50, p99, median(loader), median(relay))


def _arrival(place: Place) -> tuple[float, float]:
    """Learners open pages at a walking pace; the store says when it had each statement, which names its moment."""
    with place.serving() as served, place.stage(served) as stage:
        asks = scenes.page_first(stage, ACTIONS)[:ACTIONS]
        since = dt.datetime.now(dt.UTC)
        with Connection(served.port) as connection:
            for one in asks:
                connection.send(one)
                time.sleep(PAUSE_SECONDS)
        time.sleep(3)
        delays = sorted(_delays(place, since))
    return delays[len(delays) // 2], delays[len(delays) * 99 // 100]


def _delays(place: Place, since: dt.datetime) -> Iterator[float]:
    """Milliseconds between `timestamp` and `stored` of all statements since then."""
    to = target(place.settings)
    url, parameters = f"{to.endpoint}statements", {"since": since.isoformat(), "limit": "100"}
    with httpx.Client(auth=(to.key, to.secret), headers={VERSION_HEADER: "1.0.3"}) as client:
        while url:
            page = client.get(url, params=parameters or None).raise_for_status().json()
            for one in page["statements"]:
                happened, stored = (dt.datetime.fromisoformat(one[name]) for name in ("timestamp", "stored"))
                if happened >= since:
                    yield (stored - happened).total_seconds() * 1000
            more = page.get("more")
            url, parameters = (str(httpx.URL(to.endpoint).join(more)) if more else ""), {}


def _turns(place: Place) -> Iterator[tuple[float, float]]:
    """Statements a second, of the loader and of the relay."""
    store, relay = place.store(), place.part("relay")
    with people.application(place.settings), store, Client(target(place.settings)) as client, relay:
        tell(_events()[:BATCH])
        await_empty()
        time.sleep(SETTLE_SECONDS)
        for _ in range(TURNS):
            yield _loader(place, client), _relay()


def _loader(place: Place, client: Client) -> float:
    bodies = told(place.settings.url)
    began = time.perf_counter()
    for start in range(0, len(bodies), BATCH):
        client.send(bodies[start : start + BATCH])
    return len(bodies) / (time.perf_counter() - began)


def told(url: str) -> list[str]:
    """The statements of a busy morning, as JSON, each with an id of its own."""
    return [draft(one).body for event in _events() for one in statements(url, event)]


def _relay() -> float:
    tell(_events())
    while (first := queued()) == STATEMENTS:
        time.sleep(LOOK_SECONDS)
    began = time.perf_counter()
    await_empty()
    return first / (time.perf_counter() - began)


def _events() -> Sequence[events.Event]:
    """Pages opened by many learners in turn, as it is on a busy morning."""
    at = dt.datetime.now(dt.UTC)
    course = events.Course(id="notice", title="Notice", programme_id="managing", programme_title="Managing")
    learners = [(uuid.uuid4(), uuid.uuid4()) for _ in range(AT_THE_SAME_TIME)]
    return [
        events.PageExperienced(
            at=at,
            learner=learners[number % AT_THE_SAME_TIME][0],
            registration=learners[number % AT_THE_SAME_TIME][1],
            course=course,
            visit=None,
            page_id=f"page-{number}",
            page_title="A page",
            section_id="one",
            section_title="One",
        )
        for number in range(STATEMENTS)
    ]
