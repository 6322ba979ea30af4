"""The ground that every room stands on: transactions, sealing, settings."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import config, vault
from lms.accounts.models import Person
from lms.db import db, transaction

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def test_a_transaction_commits(session: Session) -> None:
    with transaction() as writing:
        writing.add(Person(email="a@example.org", name="A", created_at=NOON))
    assert session.scalar(select(Person.created_at)) == NOON


def test_an_exception_rolls_back(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        writing.add(Person(email="a@example.org", name="A", created_at=NOON))
        writing.flush()
        1 / 0  # noqa: B018
    assert session.scalar(select(Person.id)) is None


def test_a_read_before_does_not_hinder_a_transaction(session: Session) -> None:
    assert session.scalar(select(Person.id)) is None
    with transaction() as writing:
        writing.add(Person(email="a@example.org", name="A", created_at=NOON))
    assert session.scalar(select(Person.id)) is not None


def test_a_transaction_sees_what_others_did_since_the_last_look(app: Flask, session: Session) -> None:
    with transaction() as writing:
        writing.add(Person(email="a@example.org", name="A", created_at=NOON))
    before = session.scalars(select(Person)).one()

    def rename() -> None:
        with app.app_context(), transaction() as other:
            other.scalars(select(Person)).one().name = "B"

    with ThreadPoolExecutor(1) as pool:
        pool.submit(rename).result()
    assert before.name == "A"
    with transaction() as writing:
        assert writing.scalars(select(Person)).one().name == "B"


@pytest.mark.parametrize("ready_url", ["postgresql"], indirect=True)
def test_connections_that_were_cut_are_replaced(app: Flask, session: Session) -> None:
    with db.engine.connect(), db.engine.connect():
        pass  # both go back to the pool
    with psycopg.connect(app.config["CARES"].database.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for _ in range(3):
        with db.engine.connect() as one, db.engine.connect() as two:
            assert one.scalar(select(1)) == two.scalar(select(1)) == 1


def test_a_sealed_text_opens_only_where_it_belongs() -> None:
    key = vault.new_data_key()
    sealed = vault.seal(key, "naïve 🙂", "person 1, prompt a, version 1")
    assert vault.open_sealed(key, sealed, "person 1, prompt a, version 1") == "naïve 🙂"
    for other_key, about in (
        (key, "person 2, prompt a, version 1"),
        (vault.new_data_key(), "person 1, prompt a, version 1"),
    ):
        with pytest.raises(vault.SealBrokenError):
            vault.open_sealed(other_key, sealed, about)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LMS_PROT": "1"}, "LMS_PROT is not a setting; did you mean LMS_PORT?"),
        ({"LMS_PORT": "eighty"}, "LMS_PORT is 'eighty'"),
        ({"LMS_LRS_KEY": "k"}, "go together"),
        ({"LMS_DATABASE_URL": "mysql://x"}, "must start with sqlite:/// or postgresql://"),
    ],
)
def test_a_bad_setting_is_refused_with_its_name(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(config.SettingsError, match=re.escape(sentence)):
        config.load(environment)
