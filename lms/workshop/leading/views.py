"""Planning, changing and cancelling sessions; who comes, and how far they are."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.accounts.viewing import note_file, note_looks, write_down
from lms.audit.actions import Action, Entry
from lms.config import Settings
from lms.content.library import library
from lms.content.module import Module
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.ui.files import as_table
from lms.workshop import service
from lms.workshop.leading import listing, queries
from lms.workshop.leading.forms import SessionForm, as_typed
from lms.workshop.leading.rights import LEADERS, may_lead
from lms.workshop.models import Workshop
from lms.workshop.presence import BEFORE
from lms.workshop.walking_in.forms import WhoForm
from lms.workshop.when import said

blueprint = Blueprint("leading", __name__)

Answer = Response | AnyResponse | str
CLOSED = "That is not possible any more: the session has begun, is over, or does not take place."


@blueprint.get("/sessions/new")
@needs(*LEADERS)
def new() -> Answer:
    """Choose the module, then fill in the form."""
    module_id = request.args.get("module", "")
    if not module_id:
        return render_template("workshop/choose_module.html", modules=_modules())
    module = _module(module_id)
    typed = {"token": str(uuid4()), "title": module.title, "facilitator": str(current_user.uuid)}
    return _form_page(_offered(SessionForm(formdata=None, data=typed), module, None), module, None)


@blueprint.post("/sessions/new/<module_id>")
@needs(*LEADERS)
@carries_text
def plan(module_id: str) -> Answer:
    """Plan a session as the form says."""
    module = _module(module_id)
    form = _offered(SessionForm(), module, None)
    wanted = form.plan(_settings().time_zone, now()) if form.validate_on_submit() else None
    if wanted is None:
        return _form_page(form, module, None)
    with transaction() as session:
        if service.plan(session, form.name, module.id, wanted, now()):
            write_down(session, Entry(Action.SESSION_PLANNED, facts={"session": str(form.name)}))
    flash("The session is planned. People to whom it is offered can ask for a place.", "success")
    return redirect(_afterwards(form.name, wanted.facilitator), 303)


@blueprint.get("/sessions/<uuid:session_id>/lead")
@needs(*LEADERS)
def lead(session_id: UUID) -> Answer:
    """Who comes, who waits, who was there. Each look is written down about each of them."""
    workshop = _own(session_id)
    guests = queries.guests(db.session, workshop, current_user.uuid)
    module = library.module(db.session, workshop.module_id)
    page = render_template(
        "workshop/lead.html",
        workshop=workshop,
        module=module,
        guests=guests,
        facilitator=queries.facilitator(db.session, workshop),
        sections=[one for one in module.sections if one.id in workshop.replaces] if module else [],
        is_time=workshop.starts_at - BEFORE <= now(),
        who=WhoForm(formdata=None),
        at=now(),
    )
    note_looks([one.person.uuid for one in guests], {"at": "session", "session": str(session_id)})
    return page


@blueprint.get("/sessions/<uuid:session_id>/people.<any(csv,xlsx):kind>")
@needs(*LEADERS)
def attendance(session_id: UUID, kind: str) -> Answer:
    """The list of who comes and who was there as a file. That somebody took it is written down."""
    workshop, zone = _own(session_id), _settings().time_zone
    guests = queries.guests(db.session, workshop, current_user.uuid)
    rows = list(listing.attendance(guests, zone))
    on = said(workshop.starts_at, zone)[0]
    note_file(len(guests), {"at": "session", "session": str(session_id)})
    return as_table(rows, kind, "session", on, "Who comes")


@blueprint.get("/sessions/<uuid:session_id>/cohort")
@needs(*LEADERS)
def cohort(session_id: UUID) -> Answer:
    """How far everyone is in the module who has a place. Each look is written down about each of them."""
    workshop = _own(session_id)
    found = queries.how_far(db.session, workshop)
    page = render_template("workshop/cohort.html", workshop=workshop, people=found)
    note_looks([one.person.uuid for one in found], {"at": "cohort", "session": str(session_id)})
    return page


@blueprint.get("/sessions/<uuid:session_id>/change")
@needs(*LEADERS)
def ask_to_change(session_id: UUID) -> Answer:
    """The form, filled in as the session is."""
    workshop = _own(session_id)
    if workshop.cancelled_at or workshop.starts_at <= now():
        flash(CLOSED, "warning")
        return redirect(url(".lead", session_id=session_id), 303)
    form = SessionForm(formdata=None, data=as_typed(workshop, _settings().time_zone))
    module = _module(workshop.module_id)
    return _form_page(_offered(form, module, workshop), module, workshop)


@blueprint.post("/sessions/<uuid:session_id>/change")
@needs(*LEADERS)
@carries_text
def change(session_id: UUID) -> Answer:
    """Change it as the form says, and tell who comes."""
    workshop = _own(session_id)
    module = _module(workshop.module_id)
    form = _offered(SessionForm(), module, workshop)
    wanted = form.plan(_settings().time_zone, now()) if form.validate_on_submit() else None
    if wanted is None:
        return _form_page(form, module, workshop)
    try:
        with transaction() as session:
            service.change(session, session_id, wanted, now())
            write_down(session, Entry(Action.SESSION_CHANGED, facts={"session": str(session_id)}))
    except service.TooFewPlacesError as error:
        form.places.errors = [f"{error.taken} people have a place already. Write {error.taken} or more."]
        return _form_page(form, module, workshop)
    except service.ClosedError:
        flash(CLOSED, "warning")
        return redirect(url(".lead", session_id=session_id), 303)
    flash("The session is changed. If its title, time or place is another one, who comes gets a mail.", "success")
    return redirect(_afterwards(session_id, wanted.facilitator), 303)


@blueprint.get("/sessions/<uuid:session_id>/cancel")
@needs(*LEADERS)
def ask_to_cancel(session_id: UUID) -> Answer:
    """Are you sure?"""
    workshop = _own(session_id)
    guests = queries.guests(db.session, workshop, current_user.uuid)
    return render_template("workshop/cancel.html", workshop=workshop, people=len(guests))


@blueprint.post("/sessions/<uuid:session_id>/cancel")
@needs(*LEADERS)
def cancel(session_id: UUID) -> Answer:
    """It does not take place; everyone who would have come is told."""
    _own(session_id)
    try:
        with transaction() as session:
            if service.cancel(session, session_id, now()):
                write_down(session, Entry(Action.SESSION_CANCELLED, facts={"session": str(session_id)}))
    except service.ClosedError:
        flash(CLOSED, "warning")
    else:
        flash("The session is cancelled. Everyone who has a place, or waits for one, gets a mail.", "success")
    return redirect(url(".lead", session_id=session_id), 303)


@blueprint.post("/sessions/<uuid:session_id>/people/<uuid:person_id>/take-off")
@needs(*LEADERS)
def take_off(session_id: UUID, person_id: UUID) -> Answer:
    """Somebody does not come; whoever waits first gets their place."""
    person = queries.guest(db.session, _own(session_id), person_id) or not_found()
    try:
        with transaction() as session:
            if service.take_off(session, session_id, person, now()):
                write_down(session, Entry(Action.TAKEN_OFF, person.uuid, {"session": str(session_id)}))
    except service.ClosedError:
        flash(CLOSED, "warning")
    else:
        flash(f"{person.name} is off the list, and gets a mail that says so.", "success")
    return redirect(url(".lead", session_id=session_id, _anchor="people"), 303)


def _own(session_id: UUID) -> Workshop:
    return queries.own_workshop(db.session, current_user, session_id) or not_found()


def _modules() -> list[Module]:
    programme = library.programme(db.session)
    planned = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    return [module for module in planned if module]


def _module(module_id: str) -> Module:
    return library.module(db.session, module_id) or not_found()


def _offered(form: SessionForm, module: Module, workshop: Workshop | None) -> SessionForm:
    """The form with what can be chosen; what a session has already can always be kept."""
    people = list(queries.facilitators(db.session))
    sites, to_everyone = queries.sites_to_offer(db.session, current_user)
    if workshop is None:
        return form.offer(module, people, sites, to_everyone)
    known = {site.id for site in sites}
    kept = [workshop.site] if workshop.site and workshop.site.id not in known else []
    return form.offer(module, people, [*sites, *kept], to_everyone or workshop.site_id is None)


def _form_page(form: SessionForm, module: Module, workshop: Workshop | None) -> Response:
    page = render_template("workshop/plan.html", form=form, module=module, workshop=workshop)
    return make_response(page, 422 if any(field.errors for field in form) else 200)


def _afterwards(session_id: UUID, facilitator: UUID) -> str:
    """To the session, or to the list where it was handed over to somebody else."""
    is_own = may_lead(current_user.roles, current_user.uuid, facilitator)
    return url(".lead", session_id=session_id) if is_own else url("workshop.sessions")


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings
