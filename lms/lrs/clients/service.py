"""Making, knowing and revoking keys."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from hashlib import sha256

import sqlalchemy as sa

from lms.keys import Credentials
from lms.lrs.callers import Caller, Scope
from lms.lrs.clients import queries
from lms.lrs.clock import present
from lms.lrs.models import client
from lms.lrs.refusal import RefusalError

_NOBODY = bytes(sha256().digest_size)


def drawn() -> Credentials:
    """A key and a secret that nobody has."""
    return Credentials(secrets.token_hex(16), secrets.token_urlsafe(32))


def add(connection: sa.Connection, name: str, made: Credentials, scopes: Collection[Scope]) -> None:
    """Let a key open what its scopes say; its secret is not kept. Raises RefusalError (409) if the name is in use."""
    if queries.is_taken(connection, name):
        raise RefusalError(409, "a key of this name is in use; revoke it first", name)
    words = " ".join(sorted(scopes))
    row = {"key": made.key, "name": name, "digest": _digest(made.secret), "scopes": words, "made": present()}
    connection.execute(client.insert(), row)


def revoke(connection: sa.Connection, name: str) -> None:
    """From now on the key of this name opens nothing. Raises RefusalError (404) if there is none."""
    if not queries.is_taken(connection, name):
        raise RefusalError(404, "no key of this name is in use", name)
    of_name = sa.update(client).where(client.c.name == name, client.c.revoked.is_(None))
    connection.execute(of_name.values(revoked=present()))


def known(connection: sa.Connection, given: Credentials) -> Caller | None:
    """Who says this key and this secret; None if they are not right together."""
    row = queries.one(connection, given.key)
    # Also compared if there is no such key: how long it takes must not tell which keys there are.
    is_right = hmac.compare_digest(_digest(given.secret), row.digest if row else _NOBODY)
    return Caller(row.name, frozenset(map(Scope, row.scopes.split()))) if row and is_right else None


def _digest(secret: str) -> bytes:
    """Nobody guesses 256 random bits: a hash that is slow, as passwords need it, would slow down every request."""
    return sha256(secret.encode()).digest()
