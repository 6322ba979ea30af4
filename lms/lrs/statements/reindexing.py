"""Bringing the index of a store of an earlier edition up to date, from the statements themselves."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
import structlog

from lms.lrs.inserting import insert_mentions
from lms.lrs.models import mention, statement
from lms.lrs.statements.mentions import terms, written

OLD = 3
"""The last edition with other terms."""
AT_ONCE = 2000
"""Statements held in memory."""

PORTIONS = 16
"""In so many the index is sorted."""

_SOME = sa.select(statement.c.stored, statement.c.body).order_by(statement.c.stored).limit(AT_ONCE)
_HEIRS = sa.select(mention.c.stored, mention.c.origin).where(mention.c.origin != 0).distinct()
_PORTION = sa.text(
    "INSERT INTO mention SELECT * FROM staged WHERE term >= :first AND term < :last ORDER BY term, stored, origin"
)

log = structlog.get_logger()


def reindex(connection: sa.Connection, edition: int) -> None:
    """Make the index anew where that of an edition is an old one. A million statements take a minute or two."""
    if not 0 < edition <= OLD:
        return
    log.info("indexing all statements anew", edition=edition)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    heirs = _heirs(connection)
    mention.drop(connection)
    mention.create(connection)
    connection.exec_driver_sql("CREATE TABLE staged AS SELECT * FROM mention")
    for some in _all(connection):
        _stage(connection, some, heirs)
    # Written in its own order, an index is written once; in another, each page again and again. SQLite sorts in memory.
    edges = [bytes([number * 256 // PORTIONS]) for number in range(PORTIONS)] + [b"\xff" * 17]
    for first, last in pairwise(edges):
        connection.execute(_PORTION, {"first": first, "last": last})
    connection.exec_driver_sql("DROP TABLE staged")


def _heirs(connection: sa.Connection) -> dict[int, list[int]]:
    """For statements that others refer to, those others."""
    found: dict[int, list[int]] = defaultdict(list)
    for heir, origin in connection.execute(_HEIRS):
        found[origin].append(heir)
    return found


def _all(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    last = 0
    while some := connection.execute(_SOME.where(statement.c.stored > last)).all():
        yield some
        last = some[-1].stored


def _stage(connection: sa.Connection, some: Sequence[Any], heirs: dict[int, list[int]]) -> None:
    found: dict[bytes, list[int]] = defaultdict(list)
    for stored, body in some:
        content = json.loads(body)
        own = terms(content)
        for one in (*own, *written(content["authority"])):
            found[one].append(stored)
        if stored in heirs:
            inherited = [(one, heirs[stored]) for one in own]
            insert_mentions(connection, inherited, origin=stored, into="staged")
    insert_mentions(connection, found.items(), into="staged")
