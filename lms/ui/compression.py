"""Pages are sent compressed: on a hospital's network, bytes are what people wait for."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_TYPES = frozenset({"text/html", "application/json"})
_LEAST = 1000
"""Below this many bytes compressing gains nothing."""
_LEVEL = 5
"""Nearly as small as 9, at half the time."""


def install(app: Flask) -> None:
    """Compress every page for those who can read it so."""

    @app.after_request
    def _compress(response: Response) -> Response:
        if response.mimetype not in _TYPES or response.is_streamed or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.best_match(("gzip", "identity")) == "gzip" and request.method != "HEAD":
            page = response.get_data()
            if len(page) >= _LEAST:
                response.set_data(gzip.compress(page, _LEVEL, mtime=0))
                response.content_encoding = "gzip"
        return response
