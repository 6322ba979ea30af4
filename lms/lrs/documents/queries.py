"""Finding documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from lms.lrs.documents.place import Folder, Place
from lms.lrs.identity import digest
from lms.lrs.models import document

NAME = b"document"

# Built once: building a query takes longer than asking it.
AT = (
    document.c.place == sa.bindparam("at_place"),
    document.c.registration == sa.bindparam("at_registration"),
    document.c.digest == sa.bindparam("at_digest"),
)
_ONE = sa.select(document).where(*AT)


def at(place: Place) -> dict[str, Any]:
    """The values of the parameters of `AT`."""
    return {"at_place": place.place, "at_registration": place.registration, "at_digest": digest(NAME, place.name)}


def one(connection: sa.Connection, place: Place) -> sa.Row[Any] | None:
    """The document that is kept there."""
    return connection.execute(_ONE, at(place)).first()


def within(folder: Folder, writer: str | None) -> Sequence[sa.ColumnElement[bool]]:
    """What holds for the documents of a folder that someone stored; None: whoever stored them."""
    conditions = [document.c.place == folder.place]
    if folder.registration is not None:
        conditions.append(document.c.registration == folder.registration)
    if writer is not None:
        conditions.append(document.c.writer == writer)
    return conditions


def listed(
    connection: sa.Connection, folder: Folder, since: int | None, writer: str | None
) -> Sequence[sa.Row[Any, Any]]:
    """`name` and `updated` of documents, the oldest first."""
    query = sa.select(document.c.name, document.c.updated).where(*within(folder, writer)).order_by(document.c.updated)
    return connection.execute(query if since is None else query.where(document.c.updated > since)).all()
