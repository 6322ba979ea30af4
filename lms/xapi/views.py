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
from lms.outbox.queue import MAIN
from lms.ui.asking import not_found, now
from lms.xapi import viewing
from lms.xapi.standing import stand
from lms.xapi.stores.wording import facts_of

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
    """What waits for each Learning Record Store, since when, and what it refused."""
    at = now()
    settings: Settings = current_app.config["CARES"]
    others, queues = queries.stores(db.session), queries.all_queues(db.session)
    return render_template(
        "xapi/statements.html",
        found=stand(db.session, at, SHOWN),
        last_hour={queue.name: queries.delivered_since(db.session, at - HOUR, queue) for queue in queues},
        endpoint=settings.lrs_endpoint,
        others={store.name: facts_of(store) for store in others},
    )


@blueprint.post("/statements/retry")
@needs(Role.ADMIN)
def retry() -> Answer:
    """Queue one statement again that a store refused, or all of them."""
    statement = request.form.get("statement", type=UUID)
    if statement is None and request.form.get("all") != "yes":
        not_found()
    queue = next(
        (one for one in queries.all_queues(db.session) if one.name == request.form.get("store", MAIN.name)), None
    )
    if queue is None:
        not_found()
    with transaction() as session:
        count = service.retry(session, now(), statement, queue)
    flash(f"{count} {'statement waits' if count == 1 else 'statements wait'} to be sent again.", "success")
    return redirect(url(".statements"), 303)
