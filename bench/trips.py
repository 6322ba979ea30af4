"""How often the database is asked for one request: statements, and all messages that wait for an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.load import Ask
from lms.db import db


@dataclass
class Trips:
    """Counted so far."""

    statements: int = 0
    others: int = 0
    """BEGIN and COMMIT of transactions."""


@contextmanager
def counting(app: Flask) -> Iterator[Trips]:
    """Count what the application of this process asks."""
    trips = Trips()

    def statement(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.startswith("BEGIN"):
            trips.others += 2  # and its COMMIT
        else:
            trips.statements += 1

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", statement)
    yield trips
    event.remove(engine, "before_cursor_execute", statement)


def trips_of(app: Flask, asks: Sequence[Ask], counted: int) -> Trips:
    """The most that one of the last requests needed, sent in their order to the application of this process."""
    client = app.test_client(use_cookies=False)
    found = [_trips(app, client, ask) for ask in asks]
    return max(found[-counted:], key=lambda one: one.statements + one.others)


def _trips(app: Flask, client: FlaskClient, ask: Ask) -> Trips:
    head, _, body = ask.wire.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    with counting(app) as trips:
        # As in a server: with a context of its own.
        answer = Context().run(client.open, path, method=method, data=body or None, headers=headers)
    assert answer.status_code == ask.status, (path, answer.status_code)
    return trips
