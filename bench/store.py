"""What the embedded Learning Record Store takes from several clients at once, and how soon it answers questions."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar
from urllib.parse import urlencode

from bench import processes
from bench.delivery import told
from bench.load import Answer, Ask, visit, visit_all
from bench.report import Load, Store
from bench.server import Served, free_port, serving
from lms import keys

Part = TypeVar("Part")
HOME = "https://bench.example"
CLIENTS, SINGLES = 8, 250
"""Clients at once, and what each sends in a turn, one statement at a time."""
LOADERS, BATCHES, BATCH = 4, 15, 50
"""Loaders at once, the batches of each in a turn, and the statements of a batch."""
TURNS = 5
ASKED = 40
"""How often each question is asked."""


@dataclass(frozen=True)
class Client:
    """Someone who may store and read."""

    port: int
    key: keys.Credentials

    def send(self, bodies: Sequence[str]) -> Ask:
        """A request that stores statements."""
        content = f"[{','.join(bodies)}]".encode()
        return self._ask("POST", "", "Content-Type: application/json", content)

    def ask(self, **parameters: str) -> Ask:
        """A request that looks for statements."""
        return self._ask("GET", f"?{urlencode(parameters)}", "Accept: application/json")

    def _ask(self, method: str, query: str, header: str, content: bytes = b"") -> Ask:
        words = base64.b64encode(f"{self.key.key}:{self.key.secret}".encode()).decode()
        lines = [f"{method} /xapi/statements{query} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", header]
        lines += [f"Authorization: Basic {words}", "X-Experience-API-Version: 1.0.3", f"Content-Length: {len(content)}"]
        return Ask("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def measured(kind: str, url: str, folder: Path, stored: int) -> Store:
    """Two loads in turns on a store of its own; then questions, when it holds at least so many statements."""
    port, instance = free_port(), folder / "instance"
    environment = {"LMS_INSTANCE": str(instance), "LMS_LRS_PORT": str(port)}
    environment |= {"LMS_LRS_DATABASE_URL": url} if kind == "postgresql" else {}
    with serving(["-m", "lms", "lrs"], "/xapi/about", port, folder / "lrs.log", **environment) as served:
        client = Client(port, keys.lrs_client(instance))
        turns = [
            (_load(served, client, CLIENTS, SINGLES, 1), _load(served, client, LOADERS, BATCHES, BATCH))
            for _ in range(TURNS)
        ]
        singles, batches = (_middle(loads) for loads in zip(*turns, strict=True))
        held = TURNS * (CLIENTS * SINGLES + LOADERS * BATCHES * BATCH)
        while held < stored:
            more = told(HOME)
            visit(port, [client.send(part) for part in _parts(more, BATCH)])
            held += len(more)
        return Store(held, singles, batches, _questions(client), processes.pss_mb(served.pid))


def _load(served: Served, client: Client, visitors: int, requests: int, batch: int) -> Load:
    """So many visitors at once, each with statements of its own."""
    asks: list[list[Ask]] = []
    while len(asks) < visitors:
        parts = _parts(told(HOME), batch)
        asks += [[client.send(part) for part in share] for share in _parts(parts, requests) if len(share) == requests]
    before = processes.cpu_ms(served.pid)
    answers = visit_all(served.port, asks[:visitors])
    spent = processes.cpu_ms(served.pid) - before
    statements = visitors * requests * batch
    seconds = sum(answer.milliseconds for answer in answers) / visitors / 1000
    p50, p99 = _percentiles(answers)
    return Load(statements / seconds, spent / statements, p50, p99)


def _middle(loads: Sequence[Load]) -> Load:
    return Load(*(median(getattr(one, name) for one in loads) for name in Load.__annotations__))


def _questions(client: Client) -> dict[str, float]:
    """The median in milliseconds of the first page of each question."""
    text, *_ = told(HOME)
    visit(client.port, [client.send([text])])
    body = json.loads(text)
    agent, verb, activity = json.dumps(body["actor"]), body["verb"]["id"], body["object"]["id"]
    asked = {
        "everything": client.ask(),
        "a verb": client.ask(verb=verb),
        "an agent": client.ask(agent=agent),
        "a registration": client.ask(registration=body["context"]["registration"]),
        "an agent with a verb": client.ask(agent=agent, verb=verb),
        "a verb with an activity, 100": client.ask(verb=verb, activity=activity, limit="100"),
        "everything, canonical, 100": client.ask(format="canonical", limit="100"),
    }
    return {name: _percentiles(visit(client.port, [one] * ASKED))[0] for name, one in asked.items()}


def _percentiles(answers: Sequence[Answer]) -> tuple[float, float]:
    times = sorted(answer.milliseconds for answer in answers)
    return times[len(times) // 2], times[len(times) * 99 // 100]


def _parts(values: Sequence[Part], count: int) -> list[Sequence[Part]]:
    return [values[start : start + count] for start in range(0, len(values), count)]
