"""Finding statements and what belongs to them."""

from __future__ import annotations

import heapq
import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from lms.lrs.inserting import MARKS
from lms.lrs.models import attachment, mention, statement
from lms.lrs.statements.numbering import known
from lms.lrs.statements.question import Many

PAGE_BYTES = 8 * 1024 * 1024
"""A page ends when its statements and attachments exceed this."""
PART = 5000
"""Most values in one question."""
COMMON = 20_000
"""Things with so many statements or more count as equally common."""

_SHOWN = (statement.c.stored, statement.c.body, statement.c.attachments)


def _among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam(name, expanding=True))


# Built once: building a query takes longer than asking it.
_ONE = sa.select(*_SHOWN).where(
    statement.c.id == sa.bindparam("id"), statement.c.is_voided == sa.bindparam("is_voided")
)
_BODIES = "SELECT id, body FROM statement WHERE id IN"
_REFERRING = "SELECT id, target, is_voiding FROM statement WHERE target IN"
_DEFINITIONS = "SELECT iri, definition, 0 FROM activity WHERE iri IN"
_DISPLAYS = "SELECT iri, display, 1 FROM verb WHERE iri IN"
_OWN = (
    sa.select(statement.c.id)
    .join(mention, mention.c.stored == statement.c.stored)
    .where(_among(statement.c.id, "ids"), mention.c.term == sa.bindparam("writer"), mention.c.origin == 0)
)
_ATTACHMENTS = sa.select(attachment).where(_among(attachment.c.sha2, "digests"))
_BYTES = sa.select(sa.func.sum(sa.func.length(attachment.c.content))).where(_among(attachment.c.sha2, "digests"))


@dataclass(frozen=True, slots=True)
class Found:
    """A statement as it is kept."""

    stored: int
    body: str
    attachments: tuple[str, ...]
    """SHA-2 of each attachment that is kept."""


@dataclass(frozen=True, slots=True)
class Page:
    """Statements in the order asked for."""

    found: list[Found]
    is_last: bool


def one(connection: sa.Connection, id_: uuid.UUID, is_voided: bool, writer: bytes | None = None) -> Found | None:
    """The statement of this id, if it is voided or not as asked, and was stored by whom it must have been stored by."""
    query = _ONE
    if writer is not None:
        query = query.where(_was_stored_by(known(connection, [writer])[writer], statement.c.stored))
    row = connection.execute(query, {"id": id_.bytes, "is_voided": is_voided}).first()
    return _found(row) if row else None


def page(connection: sa.Connection, many: Many) -> Page:
    """The first statements that meet all conditions, at least one and at most the limit."""
    found: list[Found] = []
    size = 0
    with _rows(connection, many) as rows:
        for row in rows:
            if found and found[-1].stored == row.stored:  # it meets the conditions in two ways
                continue
            if len(found) == many.limit or size > PAGE_BYTES:
                return Page(found, is_last=False)
            found.append(_found(row))
            size += len(row.body)
            if many.shown.with_attachments and found[-1].attachments:
                size += _bytes_of(connection, found[-1].attachments)
    return Page(found, is_last=True)


@contextmanager
def _rows(connection: sa.Connection, many: Many) -> Iterator[Iterator[Any]]:
    """What each way leads to, in one order."""
    streaming = connection.execution_options(stream_results=True)
    with ExitStack() as stack:
        each = [stack.enter_context(streaming.execute(_query(connection, many, terms))) for terms in many.ways]
        yield heapq.merge(*each, key=lambda row: row.stored, reverse=not many.is_ascending)


