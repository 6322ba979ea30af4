"""The page on which admins see how statements stand, and send again what was refused."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request
from flask import url_for as url
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.config import Settings
from lms.db import db, transaction
from lms.outbox import queries, service
from lms.ui.asking import not_found, now
from lms.xapi import viewing

blueprint = Blueprint("xapi", __name__)

Answer = Response | AnyResponse | str
HOUR = dt.timedelta(hours=1)
SHOWN = 50
"""Refused statements on the page; there may be more."""


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)
    app.register_blueprint(viewing.blueprint)


@blueprint.get("/statements")
@needs(Role.ADMIN)
def statements() -> Answer:
    """What waits for the Learning Record Store, since when, and what it refused."""
    at = now()
    settings: Settings = current_app.config["CARES"]
    return render_template(
        "xapi/statements.html",
        standing=queries.standing(db.session),
        last_hour=queries.delivered_since(db.session, at - HOUR),
        relays=queries.relays(db.session, at),
        parked=queries.parked(db.session, SHOWN),
        endpoint=settings.lrs_endpoint,
    )


@blueprint.post("/statements/retry")
@needs(Role.ADMIN)
def retry() -> Answer:
    """Queue one refused statement again, or all of them."""
    statement = request.form.get("statement", type=UUID)
    if statement is None and request.form.get("all") != "yes":
        not_found()
    with transaction() as session:
        count = service.retry(session, statement)
    flash(f"{count} {'statement waits' if count == 1 else 'statements wait'} to be sent again.", "success")
    return redirect(url(".statements"), 303)
