"""Sessions as learners meet them: which there are, one of them, a place in it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import signed_in
from lms.config import Settings
from lms.content.library import library
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.workshop import queries, service
from lms.workshop.attendance import views as attendance
from lms.workshop.calendar_file import calendar, entry, file_name
from lms.workshop.feed import views as feed
from lms.workshop.leading import queries as leading
from lms.workshop.leading import views as leading_views
from lms.workshop.leading.rights import LEADERS, may_lead
from lms.workshop.places import State
from lms.workshop.sharing import queries as sharing
from lms.workshop.sharing import views as sharing_views
from lms.workshop.walking_in import views as walking_in

blueprint = Blueprint("workshop", __name__)

Answer = Response | AnyResponse | str
BOOKED = "You have a place. A mail brings you when and where, with a file for your calendar."
WAITING = "Every place is taken. You are on the waiting list, and get a mail as soon as a place is yours."
ELSEWHERE = "Nothing is booked yet: you asked for a place in another session of this module. See below."
CLOSED = "That is not possible any more: the session has begun, or does not take place."


def install(app: Flask) -> None:
    """The pages of this room."""
    settings: Settings = app.config["CARES"]
    app.jinja_env.filters.update(weekday=partial(weekday, zone=ZoneInfo(settings.time_zone)), module_title=title_of)
    rooms = (leading_views, attendance, walking_in, feed, sharing_views)
    for part in (blueprint, *(room.blueprint for room in rooms)):
        app.register_blueprint(part)


@blueprint.get("/sessions")
@signed_in
def sessions() -> Answer:
    """My sessions, those that I can go to, and those that I lead."""
    leads = bool(current_user.roles & set(LEADERS))
    return render_template(
        "workshop/sessions.html",
        coming=queries.coming(db.session, current_user.id, now()),
        past=queries.past(db.session, current_user.id, now()),
        led=leading.own_led(db.session, current_user, current_user.roles, now()) if leads else [],
        leads=leads,
        at=now(),
    )


@blueprint.get("/sessions/<uuid:session_id>")
@signed_in
def one(session_id: UUID) -> Answer:
    """When and where, whether there is a place, and what counts for the module."""
    found = queries.seen(db.session, current_user.id, session_id)
    if found is None:
        # Who leads it need not be among those to whom it is offered.
        leading.own_workshop(db.session, current_user, session_id) or not_found()
        return redirect(url("leading.lead", session_id=session_id), 303)
    workshop = found.workshop
    module = library.module(db.session, workshop.module_id)
    return render_template(
        "workshop/session.html",
        seen=found,
        workshop=workshop,
        module=module,
        sections=[one for one in module.sections if one.id in workshop.replaces] if module else [],
        line=queries.line(db.session, found.booking) if found.booking else 0,
        facilitator=leading.facilitator(db.session, workshop),
        shared=sharing.own(db.session, found.booking) if found.booking else None,
        others=[] if found.booking else queries.own_others(db.session, current_user.id, workshop, now()),
        leads=may_lead(current_user.roles, current_user.uuid, workshop.facilitator),
        at=now(),
    )


@blueprint.post("/sessions/<uuid:session_id>/book")
@signed_in
def book(session_id: UUID) -> Answer:
    """Ask for a place."""
    try:
        with transaction() as session:
            also = request.form.get("also") == "yes"
            state = service.book(session, current_user, session_id, now(), also) or not_found()
    except service.ClosedError:
        flash(CLOSED, "warning")
    except service.ElsewhereError:
        flash(ELSEWHERE, "warning")
    else:
        flash(*((BOOKED, "success") if state is State.BOOKED else (WAITING, "info")))
    return redirect(url(".one", session_id=session_id), 303)


@blueprint.post("/sessions/<uuid:session_id>/give-back")
@signed_in
def give_back(session_id: UUID) -> Answer:
    """Somebody else can have my place."""
    try:
        with transaction() as session:
            is_done = service.give_back(session, current_user, session_id, now())
    except service.ClosedError:
        flash(CLOSED, "warning")
    else:
        if is_done is None:
            not_found()
        flash("You have given your place back.", "success")
    return redirect(url(".sessions"), 303)


@blueprint.get("/sessions/<uuid:session_id>.ics")
@signed_in
def event(session_id: UUID) -> Answer:
    """One session for a calendar."""
    found = queries.seen(db.session, current_user.id, session_id)
    workshop = found.workshop if found else leading.own_workshop(db.session, current_user, session_id) or not_found()
    state = found.booking.state if found and found.booking else None
    settings: Settings = current_app.config["CARES"]
    written = entry(workshop, state, workshop.facilitator == current_user.uuid, settings.url)
    return as_calendar(calendar([written], settings.organisation), file_name(workshop))


def as_calendar(made: bytes, name: str) -> Response:
    """An answer that a calendar takes."""
    answer = Response(made, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def title_of(module_id: str) -> str:
    """What a module is called; its id if it is no longer taught."""
    module = library.module(db.session, module_id)
    return module.title if module else module_id


def weekday(moment: dt.datetime, zone: dt.tzinfo = dt.UTC) -> str:
    """`Monday`, as a wall calendar there shows it."""
    return f"{moment.astimezone(zone):%A}"
