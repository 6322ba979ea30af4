"""Whether two statements with the same id say the same (xAPI 1.0.3 Data 2.3.1, Statement Comparison)."""

from __future__ import annotations

import json
import re
from typing import Any

from lms.lrs.rules.checks import BrokenError
from lms.lrs.rules.formats import moment

Json = dict[str, Any]

_SET_BY_THE_STORE = frozenset({"id", "authority", "stored", "timestamp", "version"})
_NOT_PART_OF_THE_STATEMENT = frozenset({"definition", "display"})
_IN_EITHER_CASE = frozenset({"registration", "mbox_sha1sum", "language", "sha2"})
# Data 4.6: more than hundredths of a second are not compared.
_THOUSANDTHS = re.compile(r"(?<=[.,]\d\d)\d+(?=S)")


def same(sent: Json, kept: Json) -> bool:
    """Whether the sent statement differs from the kept one only in what the standard lets a store change."""
    return _same_time(sent, kept) and _essence(sent) == _essence(kept)


def _same_time(sent: Json, kept: Json) -> bool:
    """A timestamp that the store set by itself says nothing about what was sent."""
    is_ours = kept.get("timestamp") == kept.get("stored")
    return "timestamp" not in sent or is_ours or _milliseconds(sent["timestamp"]) == _milliseconds(kept["timestamp"])


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
        # Compared as text: to Python, 1 and true are equal.
        return json.dumps(value, sort_keys=True)
    if isinstance(value, dict):
        return _related(value) if name == "contextActivities" else _object(value)
    if isinstance(value, list):
        parts = [_part("", one) for one in value]
        return sorted(parts, key=repr) if name == "member" else parts
    return _word(name, value) if isinstance(value, str) else value


def _word(name: str, value: str) -> str:
    if name == "mbox":
        local, _, domain = value.rpartition("@")
        return f"{local}@{domain.lower()}"
    if name == "duration":
        return _THOUSANDTHS.sub("", value)
    return value.lower() if name in _IN_EITHER_CASE else value


def _related(value: Json) -> Json:
    """A single activity may come alone or in a list (Data 2.4.6.2)."""
    return {name: _part("", one if isinstance(one, list) else [one]) for name, one in value.items()}


def _object(value: Json) -> Json:
    kept = {name: _part(name, part) for name, part in value.items() if name not in _NOT_PART_OF_THE_STATEMENT}
    if kept.get("objectType") == "StatementRef":
        kept["id"] = str(kept.get("id")).lower()
    # Without a type it is an activity or an agent, by its place; both places take the word as well.
    if kept.get("objectType") in ("Activity", "Agent"):
        del kept["objectType"]
    return kept
