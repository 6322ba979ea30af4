"""Adding to a document instead of replacing it (xAPI 1.0.3 Communication 2.2, JSON Procedure)."""

from __future__ import annotations

import json
from typing import Any

from lms.lrs import strict_json
from lms.lrs.refusal import RefusalError

JSON = "application/json"


def is_json(content_type: str) -> bool:
    """Whether a document says that it is JSON."""
    return content_type.partition(";")[0].strip().lower() == JSON


def addition(content_type: str, content: bytes) -> dict[str, Any] | None:
    """What a POST adds; None if it is no JSON, so that it can only be stored as it is. Raises RefusalError (400)."""
    if not is_json(content_type):
        return None
    value = strict_json.read(content, "the content")
    if not isinstance(value, dict):
        raise RefusalError(400, "must be a JSON object", "the content")
    return value


def merged(kept_type: str, kept: bytes, added: dict[str, Any] | None) -> bytes:
    """The document after a POST: each property that is sent replaces the one of its name. Raises RefusalError (400)."""
    if added is None:
        raise RefusalError(400, f"must be {JSON}: there is a document already, to which this is added", "Content-Type")
    try:
        known = json.loads(kept) if is_json(kept_type) else None
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        raise RefusalError(400, "the document that is there already is no JSON object, so nothing can be added to it")
    return strict_json.write(known | added).encode()
