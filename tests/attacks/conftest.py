"""An installation with the real module, and someone who has done everything in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content import bundle as bundles
from lms.content.library import library
from lms.content.service import import_new
from lms.db import db, transaction
from lms.migrations.tables import tables
from tests.attacks.walk import Walk, walk

REPOSITORY = Path(__file__).parents[2]
SECRET = "Unheard-of-words-4711"
"""What the owner types into every box."""

Dump = dict[str, list[tuple[Any, ...]]]


@dataclass
class Owner:
    """Whoever is attacked."""

    person: Person
    browser: FlaskClient
    walk: Walk


@pytest.fixture
def ready_url(sqlite_pattern: Path, tmp_path: Path) -> str:
    """One kind of database is enough here: what is attacked stands above it."""
    path = tmp_path / "cares.db"
    path.write_bytes(sqlite_pattern.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def owner(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Owner:
    """A learner with something of every kind."""
    with app.app_context(), transaction() as session:
        import_new(session, bundles.from_folder(REPOSITORY), dt.datetime.now(dt.UTC))
    library.forget()
    ada = person("Ada Bell", password="a long enough password")
    browser = sign_in(app.test_client(), ada)
    return Owner(ada, browser, walk(app, browser, SECRET))


@pytest.fixture
def other(app: Flask, owner: Owner, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Another learner, who has begun the same module."""
    browser = sign_in(app.test_client(), person("Eve Lund"))
    browser.get("/modules/notice-and-listen/pages/who-cares")
    return browser


def dump(app: Flask, *without: str) -> Dump:
    """Everything that is kept, but for some tables."""
    with app.app_context():
        found = {
            table.name: sorted(map(repr, db.session.execute(select(table)).all()))
            for table in tables().sorted_tables
            if table.name not in ("sign_in", *without)
        }
        db.session.rollback()
    return found  # type: ignore[return-value]


def changed(before: Dump, after: Dump) -> set[str]:
    """Tables that are not as they were."""
    return {name for name in before if before[name] != after[name]}
