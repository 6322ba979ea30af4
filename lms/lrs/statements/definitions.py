"""What is known of an activity: its canonical definition, merged from all that statements say of it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_MAPS = frozenset({"name", "description", "extensions"})


def merged(known: Json, told: Json) -> Json:
    """What is known after one more statement: new words replace old ones, what is not mentioned stays.

    Language maps and extensions are merged entry by entry, so that a translation adds to the others.
    """
    return known | {
        name: known.get(name, {}) | value if name in _MAPS and isinstance(value, dict) else value
        for name, value in told.items()
    }
