"""The embedded store behind a real port, and statements for it: ours, and such as another program might write."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from lms import events
from lms.keys import Credentials
from lms.lrs.app import Application
from lms.lrs.storage import Storage
from lms.xapi.client import Client
from lms.xapi.statements import statements
from lms.xapi.target import Target
from tests.xapi.conftest import COURSE

KEY = Credentials("key", "secret")
Json = dict[str, Any]


@dataclass
class Holding:
    """A store at work, and what tells it statements."""

    url: str
    home: str
    """Public address of the installation whose statements it holds."""
    ids: list[str] = field(default_factory=list)

    def keep(self, *statements: Json) -> None:
        """Store statements; what they are is checked by the store."""
        with Client(Target(f"{self.url}/", KEY.key, KEY.secret)) as client:
            answer = client.send([json.dumps(one) for one in statements])
        assert answer.status == 200, answer
        self.ids += [one["id"] for one in statements]

    def tell(self, event: events.Event) -> list[str]:
        """Store what an event makes; the ids."""
        made = statements(self.home, event)
        self.keep(*made)
        return [str(one["id"]) for one in made]


@contextmanager
def at_work(folder: Path, home: str) -> Iterator[Holding]:
    """An empty store with a port of its own."""
    storage = Storage(f"sqlite:///{folder / 'held.db'}")
    server = make_server("127.0.0.1", 0, Application(storage, KEY, home), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Holding(f"http://127.0.0.1:{server.server_port}/xapi", home)
    server.shutdown()
    server.server_close()
    thread.join()
    storage.close()


def use(app: Flask, url: str, **others: Any) -> None:
    """Let an application ask the store of this address."""
    given = {"lrs_endpoint": url, "lrs_key": KEY.key, "lrs_secret": KEY.secret, **others}
    app.config["CARES"] = app.config["CARES"].model_copy(update=given)


def happened(kind: type[events.Event], who: uuid.UUID, **parts: Any) -> events.Event:
    """Something that somebody did."""
    at = parts.pop("at", dt.datetime.now(dt.UTC))
    return kind(at=at, learner=who, registration=uuid.uuid4(), course=parts.pop("course", COURSE), **parts)


def tried(who: uuid.UUID) -> events.Event:
    """A quiz that was passed with 8 of 10."""
    figures = {"raw": 8, "max": 10, "scaled": 0.8, "mastery_score": 0.75, "passed": True, "seconds": 61}
    return happened(events.QuizAttempted, who, attempt=uuid.uuid4(), **figures)


def of_another(**parts: Any) -> Json:
    """A statement that another program might write."""
    actor, thing = {"mbox": "mailto:kim@example.org"}, {"id": "http://example.org/things/one"}
    verb = {"id": "http://example.org/verbs/jumped", "display": {"en": "jumped"}}
    return {"id": str(uuid.uuid4()), "actor": actor, "verb": verb, "object": thing, **parts}
