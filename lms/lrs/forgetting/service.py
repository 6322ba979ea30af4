"""Putting a random name in the place of an agent in everything that is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.db import insert
from lms.lrs import strict_json
from lms.lrs.documents.place import AGENT_PROFILE, STATE
from lms.lrs.forgetting.renaming import Json, renamed
from lms.lrs.identity import digest, term
from lms.lrs.models import activity, document, mention, statement, thing
from lms.lrs.statements.mentions import AGENT, RELATED_AGENT, terms
from lms.lrs.statements.numbering import known, numbers
from lms.lrs.statements.queries import parts

AT_A_TIME = 500


@dataclass(frozen=True)
class Forgotten:
    """What was changed."""

    statements: int
    documents: int


def count(connection: sa.Connection, who: str) -> int:
    """How many statements speak of an agent."""
    query = sa.select(sa.func.count(mention.c.stored.distinct())).where(*_speaks_of(connection, who))
    return connection.scalar(query) or 0


def forget(connection: sa.Connection, who: str, new: Json) -> Forgotten:
    """Rename some of the statements that speak of an agent, and delete documents about it; 0 and 0: nothing is left.

    To be called again until it says so: each call is a transaction of its own, so that others can write between.
    """
    some = sa.select(mention.c.stored).where(*_speaks_of(connection, who)).distinct().order_by(mention.c.stored)
    found = connection.scalars(some.limit(AT_A_TIME)).all()
    rows = connection.execute(
        sa.select(statement.c.stored, statement.c.body).where(statement.c.stored.in_(found))
    ).all()
    for stored, body in rows:
        _rename(connection, stored, json.loads(body), who, new)
    if rows:
        return Forgotten(len(rows), 0)
    # From a digest could be seen that someone was here, by whoever knows the name already.
    connection.execute(sa.delete(thing).where(thing.c.digest.in_(_terms(who))))
    return Forgotten(0, _delete_documents(connection, who))


def _terms(who: str) -> list[bytes]:
    return [term(kind, who) for kind in (AGENT, RELATED_AGENT)]


def _speaks_of(connection: sa.Connection, who: str) -> Sequence[sa.ColumnElement[bool]]:
    return mention.c.term.in_(known(connection, _terms(who)).values()), mention.c.origin == 0


def _rename(connection: sa.Connection, stored: int, old: Json, who: str, new: Json) -> None:
    changed: Json = renamed(old, who, new)
    connection.execute(sa.update(statement).where(statement.c.stored == stored).values(body=strict_json.write(changed)))
    before, after = terms(old), terms(changed)
    number = numbers(connection, before | after)
    gone, added = ([number[one] for one in some] for some in (before - after, after - before))
    for own, origin in _places(connection, stored, gone):
        here = mention.c.stored == own, mention.c.origin == origin
        connection.execute(sa.delete(mention).where(*here, mention.c.term.in_(gone)))
        rows = [{"term": one, "stored": own, "origin": origin} for one in added]
        connection.execute(insert(connection, mention).on_conflict_do_nothing(), rows)


def _places(connection: sa.Connection, stored: int, gone: Sequence[int]) -> list[tuple[int, int]]:
    """The statement itself, and those that are found by what it says because they refer to it."""
    heirs = sa.select(mention.c.stored).where(mention.c.term.in_(gone), mention.c.origin == stored).distinct()
    return [(stored, 0), *((heir, stored) for heir in connection.scalars(heirs))]


def _delete_documents(connection: sa.Connection, who: str) -> int:
    """Profiles of the agent, and states of it with activities that are known here."""
    gone = 0
    for some in parts(_document_places(connection, who)):
        result: Any = connection.execute(sa.delete(document).where(document.c.place.in_(some)))
        gone += result.rowcount
    return gone


def _document_places(connection: sa.Connection, who: str) -> Iterator[bytes]:
    yield digest(AGENT_PROFILE.name, who)
    for iri in connection.scalars(sa.select(activity.c.iri)).all():
        yield digest(STATE.name, f"{iri}\n{who}")
