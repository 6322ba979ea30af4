"""The Learning Record Store, called directly and as a process of its own."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa
from werkzeug.test import Client, TestResponse

from lms import config
from lms.keys import Credentials, lrs_client
from lms.lrs.app import Application
from lms.lrs.clock import Clock
from lms.lrs.models import metadata
from lms.lrs.storage import Storage
from tests import plain_http
from tests.databases import new_database
from tests.xapi.conftest import happen, relaying

__all__ = ["happen", "relaying"]  # fixtures that are used here as well

CLIENT = Credentials("key", "secret")
HOME = "https://cares.example.org"
VERSION = "X-Experience-API-Version"

QUICK = "from lms.lrs.cli import lrs; lrs()"
"""The command `lms lrs` without loading all other commands first."""

Json = dict[str, Any]


def basic(client: Credentials) -> str:
    """The header that credentials make."""
    return "Basic " + base64.b64encode(f"{client.key}:{client.secret}".encode()).decode()


class Lrs(Client):
    """The store without a network between; sends the headers that every request needs."""

    def ask(self, method: str, path: str, content: Any = None, **headers: str | None) -> TestResponse:
        """A request; content that is not bytes is sent as JSON. A header of None is left out."""
        given = {"Authorization": basic(CLIENT), VERSION: "1.0.3", "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in ({**given, **named}).items() if value is not None}
        body = content if isinstance(content, bytes | None) else json.dumps(content).encode()
        return self.open(f"/xapi/{path}", method=method, data=body, headers=sent)

    def get(self, **parameters: Any) -> TestResponse:  # type: ignore[override]
        """GET of statements."""
        return self.ask("GET", "statements?" + urlencode({name: _text(value) for name, value in parameters.items()}))

    def find(self, **parameters: Any) -> list[Json]:
        """The statements on the first page."""
        answer = self.get(**parameters)
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.get_json()["statements"]
        return found

    def ids(self, **parameters: Any) -> list[str]:
        """Ids of the statements on the first page."""
        return [one["id"] for one in self.find(**parameters)]

    def post(self, content: Any) -> TestResponse:  # type: ignore[override]
        """POST of statements."""
        return self.ask("POST", "statements", content)

    def put(self, id_: str, content: Any) -> TestResponse:  # type: ignore[override]
        """PUT of a statement."""
        return self.ask("PUT", f"statements?statementId={id_}", content)

    def keep(self, **parts: Any) -> str:
        """Store a statement with these parts; its id."""
        answer = self.post(made(**parts))
        assert answer.status_code == 200, answer.text
        (id_,) = answer.get_json()
        return str(id_)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict) else str(value)


def made(**parts: Any) -> Json:
    """A small valid statement with parts put in; a part of None is left out."""
    whole = {
        "id": str(uuid.uuid4()),
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": "http://example.org/verbs/did"},
        "object": {"id": "http://example.org/things/one"},
        **parts,
    }
    return {name: value for name, value in whole.items() if value is not None}


@pytest.fixture(scope="session")
def store_in_postgres(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database for stores, which the tests use in turns."""
    with new_database(postgres_url) as url:
        yield url.replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """An empty store on a database of each kind."""
    if request.param == "sqlite":
        storage = Storage(f"sqlite:///{tmp_path / 'lrs.db'}")
    else:
        storage = Storage(request.getfixturevalue("store_in_postgres"))
        storage.write(wipe)
    yield storage
    storage.close()


def wipe(connection: sa.Connection, _clock: Clock) -> None:
    """Delete all that is stored."""
    for table in metadata.sorted_tables:
        connection.execute(table.delete())


@pytest.fixture
def lrs(storage: Storage) -> Lrs:
    """An empty store."""
    return Lrs(Application(storage, CLIENT, HOME))


@contextmanager
def process(settings: config.Settings, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`lms lrs` as a process of its own, once it answers; with more settings, if any."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment |= {"LMS_INSTANCE": str(settings.instance), "LMS_LRS_PORT": str(settings.lrs_port), **more}
    running = subprocess.Popen([sys.executable, "-c", QUICK], env=environment, stderr=subprocess.PIPE)
    try:
        _await_answer(settings, running)
        yield running
    finally:
        running.kill()
        running.wait()


def _await_answer(settings: config.Settings, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and running.poll() is None:
        try:
            plain_http.get(f"http://127.0.0.1:{settings.embedded_lrs_port}/xapi/about")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    assert running.stderr is not None
    raise AssertionError(f"the store does not answer: {running.stderr.read().decode()}")


@pytest.fixture
def embedded(tmp_path: Path) -> config.Settings:
    """Settings of an installation whose store has a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return config.load({}, instance=tmp_path / "instance", lrs_port=port)


@pytest.fixture
def connect() -> Iterator[Callable[[config.Settings], httpx.Client]]:
    """Clients of a store that is a process of its own."""
    clients = []

    def open_(settings: config.Settings) -> httpx.Client:
        client = plain_http.client(
            base_url=f"http://127.0.0.1:{settings.embedded_lrs_port}/xapi/",
            headers={"Authorization": basic(lrs_client(settings.instance)), VERSION: "1.0.3"},
            timeout=20,
        )
        clients.append(client)
        return client

    yield open_
    for client in clients:
        client.close()
