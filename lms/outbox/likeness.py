"""Whether a statement that a store holds is the one that we sent (xAPI 1.0.3 Data 2.3.3 and Communication 2.1.1)."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Any

_DURATION = re.compile(
    r"P(?:(?P<days>[\d.]+)D)?(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?"
)
_PARTS = ("actor", "verb", "object", "result", "context")
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
"""Verb of a statement that takes back the one to which its object refers (xAPI 1.0.3 Data 2.3.2)."""


def is_same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether they agree in actor, verb, object, result and context.

    A store may add what it likes elsewhere, merge what it knows of an activity or a verb, and write out defaults.
    """
    return all(_plain(part, ours.get(part)) == _plain(part, theirs.get(part)) for part in _PARTS)


def digest(statement: dict[str, Any]) -> bytes:
    """SHA-256 of those parts: of two statements it is the same if, and only if, they are."""
    plain = [_exact(_plain(part, statement.get(part))) for part in _PARTS]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).digest()


def stub(statement: dict[str, Any]) -> dict[str, Any]:
    """What stays here of a statement whose body is thinned.

    Its id, the actor's name (who is erased here may have to be found at the stores), the verb, and what it takes back.
    """
    kept = {"id": statement["id"], "actor": identity(statement["actor"]), "verb": {"id": statement["verb"]["id"]}}
    return kept | ({"object": statement["object"]} if is_withdrawal(statement) else {})


def is_withdrawal(statement: dict[str, Any]) -> bool:
    """Whether it takes another one back."""
    return bool(statement["verb"]["id"] == VOIDED)


def identity(agent: dict[str, Any]) -> dict[str, Any]:
    """By what an agent is known: an account, an address."""
    return {key: inner for key, inner in agent.items() if key not in ("name", "objectType")}


def _exact(value: Any) -> Any:
    """The same for what is equal, however it was written: 1 and 1.0, a duration of 90 and of 90.00 seconds."""
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(part: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if part == "verb":
        return value.get("id")
    if part == "object":
        return _object(value)
    if part == "actor":
        return identity(value)
    if part == "result":
        return _result(value)
    return _context(value)


def _object(value: dict[str, Any]) -> tuple[Any, Any]:
    # The definition is the store's own, merged from all that it was told of the activity.
    return value.get("objectType", "Activity"), value.get("id")


def _result(value: dict[str, Any]) -> Any:
    return {key: _seconds(inner) if key == "duration" else inner for key, inner in value.items()}


def _context(value: dict[str, Any]) -> Any:
    plain = {key: inner for key, inner in value.items() if key not in ("contextActivities", "instructor", "team")}
    for relation, related in value.get("contextActivities", {}).items():
        # A single activity may come alone or in a list.
        listed = related if isinstance(related, list) else [related]
        plain[f"contextActivities.{relation}"] = sorted(str(activity.get("id")) for activity in listed)
    return plain


def _seconds(text: Any) -> Any:
    """A duration to the hundredth of a second, which is as far as stores compare them; other text as it is."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return text
    worth = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    return round(sum(Decimal(found[unit] or 0) * seconds for unit, seconds in worth.items()), 2)
