"""A learner in a module with questions of every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.quiz import sample


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """A learner."""
    return person("Ada Bell")


@pytest.fixture
def learner(app: Flask, client: FlaskClient, ada: Person, sign_in: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    """Ada's browser."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), dt.datetime.now(dt.UTC))
    library.forget()
    yield sign_in(client, ada)
    library.forget()
