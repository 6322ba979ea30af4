"""The store as a process: real HTTP, real disk, killed, stopped, refused a port."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import httpx
import pytest
from flask import Flask

from lms import config
from lms.db import db
from lms.lrs.app import CONTENT_BYTES
from lms.outbox import queries
from lms.xapi.doctor import check
from tests.lrs.conftest import QUICK, made, process
from tests.waiting import eventually

Connect = Callable[[config.Settings], httpx.Client]


# The relay's own tests run on both databases.
@pytest.mark.parametrize("ready_url", ["sqlite"], indirect=True)
def test_what_happens_reaches_the_store_once_and_in_order(
    app: Flask,
    settings: config.Settings,
    embedded: config.Settings,
    connect: Connect,
    happen: Callable[..., dict[str, list[str]]],
    relaying: Callable[[config.Settings], threading.Event],
) -> None:
    wired = settings.model_copy(update={"lrs_port": embedded.lrs_port})
    told = happen(120, learners=3)
    relaying(wired)
    with process(wired) as running:
        eventually(lambda: _delivered(app) > 0)
        running.kill()
        running.wait()
        told |= _joined(told, happen(30, learners=3))
    with process(wired):
        eventually(lambda: _delivered(app) == sum(map(len, told.values())), 20)
        client = connect(wired)
        for registration, ids in told.items():
            assert _pages(client, registration) == ids
        assert all(finding.is_well for finding in check(wired))


def _joined(told: dict[str, list[str]], more: dict[str, list[str]]) -> dict[str, list[str]]:
    return {registration: told.get(registration, []) + ids for registration, ids in more.items()}


def _delivered(app: Flask) -> int:
    with app.app_context():
        return queries.standing(db.session).delivered


def _pages(client: httpx.Client, registration: str) -> list[str]:
    """Ids of all statements of a registration, from as many pages as it takes."""
    page = client.get("statements", params={"registration": registration, "ascending": "true", "limit": 17}).json()
    ids = [one["id"] for one in page["statements"]]
    while page["more"]:
        page = client.get(httpx.URL(f"http://127.0.0.1:{client.base_url.port}{page['more']}")).json()
        ids += [one["id"] for one in page["statements"]]
    return ids


def test_what_was_acknowledged_is_there_after_a_kill(embedded: config.Settings, connect: Connect) -> None:
    acknowledged: list[str] = []
    with process(embedded) as running:
        writers = [threading.Thread(target=_write, args=(connect(embedded), acknowledged)) for _ in range(4)]
        for writer in writers:
            writer.start()
        eventually(lambda: len(acknowledged) > 60)
        running.kill()
        for writer in writers:
            writer.join()
    with process(embedded):
        client = connect(embedded)
        for id_ in acknowledged:
            assert client.get("statements", params={"statementId": id_}).status_code == 200


def _write(client: httpx.Client, acknowledged: list[str]) -> None:
    while True:
        statement = made()
        try:
            answer = client.put("statements", params={"statementId": statement["id"]}, json=statement)
        except httpx.TransportError:
            return
        assert answer.status_code == 204
        acknowledged.append(statement["id"])


def test_what_comes_without_a_length_is_taken_whole_or_not_at_all(embedded: config.Settings, connect: Connect) -> None:
    where = {"activityId": "a:b", "stateId": "s", "agent": '{"mbox": "mailto:ada@example.org"}'}

    def put(size: int) -> int:
        pieces = (b"a" * min(1 << 16, size - begun) for begun in range(0, size, 1 << 16))
        headers = {"Content-Type": "application/octet-stream"}
        return client.put("activities/state", params=where, content=pieces, headers=headers).status_code

    with process(embedded):
        client = connect(embedded)
        assert put(CONTENT_BYTES) == 204
        assert put(CONTENT_BYTES + 1) == 413
        client = connect(embedded)
        assert put(CONTENT_BYTES + (1 << 20)) == 413
        assert len(connect(embedded).get("activities/state", params=where).content) == CONTENT_BYTES


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_and_finishes_what_it_has_in_hand(
    embedded: config.Settings, connect: Connect, sign: signal.Signals
) -> None:
    content = json.dumps([made() for _ in range(20)]).encode()
    with process(embedded) as running:
        idle = connect(embedded)
        assert idle.get("about").status_code == 200  # its connection stays open
        asking = http.client.HTTPConnection("127.0.0.1", embedded.lrs_port)
        asking.putrequest("POST", "/xapi/statements")
        for name, value in {**idle.headers, "Content-Type": "application/json"}.items():
            asking.putheader(name, value)
        asking.putheader("Content-Length", str(len(content)))
        asking.endheaders(content[:100])
        time.sleep(0.5)
        before = time.monotonic()
        running.send_signal(sign)
        time.sleep(0.2)
        asking.send(content[100:])
        answer = asking.getresponse()
        assert (answer.status, len(json.loads(answer.read()))) == (200, 20)
        assert running.wait(10) == 0
        # Within a second; a busy machine may need more, but not gunicorn's thirty.
        assert time.monotonic() - before < 10
        asking.close()
    assert sorted(path.name for path in embedded.instance.iterdir()) == ["keys", "lrs.db"]


def test_a_taken_port_is_said_in_one_sentence(embedded: config.Settings) -> None:
    with socket.create_server(("127.0.0.1", embedded.lrs_port)):
        assert f"cannot listen on port {embedded.lrs_port}" in _failing(embedded)


def test_a_file_that_is_no_database_is_said_in_one_sentence(embedded: config.Settings) -> None:
    embedded.instance.mkdir()
    (embedded.instance / "lrs.db").write_text("This is not a database, whatever its name may say. " * 99)
    assert "lrs.db cannot be opened" in _failing(embedded)


def _failing(settings: config.Settings) -> str:
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_LRS_PORT": str(settings.lrs_port)}
    done = subprocess.run([sys.executable, "-c", QUICK], env=environment, capture_output=True, timeout=20, check=False)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "Traceback" not in said
    return said.splitlines()[-1]
