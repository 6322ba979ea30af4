"""Inserting what may be there already."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do if the row is there (`on_conflict_do_…`), in the words of the database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
