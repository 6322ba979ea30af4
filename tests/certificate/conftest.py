"""Someone who has completed the only module of a programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from tests.quiz import sample

DONE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
SignIn = Callable[..., FlaskClient]


def publish(app: Flask, months: int | None) -> None:
    files = dict(sample.bundle().files)
    rule = "" if months is None else f"certificate: {{valid_months: {months}}}\n"
    files["courses/programme.yaml"] += rule.encode()
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, Bundle(files), DONE)
    library.forget()


@pytest.fixture
def ada(app: Flask, person: Callable[..., Person]) -> Iterator[Person]:
    """Someone who has completed the only module of a programme."""
    publish(app, None)
    made = person("Ada Bell")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        taken = {"person_id": made.id, "module_id": sample.MODULE, "registered_at": DONE, "state": State.COMPLETED}
        session.add(Registration(**taken, started_at=DONE, completed_at=DONE))
    yield made
    library.forget()


@pytest.fixture
def learner(ada: Person, client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, ada)
