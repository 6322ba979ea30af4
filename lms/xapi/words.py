"""Words out of statements, which anybody may have written: cut, and without characters that would disturb a page."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

MOST = 80
"""Characters of a name; what is longer ends in `…`."""
MOST_JSON = 100_000
"""Characters of a whole statement."""
_YEARS = range(1900, 3000)
"""In which a moment can be told in any time zone."""

# Controls, halves of surrogate pairs, and marks that turn the direction of the text around them.
_DISTURBING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_TURNING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def word(value: object, most: int = MOST) -> str:
    """A text on one line, of so many characters at most; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    text = " ".join(_DISTURBING.sub(" ", value[: most * 4]).split())
    return f"{text[: most - 1].rstrip()}…" if len(text) > most else text


def in_english(texts: object, most: int = MOST) -> str:
    """The English of a language map, else any of it; empty where there is none."""
    if not isinstance(texts, dict):
        return ""
    tags = sorted(texts, key=lambda tag: (not tag.lower().startswith("en"), tag.lower() != "und"))
    return next(filter(None, (word(texts[tag], most) for tag in tags)), "")


def number(value: object, places: int = 2) -> str:
    """`8`, `0.75`; empty for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        short = f"{value:.{places}f}" if abs(value) < 1e12 else f"{value:.3g}"
    except OverflowError:
        return "a very large number"
    if not short[-1].isdigit():  # neither infinite nor "not a number"
        return ""
    return short.rstrip("0").rstrip(".") if "." in short and "e" not in short else short


def moment(value: object) -> dt.datetime | None:
    """The moment that a timestamp names, in UTC; None where it names none that pages could show."""
    if not isinstance(value, str) or len(value) > MOST:
        return None
    try:
        found = dt.datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo and found.year in _YEARS else None


def as_json(value: Any, most: int = MOST_JSON, indent: int | None = 2) -> tuple[str, bool]:
    """A value as JSON, and whether that is all of it. What would turn the text around is written as its number."""
    pieces, length = [], 0
    try:
        for piece in json.JSONEncoder(indent=indent, ensure_ascii=False).iterencode(value):
            pieces.append(piece[: most + 1])
            length += len(piece)
            if length > most:
                break
    except RecursionError:
        return "It is nested too deeply to be shown.", False
    text = "".join(pieces)
    return _TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", text[:most]), length <= most
