"""A learner with a sample programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.player import sample


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """A learner."""
    return person("Ada Bell")


@pytest.fixture
def learner(app: Flask, client: FlaskClient, ada: Person, sign_in: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    """Ada's browser, in an installation with the sample programme."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), dt.datetime.now(dt.UTC))
    library.forget()
    yield sign_in(client, ada)
    library.forget()


@pytest.fixture
def questions(app: Flask) -> Iterator[Callable[[], int]]:
    """How many questions the database was asked since the last time this was called."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    def since() -> int:
        count = len(asked)
        asked.clear()
        return count

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    yield since
