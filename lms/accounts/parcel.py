"""What someone wrote while no longer signed in, sealed so that it can travel through the sign-in page.

It is kept nowhere: the browser carries it in a hidden field, and only the same person can have it opened.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lms import vault

LIFETIME = dt.timedelta(days=7)
LONG = 25
"""From so many characters on a value is something that a person wrote, rather than a choice or a number."""


@dataclass(frozen=True)
class Parcel:
    """One form as it was sent."""

    path: str
    """Where it was sent to, with the query."""
    fields: tuple[tuple[str, str], ...]
    sealed_at: dt.datetime

    @property
    def writing(self) -> list[str]:
        """What to show its author again."""
        return [value for _, value in self.fields if len(value) >= LONG]


def seal(secret: str, owner: UUID, parcel: Parcel) -> str:
    """The parcel as text that only we can open, and only for its owner."""
    inside = json.dumps([parcel.path, parcel.fields, parcel.sealed_at.timestamp()])
    return base64.urlsafe_b64encode(vault.seal(_key(secret), inside, _about(owner))).decode()


def unseal(secret: str, owner: UUID, sealed: str, at: dt.datetime) -> Parcel | None:
    """The parcel again; None if it is someone else's, changed or too old."""
    try:
        inside = vault.open_sealed(_key(secret), base64.urlsafe_b64decode(sealed.encode()), _about(owner))
    except (vault.SealBrokenError, binascii.Error, ValueError):
        return None
    path, fields, sealed_at = json.loads(inside)
    parcel = Parcel(path, _pairs(fields), dt.datetime.fromtimestamp(sealed_at, dt.UTC))
    return parcel if at - parcel.sealed_at <= LIFETIME else None


def _pairs(fields: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in fields)


def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"typed text on its way through the sign-in page", hashlib.sha256)


def _about(owner: UUID) -> str:
    return f"typed text of {owner}"
