"""Storing statements: all of a batch or nothing of it (xAPI 1.0.3 Communication 2.1, Data 2.3)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from lms.db import insert
from lms.lrs import strict_json
from lms.lrs.clock import Clock
from lms.lrs.inserting import insert_all, insert_mentions
from lms.lrs.models import activity, attachment, statement, verb
from lms.lrs.moments import iso
from lms.lrs.refusal import RefusalError
from lms.lrs.statements import links, queries
from lms.lrs.statements.attachments import Attached
from lms.lrs.statements.definitions import merged
from lms.lrs.statements.incoming import Incoming, Json
from lms.lrs.statements.numbering import numbers
from lms.lrs.statements.sameness import same

LONGEST_IRI = 650
"""Characters, of up to four bytes each; PostgreSQL takes 2,700 bytes into an index."""

# Built once: building a query takes longer than asking it.
_VOID = (
    sa.update(statement)
    .where(statement.c.id.in_(sa.bindparam("ids", expanding=True)), ~statement.c.is_voiding)
    .values(is_voided=True)
)


def store(
    connection: sa.Connection,
    clock: Clock,
    batch: Sequence[Incoming],
    attached: Sequence[Attached] = (),
    voids_only_of: bytes | None = None,
) -> None:
    """Keep statements with their attachments.

    Raises RefusalError: 409 if an id is taken by another statement; 403 if the writer may void only its own, and one
    that others stored, or that is not here, is to be voided.
    """
    fresh = _unknown(connection, batch)
    if not fresh:
        return
    if voids_only_of:
        _refuse_to_void_others(connection, fresh, voids_only_of)
    learned = _learned(connection, fresh)  # the last that may refuse: nothing is changed yet
    _keep_attachments(connection, attached)
    moments = [clock.next() for _ in fresh]
    digests = frozenset(one.sha2 for one in attached)
    insert_all(connection, statement, [_row(one, at, digests) for one, at in zip(fresh, moments, strict=True)])
    _index(connection, fresh, moments)
    _tie(connection, fresh)
    for column, rows in learned:
        _keep(connection, column, rows)


def _unknown(connection: sa.Connection, batch: Sequence[Incoming]) -> list[Incoming]:
    """Those that are not here yet; what is here already is left as it is (Communication 2.1.1)."""
    known = queries.bodies(connection, [one.id for one in batch])
    for one in batch:
        if one.id in known and not same(one.content, json.loads(known[one.id])):
            raise RefusalError(409, "another statement with this id is stored already", str(one.id))
    return [one for one in batch if one.id not in known]


def _refuse_to_void_others(connection: sa.Connection, fresh: Sequence[Incoming], writer: bytes) -> None:
    """Whose a statement is that has yet to come nobody knows: it is another's."""
    targets = {one.target for one in fresh if one.is_voiding and one.target} - {one.id for one in fresh}
    others = targets - queries.stored_by(connection, writer, targets)
    if others:
        reason = "was not stored with this key; to void it, a key needs the scope read-all beside write"
        raise RefusalError(403, reason, str(min(others)))


def _row(one: Incoming, moment: int, digests: frozenset[str]) -> tuple[Any, ...]:
    """The columns of `statement`, in order."""
    return (
        moment,
        one.id.bytes,
        one.completed(iso(moment)),
        one.target.bytes if one.target else None,
        one.is_voiding,
        False,  # is_voided
        (" ".join(sorted(one.digests & digests)) or None) if digests else None,
    )


def _keep_attachments(connection: sa.Connection, attached: Sequence[Attached]) -> None:
    if attached:
        rows = [{"sha2": one.sha2, "content_type": one.content_type, "content": one.content} for one in attached]
        connection.execute(insert(connection, attachment).on_conflict_do_nothing(), rows)


def _index(connection: sa.Connection, fresh: Sequence[Incoming], moments: Sequence[int]) -> None:
    found: dict[bytes, list[int]] = defaultdict(list)
    for one, moment in zip(fresh, moments, strict=True):
        for term in (*one.terms, *one.own):
            found[term].append(moment)
    number = numbers(connection, found)
    # In the order of the index, the pages of the file are touched once each.
    insert_mentions(connection, sorted((number[term], stored) for term, stored in found.items()))


def _tie(connection: sa.Connection, fresh: Sequence[Incoming]) -> None:
    """Let statements that refer to others have their effect, whichever of the two came first."""
    referring = queries.referring(connection, [one.id for one in fresh])
    joined = {one.id.bytes for one in fresh if one.target} | {row.id for row in referring}
    links.connect(connection, joined)
    # What voids cannot be voided (Data 2.3.2).
    voided = {one.target.bytes for one in fresh if one.is_voiding and one.target}
    voided |= {row.target for row in referring if row.is_voiding}
    for part in queries.parts(voided):
        connection.execute(_VOID, {"ids": part})


def _learned(connection: sa.Connection, fresh: Iterable[Incoming]) -> list[tuple[sa.Column[str], list[Json]]]:
    """What statements say of activities and verbs, merged into what is known of them: rows that are new or changed.

    An IRI that is too long for an index is known only from the statements themselves.
    """
    told: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for one in fresh:
        for iri, definition in one.definitions:
            # Most statements of a batch say the same of what they speak of.
            if definition != told.get(iri):
                told[iri] = merged(told[iri], definition) if iri in told else definition
        for iri, display in one.displays:
            if display != named.get(iri):
                named[iri] = named.get(iri, {}) | display
    told, named = _short(told), _short(named)
    definitions, displays = queries.told(connection, told, named)
    changed = ((activity.c.definition, definitions, told), (verb.c.display, displays, named))
    return [(column, _merged_rows(column, known, new)) for column, known, new in changed]


def _short(told: dict[str, Json]) -> dict[str, Json]:
    return {iri: words for iri, words in told.items() if len(iri) <= LONGEST_IRI}


def _merged_rows(column: sa.Column[str], known: dict[str, Any], told: dict[str, Any]) -> list[Json]:
    after = {iri: merged(known.get(iri, {}), new) for iri, new in told.items()}
    return [
        {"iri": iri, column.name: strict_json.write(value)} for iri, value in after.items() if value != known.get(iri)
    ]


def _keep(connection: sa.Connection, column: sa.Column[str], rows: list[Json]) -> None:
    if rows:
        write = insert(connection, column.table)
        connection.execute(
            write.on_conflict_do_update(index_elements=["iri"], set_={column.name: write.excluded[column.name]}), rows
        )
