"""One run: learners at work, processes dying under them, and at the end the judge."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urljoin

import httpx
from flask import Flask

from bench.wire import SHARES, Wire
from lms import config, keys
from lms.accounts import service as accounts
from lms.app import create_app
from lms.content.library import library
from lms.content.module import Module
from lms.db import OUT_OF_REACH, db, writing
from lms.operate import instance
from lms.operate.preparing import prepare
from lms.outbox.queries import standing
from tests import plain_http
from tests.faults.judge import Finding, Json, findings
from tests.faults.learners import Learner, Login
from tests.faults.ledger import Ledger
from tests.faults.processes import Part, Site
from tests.operate.installation import wait_until

MODULE = "notice-and-listen"
DRAIN_SECONDS = 120.0
VERSION = {"X-Experience-API-Version": "1.0.3"}


@dataclass(frozen=True)
class Plan:
    """What is done to an installation."""

    web_kills: int = 0
    relay_kills: int = 0
    learners: int = 4
    """At work at the same time; who has finished the module makes way for the next."""
    seconds_to_think: float = 0
    """Of a learner, after each answer. None for where it matters that something is always under way."""
    seconds_between: tuple[float, float] = (0.1, 0.7)
    """Between two kills."""
    variant: str | None = None
    """A deliberate mistake."""
    variant_of: str = ""
    """The part that makes it."""
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    """How often things go wrong between relay and store."""
    least_deeds: int = 60
    """Acknowledged before it may end."""
    holds_the_port: bool = False
    """Whether somebody listens for the web, as systemd does, also while it is not there."""
    seed: int = 20261123


@dataclass
class Outcome:
    """What came of it."""

    findings: list[Finding]
    kills: Counter[str]
    deeds: Counter[str]
    retries: int
    refusals: int
    """Answers with 503."""
    statements: int
    harmed: Counter[str] = field(default_factory=Counter)
    """What went wrong between relay and store."""

    @property
    def kinds(self) -> Counter[str]:
        """How many findings of each kind."""
        return Counter(finding.kind.name for finding in self.findings)


Disaster = Callable[[Site, Mapping[str, Part]], None]
"""Something else that happens to an installation and its parts while learners are at work."""


def run(folder: Path, database_url: str, plan: Plan, disaster: Disaster | None = None) -> Outcome:
    """Carry out a plan on an installation of its own."""
    chance, site, ledger = Random(plan.seed), Site(folder, database_url), Ledger()
    with prepared(site) as (app, module), ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", site.port))) if plan.holds_the_port else None
        parts = {name: _part(site, name, plan, listener) for name in ("lrs", "web", "relay")}
        for part in parts.values():
            stack.callback(part.stop)
        wire = Wire(site.wire_port, site.lrs_port, Random(plan.seed + 1), plan.shares)
        stack.callback(wire.stop)
        wait_until(lambda: answers(site), 60)
        stop, kills = threading.Event(), Counter[str]()
        crowd = [
            threading.Thread(
                target=learn,
                args=(app, site, module, ledger, stop, Random(plan.seed + number), plan.seconds_to_think),
            )
            for number in range(plan.learners)
        ]
        for one in crowd:
            one.start()
        try:
            _kill(site, parts, plan, chance, kills)
            if disaster:
                wait_until(lambda: len(ledger.deeds) >= plan.least_deeds // 2, 120)
                disaster(site, parts)
            wait_until(lambda: len(ledger.deeds) >= plan.least_deeds, 120)
        finally:
            stop.set()
            for one in crowd:
                one.join(180)
        with app.app_context():
            wait_until(lambda: not standing(db.session).queued, DRAIN_SECONDS)
            statements = list(stored(site))
            found = findings(db.session, ledger, statements)
        return Outcome(found, kills, ledger.counts, ledger.retries, ledger.refusals, len(statements), wire.harmed)


@contextmanager
def prepared(site: Site) -> Iterator[tuple[Flask, Module]]:
    """An installation that is ready to be started, and an application in this process that sees the same database."""
    settings = config.load({}, instance=site.instance, database_url=site.database_url, port=site.port)
    instance.make(site.instance)
    prepare(settings, "admin@example.org")
    library.forget()
    app = create_app(settings)
    with app.app_context():
        module = library.module(db.session, MODULE)
    assert module
    try:
        yield app, module
    finally:
        with app.app_context():
            db.engine.dispose()
        library.forget()


def _part(site: Site, name: str, plan: Plan, listener: socket.socket | None) -> Part:
    variant = plan.variant if plan.variant_of == name else None
    if name != "relay":
        return Part(site, name, variant, listener if name == "web" else None)
    client = keys.lrs_client(site.instance)
    endpoint = f"http://127.0.0.1:{site.wire_port}/xapi"
    return Part(site, name, variant, LMS_LRS_ENDPOINT=endpoint, LMS_LRS_KEY=client.key, LMS_LRS_SECRET=client.secret)


def learn(
    app: Flask,
    site: Site,
    module: Module,
    ledger: Ledger,
    stop: threading.Event,
    chance: Random,
    seconds_to_think: float = 0,
) -> None:
    """One after the other, until it is enough."""
    url = f"http://127.0.0.1:{site.port}"
    while not stop.is_set():
        try:
            Learner(url, signed_in(app, chance), module, ledger, chance, seconds_to_think).work(stop)
        except Exception as error:
            ledger.wonder(f"a learner gave up: {error!r}")
            return


def signed_in(app: Flask, chance: Random) -> Login:
    at, email = dt.datetime.now(dt.UTC), f"learner-{chance.getrandbits(64):x}@example.org"
    try:
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            person = accounts.add_person(session, email, "Ada Bell", at)
            key = accounts.begin_sign_in(session, person.id, None, "a test", at)
    except OUT_OF_REACH:  # this process has lost its database as well
        time.sleep(0.2)
        return signed_in(app, chance)
    assert key
    return Login(person.uuid, (app.config["SIGN_IN_COOKIE_NAME"], key))


def _kill(site: Site, parts: dict[str, Part], plan: Plan, chance: Random, kills: Counter[str]) -> None:
    """Kill web and relay in a random order while they serve, until each has died as often as was planned."""
    left = Counter(web=plan.web_kills, relay=plan.relay_kills)
    while left.total():
        time.sleep(chance.uniform(*plan.seconds_between))
        name = chance.choice(list(left.elements()))
        if name == "web":
            wait_until(lambda: answers(site), 60)  # to kill what is down already would prove nothing
        if parts[name].kill(chance):
            kills[name] += 1
            left[name] -= 1


def answers(site: Site) -> bool:
    try:
        return plain_http.get(f"http://127.0.0.1:{site.port}/sign-in", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def stored(site: Site) -> Iterator[Json]:
    """Every statement of the store, in the order of their storing."""
    client = keys.lrs_client(site.instance)
    url, parameters = f"http://127.0.0.1:{site.lrs_port}/xapi/statements", {"ascending": "true", "limit": "500"}
    with plain_http.client(auth=(client.key, client.secret), headers=VERSION, timeout=60) as http:
        while url:
            page = http.get(url, params=parameters or None).raise_for_status().json()
            yield from page["statements"]
            url, parameters = urljoin(url, page["more"]) if page.get("more") else "", {}
