"""Base class, session, transactions and the column types that every table uses."""

from __future__ import annotations

import datetime as dt
import importlib
import select
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Engine,
    Enum,
    Executable,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

OUT_OF_REACH = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised when the database is locked for long, full or gone."""
_LOCK_NOT_AVAILABLE = "55P03"
WRITES = {"writes": True}
"""Execution options of a connection whose transaction writes."""
UNSEEN = {"synchronize_session": False}
"""Execution options of what changes many rows at once: they are not looked for among what the session holds."""
_READS_ALONE = "reads_alone"
"""Execution option of an engine on which what is read stands in no transaction."""
ZONE = "time_zone"
"""Under which name a session knows the time zone of the installation."""


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC; a naive one is refused, since nobody can say what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; `jsonb` on PostgreSQL."""

PrimaryKey = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[dt.datetime, mapped_column(UTCDateTime)]


def choice(kind: type[StrEnum]) -> Enum:
    """Column type of a value out of a closed list, kept as its word."""
    return Enum(
        kind, native_enum=False, length=20, values_callable=lambda members: [member.value for member in members]
    )


class Base(DeclarativeBase):
    """Root of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dt.datetime: UTCDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012


def as_facts(row: Base, but: Collection[str] = ()) -> dict[str, Any]:
    """A row as plain values for whom it is about: no numbers that mean something in here only, and no sealed bytes."""
    columns = [
        (name, column)
        for name, column in row.__mapper__.columns.items()
        if not (column.primary_key or column.foreign_keys or isinstance(column.type, LargeBinary) or name in but)
    ]
    return {name: plain(getattr(row, name)) for name, column in columns}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | StrEnum) else value


db = SQLAlchemy(session_options={"expire_on_commit": False})


@contextmanager
def transaction() -> Iterator[Session]:
    """The request's session inside one write transaction: committed at the end, rolled back by any exception."""
    with writing(db.session) as session:
        yield session


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """A session inside one write transaction: committed at the end, rolled back by any exception.

    SQLite takes the write lock at the start: a reader that turns writer half way would fail under load.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside of a transaction")
    # What was read before may have changed meanwhile: in here everything is seen as it is when it is asked for.
    session.expire_all()
    engine = session.get_bind()
    if engine.get_execution_options().get(_READS_ALONE):
        is_sqlite = engine.dialect.name == "sqlite"
        begin = "BEGIN IMMEDIATE" if is_sqlite else "BEGIN ISOLATION LEVEL READ COMMITTED"
        session.connection().exec_driver_sql(begin)
    elif engine.dialect.name == "sqlite":
        session.commit()  # ends a read that came before
        session.connection(execution_options=WRITES)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def zone_of(session: Session) -> str:
    """The time zone (IANA name) whose days are meant where a day is asked of a database that keeps moments in UTC.

    It is the installation's for sessions of the application, as PostgreSQL too has one for each session.
    """
    zone: str = session.info.get(ZONE, "UTC")
    return zone


class HeldError(Exception):
    """A row that was to be changed is being changed by somebody else, for longer than we wait."""


@contextmanager
def waiting() -> Iterator[None]:
    """Around a query that locks a row. Raises HeldError where PostgreSQL gives up; SQLite waits for all who write."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise HeldError from error
        raise


def write_at_once(session: Session, statement: Executable, **values: Any) -> None:
    """One statement that writes and stands alone: it is committed when this returns.

    For the web's sessions outside of `transaction`, where a page notes something small in passing.
    """
    if not session.get_bind().get_execution_options().get(_READS_ALONE):
        raise RuntimeError("this session would commit nothing by itself")
    session.connection().execute(statement, values)


def count_changed(session: Session, statement: Executable) -> int:
    """Carry out an UPDATE or DELETE of many rows; how many there were."""
    result = session.execute(statement, execution_options=UNSEEN)
    return result.rowcount if isinstance(result, CursorResult) else 0


def count_anew(session: Session, *tables: type[Base]) -> None:
    """Many rows came or changed: PostgreSQL looks at once how many there are, and not within a minute or so.

    Until then it would take the tables for as small as they were, and compare each row of one with all of another.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(text("ANALYZE " + ", ".join(table.__tablename__ for table in tables)))


@contextmanager
def open_session(url: str) -> Iterator[Session]:
    """A session of its own on a database, for commands and workers outside of the web application.

    It has no sinks: what happens to learners goes through sessions of the application.
    """
    engine = create_engine(**engine_options(url))
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


def insert(place: Session | Connection, table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do if the row is there already (`on_conflict_do_…`)."""
    dialect = place.dialect if isinstance(place, Connection) else place.get_bind().dialect
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def engine_options(url: str) -> dict[str, Any]:
    """Arguments of `create_engine` for a database URL (SECURITY rules for SQLite and PostgreSQL)."""
    # Parameters of a failed query may be someone's private words: they must not reach a log.
    if url.startswith("sqlite"):
        return {"url": url, "module": sqlite_module(), "hide_parameters": True}
    timeouts = "-c statement_timeout=10000 -c lock_timeout=3000 -c timezone=utc"
    return {
        "url": url,
        "hide_parameters": True,
        "pool_size": 8,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"connect_timeout": 5, "options": timeouts},
    }


def web_engine_options(url: str) -> dict[str, Any]:
    """The same for the web application: what it reads outside of `transaction` stands in no transaction of its own.

    Each question has one answer at one moment, as with READ COMMITTED, and the two messages that would begin and end
    a transaction around every page are saved.
    """
    options = engine_options(url) | {"execution_options": {_READS_ALONE: True}}
    return options if url.startswith("sqlite") else options | {"isolation_level": "AUTOCOMMIT"}


def sqlite_module() -> Any:
    """The SQLite driver: pysqlite3, which brings a sound library, else the standard one."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def has_sound_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite version is free of the fault that can corrupt a WAL database with several processes.

    Versions 3.7.0 to 3.51.2 have it, but for the fixed 3.44.6 and 3.50.7 lines.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    if not hasattr(connection, "isolation_level") or "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None  # the driver must not begin transactions of its own
    journal = "WAL" if has_sound_wal(sqlite_module().sqlite_version_info) else "TRUNCATE"
    for pragma in (
        "busy_timeout=15000",
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "checkout")
def _look_whether_it_was_cut(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that PostgreSQL has closed has something to read: seen without a question that has to be awaited."""
    is_postgresql = "psycopg" in type(connection).__module__
    if is_postgresql and (connection.closed or _has_something_to_read(connection)):
        raise DisconnectionError  # the pool makes another one


def _has_something_to_read(connection: Any) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name != "sqlite":
        return
    if options.get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not options.get(_READS_ALONE):
        connection.exec_driver_sql("BEGIN")
