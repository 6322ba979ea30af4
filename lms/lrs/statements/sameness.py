"""Whether two statements with the same id say the same (xAPI 1.0.3 Data 2.3.1, Statement Comparison)."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules.checks import BrokenError
from lms.lrs.rules.formats import moment

Json = dict[str, Any]

_SET_BY_THE_STORE = frozenset({"id", "authority", "stored", "timestamp", "version"})
_NOT_PART_OF_THE_STATEMENT = frozenset({"definition", "display"})


def same(sent: Json, kept: Json) -> bool:
    """Whether the sent statement differs from the kept one only in what the standard lets a store change."""
    return _same_time(sent, kept) and _essence(sent) == _essence(kept)


def _same_time(sent: Json, kept: Json) -> bool:
    """A timestamp that the store set by itself says nothing about what was sent."""
    ours = kept.get("timestamp") == kept.get("stored")
    if "timestamp" not in sent or ours:
        return True
    return _milliseconds(sent["timestamp"]) == _milliseconds(kept.get("timestamp"))


def _milliseconds(timestamp: Any) -> int | None:
    """Data 4.5: more than milliseconds need not be kept."""
    try:
        return int(moment(timestamp).timestamp() * 1000)
    except BrokenError:
        return None


def _essence(statement: Json) -> Json:
    """What a statement says, in one form for all that say the same."""
    return {name: _part(name, value) for name, value in statement.items() if name not in _SET_BY_THE_STORE}


def _part(name: str, value: Any) -> Any:
    if name == "extensions":
        return value
    if name == "member":
        return sorted((_part("", one) for one in value), key=repr)
    if name == "mbox":
        local, _, domain = value.rpartition("@")
        return f"{local}@{domain.lower()}"
    if name in ("registration", "mbox_sha1sum", "language"):
        return value.lower()
    if isinstance(value, dict):
        return _object(value)
    return [_part("", one) for one in value] if isinstance(value, list) else value


def _object(value: Json) -> Json:
    kept = {name: _part(name, part) for name, part in value.items() if name not in _NOT_PART_OF_THE_STATEMENT}
    if kept.get("objectType") == "StatementRef":
        kept["id"] = kept["id"].lower()
    # Without a type it is an activity or an agent, by its place; both places take the word as well.
    if kept.get("objectType") in ("Activity", "Agent"):
        del kept["objectType"]
    return kept
