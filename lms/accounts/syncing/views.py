"""The page of the organisation: its tree, what a list would change, and the lists that came."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, flash, make_response, redirect, render_template
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_files, needs
from lms.accounts.models import Role, RosterRun, RunOrigin, RunState
from lms.accounts.organisation import queries as places
from lms.accounts.organisation.tree import branches
from lms.accounts.queries import people_by_uuid
from lms.accounts.syncing import queries, service
from lms.accounts.syncing.forms import NO_FILE, CarryOutForm, ListForm
from lms.accounts.syncing.lists import read, unpacked
from lms.accounts.syncing.planning import Plan, plan
from lms.accounts.syncing.telling import TITLES, sentence
from lms.accounts.viewing import note_looks, write_down
from lms.config import Settings
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("organisation", __name__)

MOST_LIST_BYTES = 32 * 1024 * 1024
LEADS = (Role.PROGRAMME_LEAD, Role.ADMIN)
SHOWN_OF_EACH = 200

Answer = Response | AnyResponse | str


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/people/organisation")
@needs(*LEADS)
def overview() -> Answer:
    """Sites with how many people work there, the box for a list, and the lists that came."""
    return _overview(ListForm())


@blueprint.post("/people/organisation")
@needs(*LEADS)
@carries_files(MOST_LIST_BYTES)
def bring() -> Answer:
    """Keep a list for a day, to show what it would change; nothing is done yet."""
    form = ListForm()
    files = form.files() if form.validate_on_submit() else {}
    if not files:
        form.people.errors = [NO_FILE] if not form.errors else form.people.errors
        return _overview(form, status=422)
    made = plan(read(files), queries.organisation(db.session))
    if made.problems:
        return _overview(form, [str(problem) for problem in made.problems], 422)
    with transaction() as session:
        came = service.Came(RunOrigin.PAGE, files, current_user.uuid)
        run = service.note_run(session, came, RunState.SHOWN, made, [], now())
    return redirect(url(".one_list", run=run.uuid), 303)


@blueprint.get("/people/organisation/lists/<uuid:run>")
@needs(*LEADS)
def one_list(run: UUID) -> Answer:
    """What one list changed, or would change now."""
    found = queries.run_by_uuid(db.session, run) or not_found()
    return _list_page(found, CarryOutForm())


@blueprint.post("/people/organisation/lists/<uuid:run>")
@needs(*LEADS)
def carry_out(run: UUID) -> Answer:
    """Do what was shown, whole; if something else would happen by now, that is shown first."""
    form = CarryOutForm()
    found = queries.run_by_uuid(db.session, run) or not_found()
    if not form.validate_on_submit() or found.state is not RunState.SHOWN or not found.content:
        return _list_page(found, form)
    lists = read(unpacked(found.content))
    try:
        with transaction() as session:
            service.take_turn(session)
            is_done = _carry_out(session, run, plan(lists, queries.organisation(session)), form)
    except (service.MeanwhileError, IntegrityError):
        is_done = False
    if is_done:
        flash("The list is carried out.", "success")
    else:
        flash("Nothing was done: what the list would change is different by now. Please look again.", "info")
    return redirect(url(".one_list", run=run), 303)


def _carry_out(session: Session, uuid: UUID, made: Plan, form: CarryOutForm) -> bool:
    """Whether it was what had been shown, and by someone who may."""
    run = queries.run_by_uuid(session, uuid)
    if run is None or run.state is not RunState.SHOWN or made.digest != form.digest.data or _hindrance(made, form):
        return False
    entries = service.apply(session, made, now())
    service.settle_run(session, uuid, made, now())
    write_down(session, *entries)
    return True


def _hindrance(made: Plan, form: CarryOutForm | None) -> str:
    """Why this person may not carry it out; empty if they may."""
    is_admin = Role.ADMIN in current_user.roles
    if made.problems:
        return "There is something to mend in it."
    if made.needs_admin and not is_admin:
        return (
            "It changes e-mail addresses, lets people with a role in or out, or lets someone back in under another "
            "name: only an admin may do that. Give them the address of this page."
        )
    if made.doubtful and form is not None and not form.same_people.data:
        return "Someone comes back under another name: please confirm that it is the same person."
    if made.loses_many(_settings().people_leavers_percent):
        if not is_admin:
            return "So many would leave that only an admin may do it. Give them the address of this page."
        if form is not None and not form.many_leave.data:
            return "Many would leave: please confirm that the list is whole."
    return ""


def _list_page(run: RosterRun, form: CarryOutForm) -> Response:
    made = None
    if run.state is RunState.SHOWN and run.content:
        made = plan(read(unpacked(run.content)), queries.organisation(db.session))
        form.digest.data = made.digest
    page = render_template(
        "accounts/list.html",
        run=run,
        form=form,
        plan=made,
        told=_told(made) if made else [],
        hindrance=_hindrance(made, None) if made else "",
        doubts=made.objections(100) if made and not made.problems else [],
        asks_for_many=bool(made and made.loses_many(_settings().people_leavers_percent)),
        share=round(made.share_leaving() * 100) if made else 0,
    )
    if made:
        named = [step.person.id for kind in TITLES for step in made.of(kind)[:SHOWN_OF_EACH] if step.person]
        note_looks(queries.names_outside(db.session, named), {"at": "what a list changes", "list": str(run.uuid)})
    return make_response(page, 422 if form.errors else 200)


def _told(made: Plan) -> list[tuple[str, int, list[str]]]:
    """For each kind of step its title, how many, and the first as sentences."""
    names = places.site_names(db.session) | {code: site.name for code, site in made.sites.items()}
    kinds = [(title, made.of(kind)) for kind, title in TITLES.items()]
    return [
        (title, len(steps), [sentence(step, names) for step in steps[:SHOWN_OF_EACH]])
        for title, steps in kinds
        if steps
    ]


def _overview(form: ListForm, problems: Sequence[str] = (), status: int = 200) -> Response:
    sites = places.sites(db.session)
    runs = queries.runs(db.session)
    page = render_template(
        "accounts/organisation.html",
        form=form,
        problems=problems,
        sites={site.id: site for site in sites},
        tree=branches({site.id: site.parent_id for site in sites}, places.people_by_site(db.session)),
        job_groups=places.job_groups(db.session),
        runs=runs,
        names={one.uuid: one.name for one in people_by_uuid(db.session, {run.by for run in runs if run.by})},
        folder=_settings().people_folder,
        megabytes=MOST_LIST_BYTES // 1024 // 1024,
    )
    return make_response(page, status)


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings
