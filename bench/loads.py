"""What a Learning Record Store takes: several clients at once, one statement at a time or in batches."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar
from urllib.parse import urlencode

from bench.delivery import told
from bench.load import Answer, Ask, visit, visit_all
from bench.report import Load
from lms.keys import Credentials

Part = TypeVar("Part")
HOME = "https://bench.example"
CLIENTS, SINGLES = 8, 250
"""Clients at once, and what each sends in a turn, one statement at a time."""
LOADERS, BATCHES, BATCH = 4, 15, 50
"""Loaders at once, the batches of each in a turn, and the statements of a batch."""
TURN = CLIENTS * SINGLES + LOADERS * BATCHES * BATCH
"""Statements of a turn."""
COMMON = (("experienced", "page-1"), ("answered", "quiz"))
"""Verbs and things of which half of the statements of `common` are each."""


@dataclass(frozen=True)
class Client:
    """Someone who may store and read in a store on this machine."""

    port: int
    key: Credentials
    root: str = "/xapi"
    """The path under which the resources are."""

    def send(self, bodies: Sequence[str]) -> Ask:
        """A request that stores statements."""
        content = f"[{','.join(bodies)}]".encode()
        return self._ask("POST", "", "Content-Type: application/json", content)

    def ask(self, **parameters: str) -> Ask:
        """A request that looks for statements."""
        return self._ask("GET", f"?{urlencode(parameters)}", "Accept: application/json")

    def fill(self, texts: Sequence[str]) -> None:
        """Store statements one batch after the other."""
        visit(self.port, [self.send(part) for part in parts(texts, BATCH)])

    def _ask(self, method: str, query: str, header: str, content: bytes = b"") -> Ask:
        words = base64.b64encode(f"{self.key.key}:{self.key.secret}".encode()).decode()
        lines = [f"{method} {self.root}/statements{query} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", header]
        lines += [f"Authorization: Basic {words}", "X-Experience-API-Version: 1.0.3", f"Content-Length: {len(content)}"]
        return Ask("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def turn(client: Client, cpu_ms: Callable[[], float]) -> tuple[Load, Load]:
    """What it took of both loads: singles, batches."""
    return _load(client, cpu_ms, CLIENTS, SINGLES, 1), _load(client, cpu_ms, LOADERS, BATCHES, BATCH)


def middle(loads: Sequence[Load]) -> Load:
    """The median of each figure."""
    return Load(*(median(getattr(one, name) for one in loads) for name in Load.__annotations__))


def common() -> list[str]:
    """Statements of two verbs and two things: both things of a verb are common, and only one goes with it."""
    return [_about(text, *COMMON[number % 2]) for number, text in enumerate(told(HOME))]


def percentiles(answers: Sequence[Answer]) -> tuple[float, float]:
    """The 50th and the 99th, in milliseconds."""
    times = sorted(answer.milliseconds for answer in answers)
    return times[len(times) // 2], times[len(times) * 99 // 100]


def parts(values: Sequence[Part], count: int) -> list[Sequence[Part]]:
    """So many at a time."""
    return [values[start : start + count] for start in range(0, len(values), count)]


def _load(client: Client, cpu_ms: Callable[[], float], visitors: int, requests: int, batch: int) -> Load:
    """So many visitors at once, each with statements of its own."""
    asks: list[list[Ask]] = []
    while len(asks) < visitors:
        sent = [client.send(part) for part in parts(told(HOME), batch)]
        asks += [list(share) for share in parts(sent, requests) if len(share) == requests]
    before = cpu_ms()
    answers = visit_all(client.port, asks[:visitors])
    spent = cpu_ms() - before
    statements = visitors * requests * batch
    seconds = sum(answer.milliseconds for answer in answers) / visitors / 1000
    return Load(statements / seconds, spent / statements, *percentiles(answers))


def _about(text: str, verb: str, thing: str) -> str:
    return re.sub(r"/pages/page-\d+", f"/pages/{thing}", text.replace("/verbs/experienced", f"/verbs/{verb}"))
