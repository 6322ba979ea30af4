"""The pages on which leads ask people to complete something, see how far they are, and exempt someone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import queries as accounts
from lms.accounts.access import needs
from lms.accounts.email_address import normal
from lms.accounts.models import Role
from lms.accounts.organisation import queries as places
from lms.audit import actions
from lms.audit.actions import Action, Entry
from lms.audit.service import record
from lms.config import Settings
from lms.content.library import library
from lms.db import db, transaction
from lms.enrolment.assignments import queries, service
from lms.enrolment.assignments.due import Standing, local_day
from lms.enrolment.assignments.forms import NAMED, AssignForm, DaysForm, ExemptForm, is_past
from lms.enrolment.assignments.models import Assignment
from lms.enrolment.assignments.service import Wanted
from lms.ui.asking import not_found, now

blueprint = Blueprint("assignments", __name__)

LEADS = (Role.PROGRAMME_LEAD, Role.ADMIN)
NOBODY = "Nobody here has this e-mail address."
Answer = Response | AnyResponse | str


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/assignments")
@needs(*LEADS)
def overview() -> Answer:
    """What is asked of whom, how far they are, and who is exempt."""
    return _overview(_exempt_form())


@blueprint.get("/assignments/new")
@needs(*LEADS)
def new() -> Answer:
    """A form to ask people to complete something."""
    return _new_page(_assign_form())


@blueprint.post("/assignments/new")
@needs(*LEADS)
def assign() -> Answer:
    """Show how many people it would be; ask them if the button says so."""
    form = _assign_form()
    is_sound = form.validate_on_submit()
    if (form.due_on.data and is_past(form.due_on, _today())) or not is_sound:
        return _new_page(form, status=422)
    wanted = _wanted(form)
    named = accounts.people_by_email(db.session, form.named()) if form.whom.data == NAMED else []
    unknown = _unknown(form, [person.email for person in named])
    if unknown:
        form.emails.errors = [f"Nobody here has this address: {', '.join(unknown[:20])}."]
        return _new_page(form, status=422)
    if request.form.get("do") != "ask":
        count = len(named) if not wanted.is_rule else queries.would_take_in(db.session, *_rule(wanted))
        return _new_page(form, count=count)
    with transaction() as session:
        people = [person.id for person in named]
        made = service.assign(session, wanted, people, form.key, current_user.uuid, now(), _today())
        service.settle(session, queries.programme_modules(session), _today(), only=made)
        _note(session, Entry(Action.ASSIGNED, facts=_facts(made, len(people))))
    flash("It is asked now. Whoever is to be told by mail is told within the hours for mails.", "success")
    return redirect(url(".one", assignment=made.uuid), 303)


@blueprint.get("/assignments/<uuid:assignment>")
@needs(*LEADS)
def one(assignment: UUID) -> Answer:
    """Of whom it is asked, and how it stands with them. That somebody looked is written down."""
    found = queries.assignment_by_uuid(db.session, assignment) or not_found()
    form = DaysForm(reason=found.reason, due_on=found.due_on, due_days=found.due_days)
    return _one_page(found, form)


@blueprint.post("/assignments/<uuid:assignment>")
@needs(*LEADS)
def change(assignment: UUID) -> Answer:
    """Another reason, or other days."""
    found = queries.assignment_by_uuid(db.session, assignment) or not_found()
    form = DaysForm()
    is_sound = form.validate_on_submit()
    is_over = form.due_on.data != found.due_on and is_past(form.due_on, _today())
    if is_over or not is_sound or found.ended_at:
        return _one_page(found, form, 422)
    with transaction() as session:
        kept = queries.assignment_by_uuid(session, assignment) or not_found()
        service.change(session, kept, form.reason.data, form.due_on.data, form.due_days.data)
        _note(session, Entry(Action.ASSIGNMENT_CHANGED, facts=_facts(kept, 0)))
    flash("It is changed. Whoever has not completed it yet has the new day.", "success")
    return redirect(url(".one", assignment=assignment), 303)


@blueprint.post("/assignments/<uuid:assignment>/withdraw")
@needs(*LEADS)
def withdraw(assignment: UUID) -> Answer:
    """It is asked no more."""
    with transaction() as session:
        found = queries.assignment_by_uuid(session, assignment) or not_found()
        if found.ended_at is None:
            service.withdraw(session, found, now(), _today())
            _note(session, Entry(Action.ASSIGNMENT_WITHDRAWN, facts=_facts(found, 0)))
    flash("It is asked no more. What people completed stays theirs.", "success")
    return redirect(url(".overview"), 303)


@blueprint.post("/assignments/exemptions")
@needs(*LEADS)
def exempt() -> Answer:
    """Someone need not complete something, for a reason."""
    form = _exempt_form()
    is_sound = form.validate_on_submit()
    person = accounts.person_by_email(db.session, form.email.data) if is_sound else None
    if is_sound and person is None:
        form.email.errors = [NOBODY]
    if is_past(form.until_on, _today() + dt.timedelta(days=1)) or person is None:
        return _overview(form, 422)
    with transaction() as session:
        about = form.what.data or None
        is_new = service.exempt(
            session, person, about, form.reason.data, form.until_on.data, form.key, current_user.uuid, _today()
        )
        if is_new:
            service.meet(session, person.id, queries.programme_modules(session))
            _note(session, Entry(Action.EXEMPTED, person.uuid, {"module": about or "programme"}))
    flash(f"{person.name} is exempt. They read the reason on their start page.", "success")
    return redirect(url(".overview", _anchor="exempt"), 303)


@blueprint.post("/assignments/exemptions/<uuid:exemption>/end")
@needs(*LEADS)
def end_exemption(exemption: UUID) -> Answer:
    """They are asked like all others again."""
    with transaction() as session:
        found = queries.exemption_by_uuid(session, exemption) or not_found()
        if service.end_exemption(session, found, _today()):
            _note(session, Entry(Action.EXEMPTION_ENDED, found.person.uuid, {"module": found.module_id or "programme"}))
    flash(f"{found.person.name} is asked like everyone else again.", "success")
    return redirect(url(".overview", _anchor="exempt"), 303)


def _wanted(form: AssignForm) -> Wanted:
    is_rule = form.whom.data != NAMED
    sites = {site.code: site.id for site in places.sites(db.session)}
    groups = {group.code: group.id for group, _ in places.job_groups(db.session)}
    return Wanted(
        module_id=form.what.data or None,
        reason=form.reason.data,
        is_mandatory=form.is_mandatory.data == "yes",
        is_rule=is_rule,
        site_id=sites.get(form.site.data) if is_rule else None,
        job_group_id=groups.get(form.group.data) if is_rule else None,
        managers_only=is_rule and form.managers_only.data,
        due_on=form.due_on.data,
        due_days=form.due_days.data,
        refresh_months=form.refresh_months.data,
    )


def _rule(wanted: Wanted) -> tuple[int | None, int | None, bool]:
    return wanted.site_id, wanted.job_group_id, wanted.managers_only


def _unknown(form: AssignForm, known: Sequence[str]) -> list[str]:
    if form.whom.data != NAMED:
        return []
    return [line for line in form.named() if normal(line) not in known]


def _modules() -> dict[str, str]:
    """Titles of the published modules, by id, in order."""
    programme = library.programme(db.session)
    found = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    return {module.id: module.title for module in found if module}


def _titles() -> Mapping[str | None, str]:
    programme = library.programme(db.session)
    return {None: programme.title if programme else "The whole programme"} | _modules()


def _assign_form() -> AssignForm:
    form = AssignForm()
    sites = [(site.code, site.name) for site in places.sites(db.session)]
    groups = [(group.code, group.name) for group, _ in places.job_groups(db.session)]
    form.offer(_modules().items(), sites, groups)
    return form


def _exempt_form() -> ExemptForm:
    form = ExemptForm()
    form.offer(_modules().items())
    return form


def _overview(form: ExemptForm, status: int = 200) -> Response:
    exemptions = queries.exemptions(db.session, _today())
    if others := {one.person_id for one in exemptions} - {current_user.id}:
        facts: actions.Facts = {"at": "exemptions", "people": len(others)}
        with transaction() as session:
            _note(session, Entry(Action.LOOKED, facts=facts))
    page = render_template(
        "enrolment/assignments.html",
        assignments=queries.assignments(db.session, _today()),
        exemptions=exemptions,
        titles=_titles(),
        form=form,
    )
    return make_response(page, status)


def _new_page(form: AssignForm, count: int | None = None, status: int = 200) -> Response:
    page = render_template("enrolment/assign.html", form=form, count=count, titles=_titles())
    return make_response(page, status)


def _one_page(found: Assignment, form: DaysForm, status: int = 200) -> Response:
    given, page = request.args.get("standing", ""), max(1, request.args.get("page", default=1, type=int))
    wanted = next((standing for standing in Standing if standing.value == given), None)
    people = queries.people(db.session, found, wanted, _today(), (min(page, 10_000) - 1) * queries.LIMIT)
    with transaction() as session:
        facts: actions.Facts = {"at": "assignment", "people": min(len(people), queries.LIMIT)}
        _note(session, Entry(Action.LOOKED, facts=facts))
    body = render_template(
        "enrolment/assignment.html",
        assignment=found,
        counts=queries.counts(db.session, found, _today()),
        people=people[: queries.LIMIT],
        has_more=len(people) > queries.LIMIT,
        page=page,
        wanted=wanted,
        Standing=Standing,
        titles=_titles(),
        form=form,
    )
    return make_response(body, status)


def _facts(made: Assignment, people: int) -> actions.Facts:
    facts: dict[str, str | int | bool | list[str]] = {"what": made.module_id or "programme"}
    if people:
        facts["people"] = people
    return facts


def _note(session: Session, entry: Entry) -> None:
    who = actions.person(current_user.uuid, current_user.roles, request.remote_addr)
    record(session, who, now(), entry)


def _today() -> dt.date:
    settings: Settings = current_app.config["CARES"]
    return local_day(now(), settings.time_zone)
