"""Bringing the index of a store of an earlier edition up to date, from the statements themselves."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from lms.lrs.inserting import insert_mentions
from lms.lrs.models import mention, statement
from lms.lrs.statements.mentions import terms, written
from lms.lrs.statements.numbering import numbers

OLD = 4
"""The last edition with other terms."""
AT_ONCE = 5000
"""Statements indexed together: more take more memory, with fewer the pages of the index are written more often."""

_SOME = sa.select(statement.c.stored, statement.c.body).order_by(statement.c.stored).limit(AT_ONCE)
_HEIRS = sa.select(mention.c.stored, mention.c.origin).where(mention.c.origin != 0).distinct()

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
    for some in _all(connection):
        _index(connection, some, heirs)


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


def _index(connection: sa.Connection, some: Sequence[Any], heirs: dict[int, list[int]]) -> None:
    found: dict[bytes, list[int]] = defaultdict(list)
    inherited: dict[int, set[bytes]] = {}
    for stored, body in some:
        content = json.loads(body)
        own = terms(content)
        for one in (*own, *written(content["authority"])):
            found[one].append(stored)
        if stored in heirs:
            inherited[stored] = own
    number = numbers(connection, found)
    insert_mentions(connection, sorted((number[one], moments) for one, moments in found.items()))
    for origin, own in inherited.items():
        insert_mentions(connection, [(number[one], heirs[origin]) for one in own], origin)
