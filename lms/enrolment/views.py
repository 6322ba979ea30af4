"""The page on which leads open a module to someone before its turn."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template
from flask import url_for as url
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import queries as accounts
from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.accounts.viewing import note_looks, write_down
from lms.audit.actions import Action, Entry
from lms.content.library import library
from lms.db import db, transaction
from lms.enrolment import queries, service
from lms.enrolment.forms import OpenEarlyForm
from lms.ui.asking import not_found, now

blueprint = Blueprint("enrolment", __name__)

Answer = Response | AnyResponse | str
NOBODY = "Nobody here has this e-mail address."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/early-openings")
@needs(Role.PROGRAMME_LEAD, Role.ADMIN)
def early_openings() -> Answer:
    """Which modules open when, and to whom one was opened before its turn."""
    return _page(_form())


@blueprint.post("/early-openings")
@needs(Role.PROGRAMME_LEAD, Role.ADMIN)
def open_early() -> Answer:
    """Open a module to someone now."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form)
    with transaction() as session:
        person = accounts.person_by_email(session, form.email.data)
        if person and service.open_early(session, person.id, form.module.data, now()):
            _note(session, Action.OPENED_EARLY, person.uuid, form.module.data)
    if person is None:
        form.email.errors = [NOBODY]
        return _page(form)
    flash(f"The module is open to {person.name}.", "success")
    return redirect(url(".early_openings"), 303)


@blueprint.post("/early-openings/<uuid:person>/<module_id>/close")
@needs(Role.PROGRAMME_LEAD, Role.ADMIN)
def close_again(person: UUID, module_id: str) -> Answer:
    """Let it wait for its turn again; what was begun stays open."""
    with transaction() as session:
        found = accounts.people_by_uuid(session, [person]) or not_found()
        if service.close_again(session, found[0].id, module_id):
            _note(session, Action.CLOSED_AGAIN, person, module_id)
    flash("The module waits for its turn again. If it was begun, it stays open.", "success")
    return redirect(url(".early_openings"), 303)


def _form() -> OpenEarlyForm:
    form = OpenEarlyForm()
    form.offer((module_id, title) for module_id, title, _ in _modules()[1:])
    return form


def _modules() -> list[tuple[str, str, int]]:
    """Id, title, and days after the one before, of every published module in order."""
    programme = library.programme(db.session)
    planned = [(one, library.module(db.session, one.id)) for one in programme.modules] if programme else []
    return [(one.id, module.title, one.after_days) for one, module in planned if module]


def _page(form: OpenEarlyForm) -> Response:
    modules, openings = _modules(), queries.early_openings(db.session)
    page = render_template(
        "enrolment/early_openings.html",
        form=form,
        modules=modules,
        titles={module_id: title for module_id, title, _ in modules},
        openings=openings,
    )
    note_looks([person.uuid for _, person in openings], {"at": "early openings"})
    return make_response(page, 422 if form.errors or form.email.errors else 200)


def _note(session: Session, action: Action, whom: UUID, module_id: str) -> None:
    write_down(session, Entry(action, whom, {"module": module_id}))
