"""The page on which a calendar's address is made, and what is read at it."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, abort, current_app, flash, make_response, redirect, render_template
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import public, signed_in
from lms.config import Settings
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.workshop.calendar_file import calendar, entry
from lms.workshop.feed import queries, service
from lms.workshop.queries import own_events

blueprint = Blueprint("feed", __name__)

Answer = Response | AnyResponse | str
KEPT = dt.timedelta(days=180)
"""How long a session stays in the calendar when it is over."""


@blueprint.get("/sessions/calendar")
@signed_in
def ask() -> Answer:
    """What an address is for, whether there is one, and how to make or end it."""
    made_at = queries.made_at(db.session, current_user.id)
    return render_template("workshop/calendar.html", made_at=made_at, address="")


@blueprint.post("/sessions/calendar")
@signed_in
def make() -> Answer:
    """A new address, shown this once: only its fingerprint is kept."""
    settings: Settings = current_app.config["CARES"]
    with transaction() as session:
        token = service.new_address(session, current_user.id, now())
    address = f"{settings.url}{url('.feed', token=token)}"
    answer = make_response(render_template("workshop/calendar.html", made_at=now(), address=address))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/sessions/calendar/end")
@signed_in
def end() -> Answer:
    """No calendar reads my sessions any more."""
    with transaction() as session:
        service.end(session, current_user.id)
    flash("The address does not work any more.", "success")
    return redirect(url(".ask"), 303)


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Answer:
    """The sessions of whoever made this address, for a calendar that nobody signs in."""
    if not token.isascii():
        abort(404)
    owner = queries.owner(db.session, token) or not_found()
    settings: Settings = current_app.config["CARES"]
    entries = [
        entry(workshop, booking.state if booking else None, workshop.facilitator == owner.uuid, settings.url)
        for workshop, booking in own_events(db.session, owner, now() - KEPT)
    ]
    answer = Response(calendar(entries, settings.organisation), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
