"""A number for each request, and a line in the log that tells nothing private.

Addresses are logged as their patterns, since a real one may hold the secret of a mailed link.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, current_app, g, request

from lms.ui.trace import trace

View = TypeVar("View", bound=Callable[..., Any])
log = structlog.get_logger("lms.web")


def unlogged(view: View) -> View:
    """That this view was asked is not logged: a time would be too much where nobody shall know who was there when."""
    view.is_unlogged = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Number every request, and log it when it is answered."""

    @app.before_request
    def _number() -> None:
        g.request_number = secrets.token_hex(4)
        g.began = time.perf_counter()

    @app.after_request
    def _tell(response: Response) -> Response:
        if number := g.get("request_number"):
            response.headers["X-Request-Number"] = number
            if _is_unlogged():
                return response
            milliseconds = round(1000 * (time.perf_counter() - g.began), 1)
            log.info("answered", status=response.status_code, milliseconds=milliseconds, **_facts())
        return response

    def _tell_trace(exc_info: object = None) -> None:
        error = sys.exc_info()[1]
        log.error("failed", trace=trace(error) if error else None, **_facts())

    app.log_exception = _tell_trace  # type: ignore[method-assign]  # Flask's own would log the address


def tell_out_of_reach(error: Exception) -> None:
    """Note that the database could not be reached."""
    log.error("database out of reach", trace=trace(error), **_facts())


def _is_unlogged() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "is_unlogged", False)


def _facts() -> dict[str, str | None]:
    rule = request.url_rule.rule if request.url_rule else None
    return {"request": g.get("request_number"), "method": request.method, "rule": rule}
