"""The pages on which a learner shares a reflection, and its facilitator reads it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs, signed_in
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.content.library import library
from lms.db import db, transaction
from lms.reflection.prompts import Kind, find
from lms.reflection.queries import own_reflections
from lms.ui.asking import not_found, now
from lms.workshop.leading.queries import facilitator
from lms.workshop.leading.rights import LEADERS
from lms.workshop.queries import seen
from lms.workshop.sharing import queries, service

blueprint = Blueprint("sharing", __name__)

Answer = Response | AnyResponse | str
NOBODY = "There is nobody to share it with: the session does not take place, or nobody leads it at the moment."
SHARED_ALREADY = "You share a reflection already. Take it back first to share another one."


@blueprint.get("/sessions/<uuid:session_id>/share")
@signed_in
def ask(session_id: UUID) -> Answer:
    """My reflections on the module, of which I may share one."""
    found = seen(db.session, current_user.id, session_id) or not_found()
    if not found.has_place or found.booking is None:
        not_found()
    module = library.module(db.session, found.workshop.module_id)
    return render_template(
        "workshop/share.html",
        workshop=found.workshop,
        facilitator=facilitator(db.session, found.workshop),
        shared=queries.own(db.session, found.booking) if found.booking else None,
        pieces=own_reflections(db.session, current_user, module) if module else [],
    )


@blueprint.post("/sessions/<uuid:session_id>/share")
@signed_in
def share(session_id: UUID) -> Answer:
    """The facilitator may read this one from now on."""
    entry_id = _uuid(request.form.get("entry", ""))
    try:
        with transaction() as session:
            is_new = service.share(session, current_user, session_id, entry_id, now())
            if is_new:
                _note(session, Action.SHARED, session_id)
    except service.NobodyError:
        flash(NOBODY, "warning")
    else:
        if is_new is None:
            not_found()
        flash(*(("It is shared. You can take it back at any time.", "success") if is_new else (SHARED_ALREADY, "info")))
    return redirect(url("workshop.one", session_id=session_id, _anchor="share"), 303)


@blueprint.post("/sessions/<uuid:session_id>/share/take-back")
@signed_in
def take_back(session_id: UUID) -> Answer:
    """The facilitator can read it no more."""
    seen(db.session, current_user.id, session_id) or not_found()
    with transaction() as session:
        if service.take_back(session, current_user, session_id):
            _note(session, Action.UNSHARED, session_id)
    flash("Nothing is shared any more. The copy is deleted.", "success")
    return redirect(url("workshop.one", session_id=session_id, _anchor="share"), 303)


@blueprint.get("/sessions/<uuid:session_id>/shared/<uuid:share_id>")
@needs(*LEADERS)
def read(session_id: UUID, share_id: UUID) -> Answer:
    """What somebody shared with me. That I read it is written down first."""
    with transaction() as session:
        shown = queries.shown_to(session, current_user, session_id, share_id) or not_found()
        facts = {"at": "shared reflection", "session": str(session_id)}
        write_down(session, Entry(Action.LOOKED, shown.author.uuid, facts))
    module = library.module(db.session, shown.workshop.module_id)
    place = find(module, shown.block_id, Kind.REFLECTION) if module else None
    answer = make_response(render_template("workshop/shared.html", shown=shown, place=place))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _note(session: Session, action: Action, session_id: UUID) -> None:
    write_down(session, Entry(action, current_user.uuid, {"session": str(session_id)}))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        not_found()
