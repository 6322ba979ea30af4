"""Three relays share the work over a bad line, while two of them are killed, put to sleep and woken again and again."""

from __future__ import annotations

import json
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, text

from bench import journeys
from bench.wire import Wire
from lms import events, keys
from lms.config import Settings
from lms.db import db, transaction
from lms.outbox.models import Statement
from lms.outbox.partitions import PARTITIONS, partition_of
from lms.outbox.queries import standing
from lms.outbox.service import record
from tests import warm
from tests.faults.judge import Finding, compared, read
from tests.faults.processes import REPOSITORY, Part, Site
from tests.faults.run import DRAIN_SECONDS, stored
from tests.operate.installation import wait_until

LOSSY = {"lost answer": 0.25, "503": 0.15}
AWAKE_SECONDS = (0.2, 1.5)
"""Between two disasters of a relay."""
ASLEEP_SECONDS = (1.5, 3.0)
"""Relays look once a second for partitions that nobody holds."""
SHARE_SECONDS = 30
PAUSE_SECONDS = 0.02
"""Between two steps, of any of the learners."""

Disaster = Callable[[Flask, Part, str, Random], None]

pytestmark = [pytest.mark.soak, pytest.mark.parametrize("ready_url", ["postgresql"], indirect=True)]


@pytest.mark.parametrize("disasters", [3, 80])
def test_nothing_is_lost_doubled_or_out_of_order(
    app: Flask, settings: Settings, tmp_path: Path, disasters: int
) -> None:
    site, happened = Site(tmp_path, settings.database_url), list[events.Event]()
    with ExitStack() as stack:
        stack.callback(Part(site, "lrs").stop)
        stack.callback(Wire(site.wire_port, site.lrs_port, Random(1), LOSSY).stop)
        relays = {name: stack.enter_context(_relay(site, name)) for name in ("first", "second", "third")}
        with _learners(app, Random(2), happened):
            wait_until(lambda: _share_all(site, [*relays.values()]), SHARE_SECONDS)
            _befall(app, {name: relays[name] for name in ("first", "second")}, disasters)
            # Whatever came over them, each carries its share of what happens from now on.
            wait_until(lambda: _share_all(site, [*relays.values()]), SHARE_SECONDS)
            before = len(happened)
            wait_until(lambda: _partitions(happened[before:]) == {*range(PARTITIONS)})
        assert _wrong(app, site) == []
        assert _share_all(site, [*relays.values()])


@contextmanager
def _relay(site: Site, name: str) -> Iterator[Part]:
    """A relay whose connections to the database bear its name."""
    client = keys.lrs_client(site.instance)
    endpoint = f"http://127.0.0.1:{site.wire_port}/xapi"
    store = {"LMS_LRS_ENDPOINT": endpoint, "LMS_LRS_KEY": client.key, "LMS_LRS_SECRET": client.secret}
    relay = Part(site, "relay", **store, PGAPPNAME=name)
    try:
        yield relay
    finally:
        relay.signal(signal.SIGCONT)
        relay.stop()


@contextmanager
def _learners(app: Flask, chance: Random, happened: list[events.Event]) -> Iterator[None]:
    """Many on their way at the same time; who has finished makes way for the next."""
    stop = threading.Event()
    crowd = threading.Thread(target=_go_on, args=(app, chance, happened, stop))
    crowd.start()
    try:
        yield
    finally:
        stop.set()
        crowd.join()


def _go_on(app: Flask, chance: Random, happened: list[events.Event], stop: threading.Event) -> None:
    ways: list[list[events.Event]] = [[] for _ in range(2 * PARTITIONS)]
    while not stop.wait(PAUSE_SECONDS):
        place, count = chance.randrange(len(ways)), chance.randint(1, 4)
        ways[place] = ways[place] or _way(place % PARTITIONS)
        steps, ways[place] = ways[place][:count], ways[place][count:]
        with app.app_context(), transaction() as session:
            record(session, *steps)
        happened += steps


def _way(partition: int) -> list[events.Event]:
    """Of a learner whose registration belongs to this partition."""
    return journeys.way(uuid.UUID(int=uuid.uuid4().int // PARTITIONS * PARTITIONS + partition))


def _partitions(happened: Sequence[events.Event]) -> set[int]:
    return {partition_of(event.registration) for event in happened}


def _share_all(site: Site, relays: Sequence[Part]) -> bool:
    """Whether each of the relays holds some of the partitions, and none is left to nobody."""
    said = json.loads(warm.run(["lms", "xapi", "status", "--json"], site.settings(), REPOSITORY).stdout)
    held = {int(one["name"].split(":")[1]): one["partitions"] for one in said["relays"]}
    shares = [held.get(relay.pid, 0) for relay in relays]
    return all(shares) and sum(shares) == PARTITIONS


def _befall(app: Flask, relays: dict[str, Part], times: int) -> None:
    """Both at once, each by a chance of its own."""
    fates = [threading.Thread(target=_fate, args=(app, *one, Random(one[0]), times)) for one in relays.items()]
    for fate in fates:
        fate.start()
    for fate in fates:
        fate.join()


def _fate(app: Flask, name: str, relay: Part, chance: Random, times: int) -> None:
    for _ in range(times):
        time.sleep(chance.uniform(*AWAKE_SECONDS))
        chance.choice([_kill, _sleep, _sleep_and_be_forgotten])(app, relay, name, chance)


def _kill(_app: Flask, relay: Part, _name: str, chance: Random) -> None:
    """Started anew in a moment, as by systemd."""
    relay.kill(chance)


def _sleep(_app: Flask, relay: Part, _name: str, chance: Random) -> None:
    """What it holds waits for it."""
    relay.signal(signal.SIGSTOP)
    time.sleep(chance.uniform(*ASLEEP_SECONDS))
    relay.signal(signal.SIGCONT)


def _sleep_and_be_forgotten(app: Flask, relay: Part, name: str, chance: Random) -> None:
    """The database hangs up on it, and others take over what it held; then it wakes and knows nothing of that."""
    relay.signal(signal.SIGSTOP)
    with app.app_context(), db.engine.connect() as connection:
        hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
        connection.execute(text(hang_up), {"name": name})
    time.sleep(chance.uniform(*ASLEEP_SECONDS))
    relay.signal(signal.SIGCONT)


def _wrong(app: Flask, site: Site) -> list[Finding]:
    with app.app_context():
        wait_until(lambda: not standing(db.session).queued, DRAIN_SECONDS)
        assert standing(db.session).parked == 0
        outbox = [read(json.loads(body)) for body in db.session.scalars(select(Statement.body).order_by(Statement.id))]
    return [*compared(outbox, [read(one) for one in stored(site)])]
