"""Storing, adding to and deleting documents; each looks at what is there and changes it in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.lrs.clock import Clock
from lms.lrs.documents import queries
from lms.lrs.documents.merging import merged
from lms.lrs.documents.place import Folder, Place
from lms.lrs.documents.preconditions import Condition
from lms.lrs.identity import term
from lms.lrs.models import document

_INSERT = document.insert()
_UPDATE = sa.update(document).where(*queries.AT)
_DELETE = sa.delete(document).where(*queries.AT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it comes."""

    content_type: str
    content: bytes
    addition: dict[str, Any] | None = None
    """The JSON object that it is, if it may be merged with what is there."""


def etag(content: bytes) -> str:
    """The SHA-1 of a document, as the standard demands (Communication 3.1); it protects nothing."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def put(connection: sa.Connection, clock: Clock, place: Place, sent: Sent, condition: Condition) -> None:
    """Store a document in place of what is there. Raises RefusalError (409, 412)."""
    kept = _expected(connection, place, condition)
    _write(connection, clock, place, sent, is_new=kept is None)


def add(connection: sa.Connection, clock: Clock, place: Place, sent: Sent, condition: Condition) -> None:
    """Merge a document into what is there. Raises RefusalError (400, 412)."""
    kept = _expected(connection, place, condition)
    if kept is not None:
        sent = Sent(kept.content_type, merged(kept.content_type, kept.content, sent.addition))
    _write(connection, clock, place, sent, is_new=kept is None)


def delete(connection: sa.Connection, place: Place, condition: Condition) -> None:
    """Delete a document; it is no mistake if there is none. Raises RefusalError (412)."""
    _expected(connection, place, condition)
    connection.execute(_DELETE, queries.at(place))


def delete_all(connection: sa.Connection, folder: Folder) -> None:
    """Delete all documents of a folder."""
    connection.execute(sa.delete(document).where(*queries.within(folder)))


def _expected(connection: sa.Connection, place: Place, condition: Condition) -> sa.Row[Any] | None:
    kept = queries.one(connection, place)
    condition.check(kept.etag if kept else None)
    return kept


def _write(connection: sa.Connection, clock: Clock, place: Place, sent: Sent, is_new: bool) -> None:
    written = {
        "content_type": sent.content_type,
        "content": sent.content,
        "etag": etag(sent.content),
        "updated": clock.next(),
    }
    if is_new:
        where = {"place": place.place, "registration": place.registration, "name": place.name}
        connection.execute(_INSERT, {**where, "digest": term(queries.NAME, place.name), **written})
    else:
        connection.execute(_UPDATE.values(**written), queries.at(place))
