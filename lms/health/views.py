"""Addresses for machines: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import hmac

from flask import Blueprint, Flask, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST

from lms.accounts.access import public
from lms.config import Settings
from lms.db import db
from lms.health.figures import as_text
from lms.health.readiness import hindrances
from lms.ui.asking import now
from lms.ui.errors import RETRY_SECONDS

blueprint = Blueprint("health", __name__)


def install(app: Flask) -> None:
    """The addresses of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Whether this process answers at all; nothing else is looked at."""
    return _text("alive")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Whether pages can be served: 200, or 503 with what is in the way."""
    found = hindrances(db.engine, db.session)
    if not found:
        return _text("ready")
    answer = _text("\n".join(found), 503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Figures for a monitoring system that knows the token; without one in the settings there is nothing here."""
    settings: Settings = current_app.config["CARES"]
    given = request.headers.get("Authorization", "")
    if not settings.metrics_token or not hmac.compare_digest(
        given.encode(), f"Bearer {settings.metrics_token}".encode()
    ):
        abort(404)
    return Response(as_text(db.session, now()), content_type=CONTENT_TYPE_LATEST)


def _text(words: str, status: int = 200) -> Response:
    return Response(f"{words}\n", status, content_type="text/plain; charset=utf-8")
