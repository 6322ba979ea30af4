"""Two relays carry for one installation; one of them sleeps in the middle of its work, loses its claim, and wakes."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from bench.wire import Wire
from lms import keys
from lms.db import db
from lms.outbox.queries import standing
from tests.faults.judge import findings
from tests.faults.ledger import Ledger
from tests.faults.processes import Part, Site
from tests.faults.run import DRAIN_SECONDS, answers, learn, prepared, stored
from tests.operate.installation import wait_until

SLEEP_SECONDS = 3.0
LOSSY = {"lost answer": 0.15, "503": 0.05}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database_url", ["postgresql", pytest.param("sqlite", marks=pytest.mark.soak)], indirect=True)
def test_a_relay_that_slept_doubles_nothing_and_keeps_the_order(tmp_path: Path, database_url: str) -> None:
    site, ledger, chance = Site(tmp_path, database_url), Ledger(), Random(11)
    with prepared(site) as (app, module), ExitStack() as stack:
        for name in ("lrs", "web"):
            stack.callback(Part(site, name).stop)
        stack.callback(Wire(site.wire_port, site.lrs_port, chance, LOSSY).stop)
        relays = [_relay(site), _relay(site)]
        for relay in relays:
            stack.callback(relay.stop)
        wait_until(lambda: answers(site), 60)
        stop = threading.Event()
        crowd = [
            threading.Thread(target=learn, args=(app, site, module, ledger, stop, Random(number)))
            for number in range(3)
        ]
        for one in crowd:
            one.start()
        try:
            for number, relay in enumerate(relays, 1):
                wait_until(lambda least=40 * number: len(ledger.deeds) >= least, 120)
                _sleep(relay, database_url)
            wait_until(lambda: len(ledger.deeds) >= 120, 120)
        finally:
            stop.set()
            for one in crowd:
                one.join(180)
        assert _wrong(app, site, ledger) == []
        assert len(ledger.deeds) >= 120


def _relay(site: Site) -> Part:
    client = keys.lrs_client(site.instance)
    endpoint = f"http://127.0.0.1:{site.wire_port}/xapi"
    return Part(site, "relay", LMS_LRS_ENDPOINT=endpoint, LMS_LRS_KEY=client.key, LMS_LRS_SECRET=client.secret)


def _sleep(relay: Part, database_url: str) -> None:
    """Stopped as it is; on PostgreSQL every claim is lost meanwhile, as when the server hangs up on a silent client."""
    relay.signal(signal.SIGSTOP)
    try:
        if database_url.startswith("postgresql"):
            _hang_up_on_claims(database_url)
        time.sleep(SLEEP_SECONDS)
    finally:
        relay.signal(signal.SIGCONT)


def _hang_up_on_claims(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        ended = connection.scalar(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT DISTINCT pid FROM pg_locks"
                " JOIN pg_database ON pg_database.oid = pg_locks.database"
                " WHERE locktype = 'advisory' AND datname = current_database()) AS holding"
            )
        )
    engine.dispose()
    assert ended, "nobody held a claim"


def _wrong(app: Flask, site: Site, ledger: Ledger) -> list[object]:
    with app.app_context():
        wait_until(lambda: not standing(db.session).queued, DRAIN_SECONDS)
        return [*findings(db.session, ledger, list(stored(site)))]
