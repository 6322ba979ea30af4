"""A block of a page as values that a form can show, and as the text that stands in the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lms.authoring.files.shape import Field, fields_of
from lms.authoring.files.unfit import NO_PROMPT, UnfitError
from lms.authoring.files.yaml_text import edited, plain, written
from lms.content.blocks import KINDS

_HEAD = re.compile(r"(:{3,})\{([a-z-]+)\}[ \t]*(\S*)[ \t]*")
_PART = re.compile(r"^---[ \t]*\n", re.MULTILINE)
_RULE = re.compile(r"^---(?=\s*$)", re.MULTILINE)
"""What would be taken for the end of a text; a dash more, and Markdown reads the same."""
_FENCE = re.compile(r"^[ \t]*(:{3,})", re.MULTILINE)
_TEXTS = ("text", "model")
_MADE = ("line", "html", "svg")
"""Fields that are made when a page is read, and never written."""


def fields_of_block(kind: str) -> tuple[Field, ...]:
    """What can be written in a block of a kind."""
    return tuple(field for field in fields_of(KINDS[kind]) if field.name not in _MADE)


def values_of(source: str) -> dict[str, Any]:
    """The id, options and texts of a block. Raises ContentError or ValueError if its options cannot be read."""
    _, kind, id_, options, texts = _taken_apart(source)
    found = plain(options, "block") or {}
    if not isinstance(found, dict):
        raise ValueError("what stands before the first `---` are no options")
    values = {"id": id_, **found} if id_ else {**found}
    names = _TEXTS[: KINDS[kind].texts[1]]
    if len(texts) > len(names) > 0:  # a line `---` inside of a text: the last one takes what is too much
        last = len(names) - 1
        texts = [*texts[:last], "----\n".join(texts[last:])]
    return values | dict(zip(names, (one.strip("\n") for one in texts), strict=False))


def with_values(source: str, values: Mapping[str, Any]) -> str:
    """The block with other values; options that did not change keep their words and comments.

    Raises ContentError, and UnfitError for a model answer that would stand in the place of its prompt.
    """
    if dict(values) == values_of(source):
        return source
    if values.get("model") and not values.get("text"):
        raise UnfitError(NO_PROMPT)
    _, kind, _, options, _ = _taken_apart(source)
    given = {name: value for name, value in values.items() if name not in ("id", *_TEXTS)}
    options = _options(options, given) if given else ""
    given_texts = (str(values[name]).strip("\n") for name in _TEXTS[: KINDS[kind].texts[1]] if values.get(name))
    texts = [_RULE.sub("----", one) for one in given_texts]
    return block(kind, str(values.get("id", "")), options, texts)


def _options(old: str, given: Mapping[str, Any]) -> str:
    return edited(old, "block", (), given) if old.strip() else written(given)


def block(kind: str, id_: str, options: str = "", texts: list[str] | None = None) -> str:
    """A block as it stands in a page, with a fence longer than any in its texts."""
    parts = [f"{text}\n" for text in texts or []]
    # A single text needs no options before it.
    if options or len(parts) > 1:
        parts.insert(0, options)
    if len(parts) == 1 and options and KINDS[kind].texts[1]:
        parts.append("")  # options alone would be taken for the text
    body = "---\n".join(parts)
    longest = max((len(found) for found in _FENCE.findall(body)), default=2)
    fence = ":" * max(longest + 1, 3)
    return f"{fence}{{{kind}}}{f' {id_}' if id_ else ''}\n{body}{fence}"


def _taken_apart(source: str) -> tuple[str, str, str, str, list[str]]:
    """Fence, kind, id, options and texts. Raises ValueError for what is no block that can be written in a form."""
    head, _, rest = source.partition("\n")
    match = _HEAD.fullmatch(head)
    if not match or match[2] not in KINDS:
        raise ValueError(f"this is no block: {head[:40]}")
    body = rest.rstrip("\n")
    body = body.removesuffix(match[1])
    parts = _PART.split(body)
    has_options = len(parts) > 1 or not KINDS[match[2]].texts[1]
    options = parts.pop(0) if has_options else ""
    return match[1], match[2], match[3], options, [one for one in parts if one.strip()]
