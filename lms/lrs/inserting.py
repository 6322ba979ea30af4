"""Inserting many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows with a value for each column in order, which the driver must understand as they are.

    SQLAlchemy would look at every value of every row, which takes as long as the database does.
    """
    if rows:
        connection.exec_driver_sql(_statement(connection.dialect.name, table), list(rows))


@cache
def _statement(dialect: str, table: sa.Table) -> str:
    return str(table.insert().compile(dialect=_DIALECTS[dialect]))
