"""Inserting many rows at once, in the driver's own words.

SQLAlchemy would look at every value of every row, which takes as long as the database does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

MARKS = {"sqlite": "?", "postgresql": "%s"}
"""Where a value goes."""
_SQLITE_PAIRS = "(origin, term, stored) SELECT ?1, substr(?2, key * 16 + 1, 16), value FROM json_each(?3)"
_POSTGRESQL_PAIRS = "(origin, term, stored) SELECT %s::bigint, * FROM unnest(%b::bytea[], %b::bigint[])"
_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows with a value for each column in order, which the driver must understand as they are."""
    if rows:
        connection.exec_driver_sql(_statement(connection.dialect.name, table), list(rows))


def insert_mentions(
    connection: sa.Connection, found: Iterable[tuple[bytes, Sequence[int]]], origin: int = 0, into: str = "mention"
) -> None:
    """Insert terms with the statements that they find; the origin is that of `mention`.

    There are many for each statement: handing over three values for each would take longer than writing them.
    """
    terms: list[bytes] = []
    moments: list[int] = []
    for term, stored in found:
        terms += [term] * len(stored)
        moments += stored
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {into} {_SQLITE_PAIRS}", (origin, b"".join(terms), str(moments)))
    else:
        connection.exec_driver_sql(f"INSERT INTO {into} {_POSTGRESQL_PAIRS}", (origin, terms, moments))


@cache
def _statement(dialect: str, table: sa.Table) -> str:
    return str(table.insert().compile(dialect=_DIALECTS[dialect]))
