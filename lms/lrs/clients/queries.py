"""Finding keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from lms.lrs.models import client

_VALID = sa.select(client).where(client.c.revoked.is_(None))
_ONE = _VALID.where(client.c.key == sa.bindparam("key"))


def one(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """The key, if it has not been revoked."""
    return connection.execute(_ONE, {"key": key}).first()


def listed(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """All keys that have not been revoked, by name."""
    return connection.execute(_VALID.order_by(client.c.name)).all()


def is_taken(connection: sa.Connection, name: str) -> bool:
    """Whether a key of this name is in use."""
    return connection.execute(_VALID.where(client.c.name == name)).first() is not None
