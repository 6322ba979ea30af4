"""What makes a thing the same as another, and the short form in which that is kept and looked up."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Any

from lms.lrs.rules.actor import IDENTIFIERS

KNOWN_TERMS = 8192
"""How many are remembered: most statements speak of what others spoke of just before."""

Json = dict[str, Any]


def digest(kind: bytes, value: str) -> bytes:
    """Sixteen bytes that stand for something of a kind."""
    return blake2b(value.encode(), digest_size=16, person=kind).digest()


@lru_cache(KNOWN_TERMS)
def term(kind: bytes, value: str) -> bytes:
    """The same digest, of what is asked for; it is remembered."""
    return digest(kind, value)


def both(first: bytes, second: bytes) -> bytes:
    """The term of what has both of two terms."""
    return first + second


def identity(actor: Json) -> str | None:
    """What makes an agent or identified group the same as another; None for an anonymous group.

    The standard's rule is equality of the identifier; the domain of an address may be written either way.
    """
    for name in IDENTIFIERS:
        value = actor.get(name)
        if value is None:
            continue
        if name == "account":
            return f"account {value['homePage']} {value['name']}"
        if name == "mbox":
            local, _, domain = value.rpartition("@")
            value = f"{local}@{domain.lower()}"
        return f"{name} {value.lower() if name == 'mbox_sha1sum' else value}"
    return None