def bodies(connection: sa.Connection, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The JSON of those of the statements that are here."""
    rows = _asked(connection, _BODIES, [id_.bytes for id_ in ids])
    return {uuid.UUID(bytes=id_): body for id_, body in rows}


def referring(connection: sa.Connection, ids: Iterable[uuid.UUID]) -> list[sa.Row[bytes, bytes, bool]]:
    """Statements that refer to these: `id`, `target`, `is_voiding`."""
    return list(_asked(connection, _REFERRING, [id_.bytes for id_ in ids]))


def stored_by(connection: sa.Connection, writer: bytes, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which of the statements this one has stored."""
    found: set[uuid.UUID] = set()
    number = known(connection, [writer])[writer]
    for part in parts(id_.bytes for id_ in ids):
        rows = connection.scalars(_OWN, {"ids": part, "writer": number})
        found.update(uuid.UUID(bytes=id_) for id_ in rows)
    return found


def attachments(connection: sa.Connection, digests: Collection[str]) -> Sequence[sa.Row[Any]]:
    """Attachments with `sha2`, `content_type` and `content`."""
    return connection.execute(_ATTACHMENTS, {"digests": list(digests)}).all()


def definitions(connection: sa.Connection, iris: Collection[str]) -> dict[str, Any]:
    """The canonical definitions of activities."""
    return _known(connection, _DEFINITIONS, iris)


def displays(connection: sa.Connection, iris: Collection[str]) -> dict[str, Any]:
    """The canonical displays of verbs."""
    return _known(connection, _DISPLAYS, iris)


def told(
    connection: sa.Connection, iris: Collection[str], verbs: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Definitions and displays in one question, as each one makes all who write wait."""
    found: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    both: Iterator[tuple[list[str], list[str]]] = zip_longest(parts(iris), parts(verbs), fillvalue=[])
    for some, others in both:
        question = f"{_DEFINITIONS} ({_marks(connection, some)}) UNION ALL {_DISPLAYS} ({_marks(connection, others)})"
        for iri, text, kind in connection.exec_driver_sql(question, (*some, *others)):
            found[kind][iri] = json.loads(text)
    return found


def _known(connection: sa.Connection, question: str, iris: Collection[str]) -> dict[str, Any]:
    return {iri: json.loads(text) for iri, text, _ in _asked(connection, question, iris)}


def _asked(connection: sa.Connection, question: str, values: Iterable[Any]) -> Iterator[Any]:
    """Rows of a question that ends in IN. It is asked for every batch, and SQLAlchemy would write it anew each time."""
    for part in parts(values):
        yield from connection.exec_driver_sql(f"{question} ({_marks(connection, part)})", tuple(part))


def _marks(connection: sa.Connection, values: Sequence[Any]) -> str:
    return ", ".join([MARKS[connection.dialect.name]] * len(values)) or "NULL"


def parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in as many lists as it takes: a database takes only so many in one question."""
    left = list(values)
    for start in range(0, len(left), PART):
        yield left[start : start + PART]


def _found(row: Any) -> Found:
    return Found(row.stored, row.body, tuple((row.attachments or "").split()))


def _bytes_of(connection: sa.Connection, digests: Collection[str]) -> int:
    return connection.scalar(_BYTES, {"digests": list(digests)}) or 0


def _query(connection: sa.Connection, many: Many, asked: Sequence[bytes]) -> sa.Select[Any]:
    """Goes through the shortest list of statements there is, in order, and looks whether each has the rest too."""
    number = known(connection, asked if many.writer is None else [*asked, many.writer])
    terms, writer = [number[term] for term in asked], number[many.writer] if many.writer else None
    if len(terms) > 1:
        terms.sort(key=lambda term: _frequency(connection, term))
    first = mention.alias("first")
    moment = first.c.stored if number else statement.c.stored
    query = sa.select(*_SHOWN).where(statement.c.is_voided == sa.false())
    if number:
        query = query.join_from(first, statement, first.c.stored == statement.c.stored)
    if writer is not None and _is_rarer(connection, writer, terms):
        query = query.where(first.c.term == writer, first.c.origin == 0, *_is_found_by(first, terms))
    elif terms:
        query = query.where(first.c.term == terms[0], *(_speaks_of(first, term) for term in terms[1:]))
        if writer is not None:
            query = query.where(_was_stored_by(writer, moment))
        # A statement may be found by itself and by what it refers to. Each database can leave out the second in the
        # order of the index, if it is asked in its own words.
        is_sqlite = connection.dialect.name == "sqlite"
        query = query.group_by(first.c.stored) if is_sqlite else query.ext(distinct_on(first.c.stored))
    if many.after is not None:
        query = query.where(moment > many.after)
    if many.until is not None:
        query = query.where(moment <= many.until)
    return query.order_by(moment.asc() if many.is_ascending else moment.desc()).limit(many.limit + 1)


def _is_rarer(connection: sa.Connection, writer: int, terms: Sequence[int]) -> bool:
    return not terms or _frequency(connection, writer) < _frequency(connection, terms[0])


def _is_found_by(first: sa.FromClause, terms: Sequence[int]) -> Iterator[sa.Exists]:
    """Whether a statement has all terms, at one place."""
    if terms:
        lead = mention.alias("lead")
        rest = (_speaks_of(lead, term) for term in terms[1:])
        found = sa.exists().where(lead.c.term == terms[0], lead.c.stored == first.c.stored, *rest)
        yield found.correlate_except(lead)


def _was_stored_by(writer: int, moment: sa.ColumnElement[int]) -> sa.Exists:
    own = mention.alias()
    return sa.exists().where(own.c.term == writer, own.c.stored == moment, own.c.origin == 0).correlate_except(own)


def _speaks_of(first: sa.FromClause, term: int) -> sa.Exists:
    """Whether what was found by its first term has this one too, at the same place."""
    other = mention.alias()
    return (
        sa.exists()
        .where(other.c.term == term, other.c.stored == first.c.stored, other.c.origin == first.c.origin)
        .correlate(first)
    )


def _frequency(connection: sa.Connection, term: int) -> int:
    """How many statements a term finds; the rarest is looked up first."""
    some = sa.select(sa.literal(1)).where(mention.c.term == term).limit(COMMON).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0
