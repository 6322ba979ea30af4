"""Tables of the Learning Record Store; they stand alone in their own database.

`mention` is an inverted index: for each thing that a filter can ask for, the statements that it finds, in the order
in which they were stored. A filter with several conditions intersects such lists. Things have numbers in the order in
which they came: what belongs to the people who are at work now stands side by side, and is written together.
"""

from __future__ import annotations

import sqlalchemy as sa

EDITION = 5
"""Number of this set of tables, kept in the database.

Edition 2 added `document`; 3 its `writer`, and `client`; 4 made the terms of `mention` in another way, and of two
things together as well; 5 made them of numbers, and added `thing`."""
CHANGES = ((2, 2, "ALTER TABLE document ADD COLUMN writer TEXT NOT NULL DEFAULT 'cares'"),)
"""What is changed in tables of the editions from, up to; tables that are missing are made whole."""

metadata = sa.MetaData()

_Long = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite makes this very type the row's own number."""
_Microseconds = _Long
"""Microseconds since 1970."""
_Sixteen = sa.LargeBinary(16)

statement = sa.Table(
    "statement",
    metadata,
    sa.Column("stored", _Microseconds, primary_key=True, autoincrement=False, comment="Strictly increasing"),
    sa.Column("id", _Sixteen, nullable=False, unique=True, comment="The bytes of the UUID"),
    sa.Column("body", sa.Text, nullable=False, comment="JSON, complete, as it is given back"),
    sa.Column("target", _Sixteen, comment="The statement that the object refers to"),
    sa.Column("is_voiding", sa.Boolean, nullable=False),
    sa.Column("is_voided", sa.Boolean, nullable=False),
    sa.Column("attachments", sa.Text, comment="SHA-2 of each attachment kept here, space between"),
)
_HAS_TARGET = statement.c.target.is_not(None)
sa.Index("ix_statement_target", statement.c.target, sqlite_where=_HAS_TARGET, postgresql_where=_HAS_TARGET)

thing = sa.Table(
    "thing",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("digest", _Sixteen, nullable=False, unique=True, comment="Of the kind and the value"),
)

mention = sa.Table(
    "mention",
    metadata,
    sa.Column(
        "term",
        _Long,
        primary_key=True,
        autoincrement=False,
        comment="What is asked for: number of a thing in the upper half, of another one or 0 in the lower",
    ),
    sa.Column("stored", _Microseconds, primary_key=True, autoincrement=False, comment="The statement that is found"),
    sa.Column(
        "origin",
        _Microseconds,
        primary_key=True,
        autoincrement=False,
        comment="0: the statement itself; else the statement that it refers to, and that speaks of the thing",
    ),
    sqlite_with_rowid=False,
)

activity = sa.Table(
    "activity",
    metadata,
    sa.Column("iri", sa.Text, primary_key=True),
    sa.Column("definition", sa.Text, nullable=False, comment="JSON; the canonical one, merged from statements"),
)

verb = sa.Table(
    "verb",
    metadata,
    sa.Column("iri", sa.Text, primary_key=True),
    sa.Column("display", sa.Text, nullable=False, comment="JSON; the canonical one, merged from statements"),
)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("sha2", sa.Text, primary_key=True),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("place", _Sixteen, primary_key=True, comment="Digest of the kind, whom and what it is about"),
    sa.Column("registration", _Sixteen, primary_key=True, comment="The bytes of the UUID; none: no registration"),
    sa.Column("digest", _Sixteen, primary_key=True, comment="Digest of the name, which may be too long for an index"),
    sa.Column("name", sa.Text, nullable=False, comment="stateId or profileId"),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("etag", sa.Text, nullable=False, comment="SHA-1 of the content, in hexadecimal digits"),
    sa.Column("updated", _Microseconds, nullable=False),
    sa.Column("writer", sa.Text, nullable=False, comment="Name of the caller who stored it"),
)

client = sa.Table(
    "client",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, comment="The account that vouches for what is stored with the key"),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the secret"),
    sa.Column("scopes", sa.Text, nullable=False, comment="Space between"),
    sa.Column("made", _Microseconds, nullable=False),
    sa.Column("revoked", _Microseconds, comment="None: it is in use"),
)


def lay_out(connection: sa.Connection, edition: int) -> None:
    """Make the tables of an edition those of this one; edition 0: there are none yet."""
    for first, last, change in CHANGES:
        if first <= edition <= last:
            connection.exec_driver_sql(change)
    metadata.create_all(connection)
