"""The rows of the table of delivery in docs/statements.md that the embedded store can show, and the relay's part."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, text

from lms import config
from lms.cli import main
from lms.db import WRITES, db, engine_options, transaction
from lms.lrs.postgresql import LOCK
from lms.outbox import queries
from lms.outbox.queries import Standing
from lms.outbox.service import Draft, follow
from tests.lrs.conftest import made, process
from tests.waiting import eventually

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[config.Settings], threading.Event]
Connect = Callable[[config.Settings], httpx.Client]

# What is told does not depend on the database in which it waits.
pytestmark = pytest.mark.parametrize("ready_url", ["sqlite"], indirect=True)


@pytest.fixture
def wired(settings: config.Settings, embedded: config.Settings) -> config.Settings:
    """An installation with its own store."""
    return settings.model_copy(update={"lrs_port": embedded.lrs_port})


@pytest.fixture
def serving(wired: config.Settings) -> Iterator[None]:
    """The store at work."""
    with process(wired):
        yield


def elsewhere(settings: config.Settings, key: str, secret: str, path: str = "/xapi") -> config.Settings:
    """The same store, named by an operator who may be wrong."""
    endpoint = f"http://127.0.0.1:{settings.embedded_lrs_port}{path}"
    return settings.model_copy(update={"lrs_endpoint": endpoint, "lrs_key": key, "lrs_secret": secret})


def standing(app: Flask) -> Standing:
    with app.app_context():
        return queries.standing(db.session)


def all_settled(app: Flask) -> tuple[int, int]:
    """How many were delivered and parked when none waits any more."""
    eventually(lambda: standing(app).queued == 0)
    return standing(app).delivered, standing(app).parked


def troubles(app: Flask) -> list[str]:
    with app.app_context():
        relays = queries.relays(db.session, dt.datetime.now(dt.UTC))
        return [relay.trouble for relay in relays if relay.trouble]


def parked(app: Flask) -> dict[str, str]:
    """Answers by statement."""
    with app.app_context():
        return {str(one.uuid): one.answer or "" for one in queries.parked(db.session, 10)}


def in_the_middle(app: Flask, happen: Happen, **parts: Any) -> tuple[str, list[str]]:
    """A statement with these parts between others of its registration; its id, and those of the others."""
    ((registration, ids),) = happen(10).items()
    strange = made(**parts, context={"registration": registration})
    with app.app_context(), transaction() as session:
        before = queries.find(session, uuid.UUID(ids[0]))
        assert before
        follow(session, before, Draft(uuid.UUID(strange["id"]), json.dumps(strange)), dt.datetime.now(dt.UTC))
    return strange["id"], ids


def held(client: httpx.Client) -> list[str]:
    """Ids of all that the store has, in the order of storing."""
    page = client.get("statements", params={"ascending": "true", "limit": 100}).json()
    return [one["id"] for one in page["statements"]]


@pytest.mark.usefixtures("serving")
def test_200(app: Flask, wired: config.Settings, connect: Connect, happen: Happen, relaying: Relaying) -> None:
    ((_, ids),) = happen(20).items()
    relaying(wired)
    assert all_settled(app) == (20, 0)
    assert held(connect(wired)) == ids


REFUSED = {
    "400 for one without a verb": ({"verb": None}, "400"),
    "400 for one with a score above its highest": ({"result": {"score": {"raw": 5, "max": 4}}}, "400"),
    "413 for one of more than 16 MiB": ({"result": {"response": "x" * 17 * 1024 * 1024}}, "413"),
}


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize("row", REFUSED)
def test_the_bad_one_is_parked(
    row: str, app: Flask, wired: config.Settings, connect: Connect, happen: Happen, relaying: Relaying
) -> None:
    parts, status = REFUSED[row]
    bad, ids = in_the_middle(app, happen, **parts)
    told = happen(10, learners=2)
    relaying(wired)
    assert all_settled(app) == (20, 1)
    assert parked(app)[bad].startswith(status)
    assert [one for one in held(connect(wired)) if one in ids] == ids
    assert {*held(connect(wired))} == {*ids, *(id_ for others in told.values() for id_ in others)}


@pytest.mark.usefixtures("serving")
def test_409_for_another_statement_while_it_has_some_of_the_batch(
    app: Flask, wired: config.Settings, connect: Connect, happen: Happen, relaying: Relaying
) -> None:
    ((_, ids),) = happen(10).items()
    with app.app_context():
        bodies = [json.loads(body) for body in queries.bodies(db.session)]
    client = connect(wired)
    client.post("statements", json=bodies[:3]).raise_for_status()
    client.post("statements", json=made(id=ids[5])).raise_for_status()
    relaying(wired)
    assert all_settled(app) == (9, 1)
    assert "another statement" in parked(app)[ids[5]]
    assert held(client) == [*ids[:3], ids[5], *ids[3:5], *ids[6:]]


@pytest.mark.usefixtures("serving")
def test_409_for_what_was_voided_there_meanwhile(
    app: Flask, wired: config.Settings, connect: Connect, happen: Happen, relaying: Relaying
) -> None:
    ((_, ids),) = happen(10).items()
    with app.app_context():
        bodies = [json.loads(body) for body in queries.bodies(db.session)]
    client, verb = connect(wired), {"id": "http://adlnet.gov/expapi/verbs/voided"}
    client.post("statements", json=bodies[0]).raise_for_status()
    client.post("statements", json=made(id=ids[5])).raise_for_status()  # so that the whole batch gets 409
    voiding = made(verb=verb, object={"objectType": "StatementRef", "id": ids[0]})
    client.post("statements", json=voiding).raise_for_status()
    relaying(wired)
    assert all_settled(app) == (9, 1)
    assert [*parked(app)] == [ids[5]]


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize("row", ["401 with a wrong key", "403 with a key that may only read", "404 at a wrong address"])
def test_a_pause(row: str, app: Flask, wired: config.Settings, happen: Happen, relaying: Relaying) -> None:
    happen(20, learners=2)
    relaying(_mistaken(row, wired))
    assert eventually(lambda: troubles(app))[0].startswith(row[:3])
    assert (standing(app).queued, standing(app).parked) == (20, 0)


def _mistaken(row: str, wired: config.Settings) -> config.Settings:
    if row.startswith("401"):
        return elsewhere(wired, "key", "wrong")
    scope = "read-own" if row.startswith("403") else "write"
    words = ["lrs", "key", "add", "sim", "--scope", scope, "--json"]
    said = json.loads(CliRunner().invoke(main, words, env={"LMS_INSTANCE": str(wired.instance)}).output)
    path = "/xapi/elsewhere" if row.startswith("404") else "/xapi"
    return elsewhere(wired, said["key"], said["secret"], path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_503_while_its_database_is_locked(
    kind: str,
    request: pytest.FixtureRequest,
    app: Flask,
    wired: config.Settings,
    connect: Connect,
    happen: Happen,
    relaying: Relaying,
) -> None:
    settings, url = {}, f"sqlite:///{wired.instance / 'lrs.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("store_in_postgres")
        settings["LMS_LRS_DATABASE_URL"] = url
    with process(wired, **settings):
        before = held(connect(wired))
        ((_, ids),) = happen(20).items()
        with _locked(url):
            relaying(wired)
            # A store on SQLite is patient for fifteen seconds, one on PostgreSQL for three.
            assert "503" in eventually(lambda: troubles(app), 30)[0]
            assert (standing(app).queued, standing(app).parked) == (20, 0)
        assert all_settled(app) == (20, 0)
        assert held(connect(wired)) == [*before, *ids]


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Nobody else can write to the store's database."""
    engine = create_engine(**engine_options(url))
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        yield
    engine.dispose()
