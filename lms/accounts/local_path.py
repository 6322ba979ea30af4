"""Where to go after signing in: only ever a path of ours."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PLAIN = re.compile(r"/[\x21-\x5b\x5d-\x7e]{0,2000}")
"""Printable ASCII without space and backslash: browsers strip tabs and line ends, and take a backslash for a slash."""


def local_path(target: str | None) -> str | None:
    """The target if it can only lead to a page of ours, else None."""
    if not target or not _PLAIN.fullmatch(target) or target.startswith("//"):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target
