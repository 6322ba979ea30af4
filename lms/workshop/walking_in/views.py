"""Finding who came without a place, and noting them as there."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.workshop.attendance import service
from lms.workshop.attendance.service import RefusedError
from lms.workshop.attendance.views import NOT_NOTED, SAID, record_attendance
from lms.workshop.leading import queries as leading
from lms.workshop.leading.rights import LEADERS
from lms.workshop.models import Workshop
from lms.workshop.presence import Way
from lms.workshop.walking_in import queries
from lms.workshop.walking_in.forms import WhoForm

blueprint = Blueprint("walking_in", __name__)

Answer = Response | AnyResponse | str
NOBODY = "Nobody found among those to whom this session is offered, and whom you may look for. Others scan the code."
TOO_MANY = f"More than {queries.MOST} people fit. Write the whole name, or the e-mail address."


@blueprint.get("/sessions/<uuid:session_id>/walk-in")
@needs(*LEADERS)
def ask(session_id: UUID) -> Answer:
    """Who is it?"""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    return _not_now(workshop) or _page(workshop, WhoForm(formdata=None), [])


@blueprint.post("/sessions/<uuid:session_id>/walk-in")
@needs(*LEADERS)
def find(session_id: UUID) -> Answer:
    """Who may be meant. Sent by a form, so that no name gets into an address; each look is written down."""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    if refused := _not_now(workshop):
        return refused
    form, found = WhoForm(), []
    if form.validate_on_submit():
        try:
            found = queries.find(db.session, current_user, workshop, form.who.data)
        except queries.TooManyError:
            form.who.errors = [TOO_MANY]
            _looked(workshop, [], f"more than {queries.MOST}, shown: none")
        else:
            form.who.errors = [] if found else [NOBODY]
            _looked(workshop, found, 0)
    return _page(workshop, form, found)


@blueprint.post("/sessions/<uuid:session_id>/walk-in/<uuid:person_id>")
@needs(*LEADERS)
def note(session_id: UUID, person_id: UUID) -> Answer:
    """They were there, and take a free place."""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    person = queries.one(db.session, current_user, workshop, person_id) or not_found()
    try:
        with transaction() as session:
            if service.note(session, session_id, person, Way.LIST, now()).is_new:
                record_attendance(session, Action.ATTENDED, person.uuid, session_id, Way.LIST)
    except RefusedError as error:
        told = NOT_NOTED.get(error.refusal) or SAID[error.refusal]
        flash(told.format(names=person.name), "warning")
    else:
        flash(f"Noted: {person.name} was there.", "success")
    return redirect(url("leading.lead", session_id=session_id, _anchor="people"), 303)


def _not_now(workshop: Workshop) -> AnyResponse | None:
    """Back to the session, with the reason, while nobody can be noted."""
    refusal = service.refusal_now(workshop, Way.LIST, now())
    if refusal is None:
        return None
    flash(SAID[refusal], "warning")
    return redirect(url("leading.lead", session_id=workshop.uuid), 303)


def _page(workshop: Workshop, form: WhoForm, found: list[queries.Found]) -> Response:
    is_full = queries.is_full(db.session, workshop)
    page = render_template("workshop/walk_in.html", workshop=workshop, form=form, found=found, is_full=is_full)
    return make_response(page, 422 if form.who.errors else 200)


def _looked(workshop: Workshop, found: list[queries.Found], fitted: int | str) -> None:
    """Into the audit log: about each who was shown; about nobody, how many fitted."""
    facts = {"at": "walk-in", "session": str(workshop.uuid)}
    entries = [Entry(Action.LOOKED, one.person.uuid, facts) for one in found]
    with transaction() as session:
        write_down(session, *(entries or [Entry(Action.LOOKED, facts=facts | {"people": fitted})]))
