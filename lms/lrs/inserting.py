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
_MENTIONS = {
    # All numbers have the same width.
    # Without a condition, SQLite would take what is said of a conflict for that of a join.
    "sqlite": "SELECT ?1, CAST(substr(?2, key * 19 + 1, 19) AS INTEGER), value FROM json_each(?3) WHERE true",
    "postgresql": "SELECT %s::bigint, * FROM unnest(%b::bigint[], %b::bigint[])",
}
_DIGESTS = {
    "sqlite": "SELECT substr(?1, value * 16 + 1, 16) FROM json_each(?2)",
    "postgresql": "SELECT unnest(%b::bytea[])",
}
# With a mark for each digest, it would be another question each time, which takes long to understand.
_NUMBERED = {
    "sqlite": "SELECT digest, number FROM json_each(?2) JOIN thing ON digest = substr(?1, value * 16 + 1, 16)",
    "postgresql": "SELECT digest, number FROM unnest(%b::bytea[]) AS asked JOIN thing ON digest = asked",
}
_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows with a value for each column in order, which the driver must understand as they are."""
    if rows:
        connection.exec_driver_sql(_statement(connection.dialect.name, table), list(rows))


def insert_mentions(
    connection: sa.Connection,
    found: Iterable[tuple[int, Sequence[int]]],
    origin: int = 0,
    may_be_there: bool = False,
) -> None:
    """Insert numbers of terms with the statements that they find; the origin is that of `mention`.

    `may_be_there`: what is there already is left as it is.

    There are many for each statement: handing over three values for each would take longer than writing them.
    """
    terms: list[int] = []
    moments: list[int] = []
    for term, stored in found:
        terms += [term] * len(stored)
        moments += stored
    is_sqlite = connection.dialect.name == "sqlite"
    values = (b"%019d" * len(terms) % tuple(terms), str(moments)) if is_sqlite else (terms, moments)
    question = f"INSERT INTO mention (origin, term, stored) {_MENTIONS[connection.dialect.name]}"
    question += " ON CONFLICT DO NOTHING" if may_be_there else ""
    connection.exec_driver_sql(question, (origin, *values))


def insert_things(connection: sa.Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Give numbers to things that have none."""
    question = f"INSERT INTO thing (digest) {_DIGESTS[connection.dialect.name]} RETURNING digest, number"
    return dict(connection.exec_driver_sql(question, _packed(connection, digests)).all())


def find_things(connection: sa.Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    """The numbers of those things that have one."""
    if not digests:
        return {}
    return dict(connection.exec_driver_sql(_NUMBERED[connection.dialect.name], _packed(connection, digests)).all())


def _packed(connection: sa.Connection, digests: Sequence[bytes]) -> tuple[Any, ...]:
    if connection.dialect.name == "sqlite":
        return b"".join(digests), str([*range(len(digests))])
    return (list(digests),)


@cache
def _statement(dialect: str, table: sa.Table) -> str:
    return str(table.insert().compile(dialect=_DIALECTS[dialect]))
