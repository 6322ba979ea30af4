"""Who asks: a browser that shows a page, or a script of ours that wants to know."""

from __future__ import annotations

from flask import request


def is_script() -> bool:
    """Whether a script saves in the background, and is to be answered in JSON (docs/rooms-on-a-page.md)."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
