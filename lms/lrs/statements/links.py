"""Statements that refer to others are found by what those speak of (Communication 2.1.3, StatementRefs)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.lrs.inserting import insert_mentions
from lms.lrs.models import statement
from lms.lrs.statements.mentions import terms
from lms.lrs.statements.numbering import numbers
from lms.lrs.statements.queries import parts

FURTHEST = 50
"""Steps from a statement to the last one by which it is found. A chain of a thousand would be half a million pairs, and
everybody who writes would wait for them."""

_NODE = sa.select(statement.c.stored, statement.c.id, statement.c.target)
_BODIES = sa.select(statement.c.stored, statement.c.body)


@dataclass(frozen=True, slots=True)
class _Node:
    """A statement as others refer to it."""

    stored: int
    id: bytes
    target: bytes | None


def connect(connection: sa.Connection, ids: Collection[bytes]) -> None:
    """Let these statements, and all that refer to them, be found by what they lead to."""
    if not ids:
        return
    nodes = _found(connection, statement.c.id, ids)
    nodes |= _further(connection, nodes, statement.c.target, lambda node: node.id)
    heirs = list(nodes.values())
    nodes |= _further(connection, nodes, statement.c.id, lambda node: node.target)
    _inherit(connection, {(heir.stored, origin) for heir in heirs for origin in _new_on_the_way(nodes, heir, ids)})


def _new_on_the_way(nodes: Mapping[bytes, _Node], heir: _Node, ids: Collection[bytes]) -> Iterator[int]:
    """The statements that one leads to, from the first of `ids` on: by those before it is found already.

    The way may run in a circle.
    """
    seen, node = {heir.id}, heir
    is_new = heir.id in ids
    for _ in range(FURTHEST):
        target = node.target
        if target is None or target in seen or target not in nodes:
            return
        node = nodes[target]
        seen.add(target)
        is_new = is_new or target in ids
        if is_new:
            yield node.stored


def _further(
    connection: sa.Connection,
    nodes: Mapping[bytes, _Node],
    column: sa.Column[Any],
    end: Callable[[_Node], bytes | None],
) -> dict[bytes, _Node]:
    """Those that are reached from some, one step after the other: by what `column` holds of the `end` of each."""
    found: dict[bytes, _Node] = {}
    edge = dict(nodes)
    for _ in range(FURTHEST):
        asked = {one for node in edge.values() if (one := end(node)) is not None}
        reached = _found(connection, column, asked).items()
        edge = {id_: node for id_, node in reached if id_ not in nodes and id_ not in found}
        if not edge:
            break
        found |= edge
    return found


def _found(connection: sa.Connection, column: sa.Column[Any], values: Iterable[bytes]) -> dict[bytes, _Node]:
    rows = (row for part in parts(values) for row in connection.execute(_NODE.where(column.in_(part))))
    return {row.id: _Node(*row) for row in rows}


def _inherit(connection: sa.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    heirs: dict[int, list[int]] = defaultdict(list)
    for heir, origin in sorted(pairs):
        heirs[origin].append(heir)
    said: dict[int, set[bytes]] = {}
    for part in parts(heirs):
        rows = connection.execute(_BODIES.where(statement.c.stored.in_(part)))
        said |= {stored: terms(json.loads(body)) for stored, body in rows}
    number = numbers(connection, set().union(*said.values()))
    for origin, found in said.items():
        insert_mentions(connection, sorted((number[term], heirs[origin]) for term in found), origin, may_be_there=True)
