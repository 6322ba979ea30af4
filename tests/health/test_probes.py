"""What machines ask of a running installation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from lms import config
from lms.app import create_app
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, transaction
from tests.player import sample


@pytest.fixture
def published(app: Flask) -> None:
    """Something to learn."""
    with app.app_context(), transaction() as session:
        import_bundle(session, sample.bundle(), dt.datetime.now(dt.UTC))
    library.forget()


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("published")
def test_an_installation_with_modules_is_ready(client: FlaskClient) -> None:
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")


def test_without_modules_it_is_not(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "No programme is published.\n")
    assert answer.headers["Retry-After"]


@pytest.mark.usefixtures("published")
def test_with_tables_of_another_version_it_is_not(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "does not say of which version" in answer.text


def test_without_a_database_it_is_alive_but_not_ready(settings: config.Settings) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"})
    client = create_app(nowhere).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The database does not answer.\n")


def test_figures_are_for_who_knows_the_token(settings: config.Settings, person: Callable[..., object]) -> None:
    person("Ada Bell")
    app = create_app(settings.model_copy(update={"metrics_token": "secret"}))
    client = app.test_client()
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Bearer é"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret"})
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["cares_statements", "queued", "main"] == 0
    assert found["cares_statement_oldest_seconds", "main"] == 0
    assert found["cares_relays",] == 0
    with app.app_context():
        db.engine.dispose()


def test_without_a_token_in_the_settings_there_are_none(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
