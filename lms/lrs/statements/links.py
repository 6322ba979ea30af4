"""Statements that refer to others are found by what those speak of (Communication 2.1.3, StatementRefs)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from lms.db import insert
from lms.lrs.models import mention, statement
from lms.lrs.statements.mentions import terms
from lms.lrs.statements.numbering import numbers

_NODE = (statement.c.stored, statement.c.id, statement.c.target)


def connect(connection: sa.Connection, ids: Iterable[bytes]) -> None:
    """Index statements with references by what those refer to."""
    for id_ in ids:
        _inherit(connection, id_)


def _inherit(connection: sa.Connection, id_: bytes) -> None:
    """Give a statement, and all that refer to it, what the statements say to which it leads."""
    origins = _downwards(connection, id_)
    if not origins:
        return
    heirs = _upwards(connection, id_)
    number = numbers(connection, set().union(*origins.values()))
    rows = [
        {"term": number[term], "stored": heir, "origin": origin}
        for origin, found in origins.items()
        for heir in heirs
        if heir != origin
        for term in found
    ]
    if rows:
        connection.execute(insert(connection, mention).on_conflict_do_nothing(), rows)


def _downwards(connection: sa.Connection, id_: bytes) -> dict[int, set[bytes]]:
    """The terms of each statement that this one leads to. A chain may run in a circle."""
    found: dict[int, set[bytes]] = {}
    row = _row(connection, id_)
    while row is not None and row.target is not None:
        row = _row(connection, row.target)
        if row is None or row.stored in found:
            break
        found[row.stored] = terms(json.loads(row.body))
    return found


def _upwards(connection: sa.Connection, id_: bytes) -> set[int]:
    """This statement and all that refer to it, directly or through others."""
    row = _row(connection, id_)
    found = {row.stored} if row else set()
    asked = deque([id_])
    while asked:
        for other in connection.execute(sa.select(*_NODE).where(statement.c.target == asked.popleft())):
            if other.stored not in found:
                found.add(other.stored)
                asked.append(other.id)
    return found


def _row(connection: sa.Connection, id_: bytes) -> Any:
    return connection.execute(sa.select(*_NODE, statement.c.body).where(statement.c.id == id_)).first()
