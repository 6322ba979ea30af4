"""`python -m tests.faults.broken VARIANT web|relay`: the product with one deliberate mistake.

Each is a mistake that such systems really make. The run that the product passes must fail with every one of them, or
it would prove nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from flask import Flask

from lms import app as application
from lms.cli import main
from lms.db import writing
from lms.operate import cli
from lms.outbox import service
from lms.xapi import carrying, flights, relay
from lms.xapi.answers import Answer, Verdict
from lms.xapi.client import Client

LATE_SECONDS = 4.0


def acknowledge_before_commit() -> None:
    """The learner is told that an answer to a check is kept, and it is kept a moment later."""
    make = application.create_app

    def make_hasty(*given: Any) -> Flask:
        made = make(*given)
        made.wsgi_app = _Hasty(made.wsgi_app)  # type: ignore[method-assign]
        return made

    cli.create_app = make_hasty  # type: ignore[attr-defined]


class _Hasty:
    """Answers first and works later."""

    def __init__(self, inner: Callable[..., Any]) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] != "POST" or "/checks/" not in environ["PATH_INFO"]:
            return self._inner(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        threading.Thread(target=self._work, args=(environ | {"wsgi.input": BytesIO(body)},)).start()
        start_response("303 See Other", [("Location", "/"), ("Content-Length", "0")])
        return [b""]

    def _work(self, environ: dict[str, Any]) -> None:
        time.sleep(LATE_SECONDS)
        for _ in self._inner(environ, lambda *_: None):
            pass


def mark_before_send() -> None:
    """A statement is marked as delivered, and then it is sent."""
    launch = flights.Flights.launch

    def mark_and_launch(self: flights.Flights, client: Client, batch: list[Any]) -> None:
        with relay.Session(_engine()) as session, writing(session):
            service.mark_delivered(session, {one.id: one.uuid for one in batch}, dt.datetime.now(dt.UTC))
        launch(self, client, batch)

    flights.Flights.launch = mark_and_launch  # type: ignore[method-assign]


def new_id_on_resend() -> None:
    """Whatever is sent a second time has another id."""
    send, sent = Client.send, _Remembered()

    def send_as_new(self: Client, bodies: Sequence[str]) -> Answer:
        return send(self, [sent.renamed(body) for body in bodies])

    Client.send = send_as_new  # type: ignore[method-assign]


class _Remembered:
    """Bodies that were sent by this process."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def renamed(self, body: str) -> str:
        if body not in self._known:
            self._known.add(body)
            return body
        return json.dumps(json.loads(body) | {"id": str(uuid.uuid4())})


def any_200_counts() -> None:
    """An answer of 200 means delivered, whoever gave it."""
    judge = carrying.verdict

    def judge_kindly(answer: Answer) -> Verdict:
        return Verdict.TAKEN if answer.status == 200 else judge(answer)

    carrying.verdict = judge_kindly


def _engine() -> Any:
    return relay.create_engine(**relay.engine_options(cli.config.load().database))


VARIANTS = {
    "acknowledge-before-commit": acknowledge_before_commit,
    "mark-before-send": mark_before_send,
    "new-id-on-resend": new_id_on_resend,
    "any-200-counts": any_200_counts,
}

if __name__ == "__main__":
    VARIANTS[sys.argv.pop(1)]()
    main()
