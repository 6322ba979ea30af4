"""How an entry is chained to the one before it, so that a change, a gap or a foreign entry is seen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

START = "0" * 64
"""What the very first entry follows."""


class Link(Protocol):
    """What is chained: an entry as it is kept."""

    id: int
    at: dt.datetime
    actor_kind: Any
    actor_uuid: UUID | None
    actor_was: str
    came_from: Any
    action: str
    about: UUID | None
    facts: dict[str, Any]
    previous: str
    digest: str


def digest_of(values: Mapping[str, Any]) -> str:
    """SHA-256 of everything an entry says and of the digest before it; the number is left out, the order is in it."""
    text = json.dumps(
        [
            values["previous"],
            values["at"].astimezone(dt.UTC).isoformat(timespec="microseconds"),
            str(values["actor_kind"]),
            _text(values["actor_uuid"]),
            values["actor_was"],
            str(values["came_from"]),
            values["action"],
            _text(values["about"]),
            values["facts"],
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(links: Iterable[Link], start: str) -> int | None:
    """The number of the first entry that is not what was written, or does not follow the one before; None: all is well.

    `start` is what the first of them must follow.
    """
    expected = start
    for link in links:
        said = {name: getattr(link, name) for name in Link.__annotations__}
        if link.previous != expected or link.digest != digest_of(said):
            return link.id
        expected = link.digest
    return None


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
