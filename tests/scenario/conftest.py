"""A learner before a story."""

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
from tests.scenario import sample


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    """A learner."""
    return person("Ada Bell")


@pytest.fixture
def publish(app: Flask) -> Callable[[str], None]:
    """Publishes the module with another story."""

    def do(story: str) -> None:
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            import_bundle(session, sample.bundle(story), dt.datetime.now(dt.UTC))
        library.forget()

    return do


@pytest.fixture
def learner(
    publish: Callable[[str], None], client: FlaskClient, ada: Person, sign_in: Callable[..., FlaskClient]
) -> Iterator[FlaskClient]:
    """Ada's browser."""
    publish(sample.TEXT)
    yield sign_in(client, ada)
    library.forget()
