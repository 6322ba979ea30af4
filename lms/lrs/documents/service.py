"""Storing, adding to and deleting documents; each looks at what is there and changes it in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from lms.lrs.callers import Caller
from lms.lrs.clock import Clock
from lms.lrs.documents import queries
from lms.lrs.documents.merging import merged
from lms.lrs.documents.place import Folder, Place
from lms.lrs.documents.preconditions import Condition
from lms.lrs.identity import digest
from lms.lrs.models import document
from lms.lrs.refusal import RefusalError

_INSERT = document.insert()
_UPDATE = sa.update(document).where(*queries.AT)
_DELETE = sa.delete(document).where(*queries.AT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it comes."""

    content_type: str
    content: bytes
    caller: Caller
    condition: Condition
    addition: dict[str, Any] | None = None
    """The JSON object that it is, if it may be merged with what is there."""


def etag(content: bytes) -> str:
    """The SHA-1 of a document, as the standard demands (Communication 3.1); it protects nothing."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def put(connection: sa.Connection, clock: Clock, place: Place, sent: Sent) -> None:
    """Store a document in place of what is there. Raises RefusalError (403, 409, 412)."""
    kept = _expected(connection, place, sent.caller, sent.condition)
    _write(connection, clock, place, sent, is_new=kept is None)


def add(connection: sa.Connection, clock: Clock, place: Place, sent: Sent) -> None:
    """Merge a document into what is there. Raises RefusalError (400, 403, 412)."""
    kept = _expected(connection, place, sent.caller, sent.condition)
    if kept is not None:
        whole = merged(kept.content_type, kept.content, sent.addition)
        sent = replace(sent, content_type=kept.content_type, content=whole)
    _write(connection, clock, place, sent, is_new=kept is None)


def delete(connection: sa.Connection, place: Place, caller: Caller, condition: Condition) -> None:
    """Delete a document; it is no mistake if there is none. Raises RefusalError (403, 412)."""
    _expected(connection, place, caller, condition)
    connection.execute(_DELETE, queries.at(place))


def delete_all(connection: sa.Connection, folder: Folder, caller: Caller) -> None:
    """Delete all documents of a folder that the caller may see."""
    connection.execute(sa.delete(document).where(*queries.within(folder, caller.own)))


def _expected(connection: sa.Connection, place: Place, caller: Caller, condition: Condition) -> sa.Row[Any] | None:
    kept = queries.one(connection, place)
    # Who merges into a document could read it afterwards.
    if kept and not caller.sees(kept.writer):
        raise RefusalError(403, "the document was stored with another key, and this one may not read all", place.name)
    condition.check(kept.etag if kept else None)
    return kept


def _write(connection: sa.Connection, clock: Clock, place: Place, sent: Sent, is_new: bool) -> None:
    written = {
        "content_type": sent.content_type,
        "content": sent.content,
        "etag": etag(sent.content),
        "updated": clock.next(),
        "writer": sent.caller.name,
    }
    if is_new:
        where = {"place": place.place, "registration": place.registration, "name": place.name}
        connection.execute(_INSERT, {**where, "digest": digest(queries.NAME, place.name), **written})
    else:
        connection.execute(_UPDATE.values(**written), queries.at(place))
