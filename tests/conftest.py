"""Fixtures shared by all tests: both databases, an application, a session."""

from __future__ import annotations

import contextvars
import datetime as dt
import gc
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from xdist.scheduler import LoadScopeScheduling

from lms import config
from lms.accounts import passwords, service
from lms.accounts.models import Person, Role
from lms.accounts.queries import site_by_code
from lms.app import create_app
from lms.content import strict_yaml
from lms.content.library import library
from lms.db import db, writing
from tests.browser import chromium  # noqa: F401 - a fixture for all
from tests.databases import embedded_postgres, lay_out, new_database, wipe

# How long an example takes says how busy the machine is; tests of speed measure CPU time.
hypothesis.settings.register_profile("cares", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("cares")

TOGETHER = ("tests/attacks/", "tests/operate/test_up.py", "tests/standards/")
"""In one test process."""


def pytest_xdist_auto_num_workers() -> int:
    """One more for every two processors: a sixth of the time a test waits for a relay, a store or a browser."""
    count = os.cpu_count() or 1
    return count + count // 2


class Scheduling(LoadScopeScheduling):
    """Each test to the next test process that is free, but for those that share what takes long to be made."""

    def _split_scope(self, nodeid: str) -> str:
        return next((room for room in TOGETHER if nodeid.startswith(room)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Marks would be the way, but pytest-xdist 3.8 writes the groups where pytest 9.2 does not look."""
    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: to look through it again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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
            # An answer that is written bit by bit is read where its request is known.
            kwargs.setdefault("buffered", True)
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


class KeptTemplates(BytecodeCache):
    """Templates are compiled once for all applications of a run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()
hashed = cache(passwords.hashed)
"""Real hashes, of each password only one: it takes as long as it should."""


@pytest.fixture(scope="session", autouse=True)
def _every_text_is_parsed_once() -> Iterator[None]:
    """Most tests load the same samples, and to parse their YAML takes most of the time that they take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "load", cache(strict_yaml.load))
        yield


@pytest.fixture(scope="session", autouse=True)
def _every_route_is_compiled_once() -> Iterator[None]:
    """Nearly every test has an application of its own, and to compile its routes took a quarter of all the time."""
    kept: dict[tuple[object, ...], Rule] = {}
    compiled = Rule.compile

    def once(rule: Rule) -> None:
        assert rule.map
        words = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes, rule.strict_slashes)
        key = (*words, rule.map.host_matching, frozenset(rule.map.converters.items()))
        if key not in kept:
            compiled(rule)
            kept[key] = rule
            return
        same = kept[key]
        rule._parts, rule._trace, rule._converters = same._parts, same._trace, same._converters
        rule.arguments |= same.arguments
        rule._build = same._build.__func__.__get__(rule)  # type: ignore[attr-defined]
        rule._build_unknown = same._build_unknown.__func__.__get__(rule)  # type: ignore[attr-defined]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _every_query_is_compiled_once() -> Iterator[None]:
    """The engine of each test would compile what the one before has compiled for the same kind of database."""
    kept: LRUCache[Any, Any] = LRUCache(20_000)

    def kind(dialect: DefaultDialect) -> tuple[object, ...]:
        own = ("_json_serializer", "_json_deserializer", "server_version_info")
        return (type(dialect), dialect.paramstyle, *(getattr(dialect, name, None) for name in own))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(kind(one)))
        patch.setattr(DefaultDialect, "__eq__", lambda one, two: one is two or kind(one) == kind(two))
        patch.setattr(Engine, "_compiled_cache", property(lambda _: kept, lambda _, __: None), raising=False)
        yield


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server: the one named by LMS_TEST_POSTGRES_URL, else an embedded one; else a skip."""
    given = os.environ.get("LMS_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    server = embedded_postgres(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'cares.db'}"
        return
    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "pattern.db"
    lay_out(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def shared_postgres(postgres_url: str) -> Iterator[Engine]:
    """A PostgreSQL database with all tables, which the tests use in turns: to make one takes longer than most tests."""
    with new_database(postgres_url) as url:
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)
        lay_out(url)
        engine = create_engine(url, pool_size=1, pool_pre_ping=True)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def ready_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind with all tables and no rows."""
    if request.param == "sqlite":
        path = tmp_path / "cares.db"
        shutil.copy(request.getfixturevalue("sqlite_pattern"), path)
        return f"sqlite:///{path}"
    engine: Engine = request.getfixturevalue("shared_postgres")
    wipe(engine)
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def settings(tmp_path: Path, ready_url: str) -> config.Settings:
    """Settings of a fresh installation, whose database has its tables."""
    return config.load({}, instance=tmp_path / "instance", database_url=ready_url)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """An application on a database without rows."""
    library.forget()
    app = create_app(settings)
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = TEMPLATES
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
                service.set_password(session, made, hashed(password))
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
