"""What the embedded Learning Record Store takes, and how soon it answers questions; if wanted, beside a peer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench import processes
from bench.delivery import told
from bench.load import visit
from bench.loads import COMMON, HOME, TURN, Client, common, middle, percentiles, turn
from bench.report import Load, Store
from bench.server import free_port, serving
from lms import keys

TURNS = 5
ASKED = 40
"""How often each question is asked."""

Takers = Sequence[tuple[str, Client, Callable[[], float]]]
"""Stores with their names, whom to ask, and the CPU time that each has taken."""


def peer(url: str, key: str, secret: str) -> Client:
    """A store of others that serves on this machine. Raises ValueError for one elsewhere."""
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("a peer must be at http://127.0.0.1:<port>/<path>")
    return Client(address.port or 80, keys.Credentials(key, secret), address.path.rstrip("/"))


def measured(kind: str, url: str, folder: Path, stored: int, other: Client | None) -> Store:
    """Two loads in turns, on an empty store and when it holds so many statements; then questions."""
    port, instance = free_port(), folder / "instance"
    environment = {"LMS_INSTANCE": str(instance), "LMS_LRS_PORT": str(port)}
    environment |= {"LMS_LRS_DATABASE_URL": url} if kind == "postgresql" else {}
    with serving(["-m", "lms", "lrs"], "/xapi/about", port, folder / "lrs.log", **environment) as served:
        client = Client(port, keys.lrs_client(instance))
        own: Takers = [("", client, lambda: processes.cpu_ms(served.pid))]
        loads = _loads(own if other is None else [*own, ("peer: ", other, lambda: float("nan"))])
        held = TURNS * TURN
        while held < stored:
            more = common()
            client.fill(more)
            held += len(more)
        loads |= {f"{name}, at {held:,}": load for name, load in _loads(own).items()}
        return Store(held, loads, _questions(client), processes.pss_mb(served.pid))


def _loads(takers: Takers) -> dict[str, Load]:
    """Each store in its turn, so that none has the quieter machine."""
    turns = [[turn(client, cpu_ms) for _, client, cpu_ms in takers] for _ in range(TURNS)]
    found = {}
    for (name, *_), each in zip(takers, zip(*turns, strict=True), strict=True):
        singles, batches = zip(*each, strict=True)
        found[f"{name}8 clients, single"] = middle(singles)
        found[f"{name}4 loaders, batches of 50"] = middle(batches)
    return found


def _questions(client: Client) -> dict[str, float]:
    """The median in milliseconds of the first page of each question."""
    text, *_ = told(HOME)
    client.fill([text])
    body = json.loads(text)
    agent, verb, activity = json.dumps(body["actor"]), body["verb"]["id"], body["object"]["id"]
    thing = activity.rpartition("/")[0] + f"/{COMMON[1][1]}"
    section = body["context"]["contextActivities"]["parent"][0]["id"]
    asked = {
        "everything": client.ask(),
        "a verb": client.ask(verb=verb),
        "an agent": client.ask(agent=agent),
        "a registration": client.ask(registration=body["context"]["registration"]),
        "an agent with a verb": client.ask(agent=agent, verb=verb),
        "a verb with an activity, 100": client.ask(verb=verb, activity=activity, limit="100"),
        "both common, never together": client.ask(verb=verb, activity=thing),
        "the same, related": client.ask(verb=verb, activity=thing, related_activities="true"),
        "a verb within a section": client.ask(verb=verb, activity=section, related_activities="true"),
        "everything, canonical, 100": client.ask(format="canonical", limit="100"),
    }
    return {name: percentiles(visit(client.port, [one] * ASKED))[0] for name, one in asked.items()}
