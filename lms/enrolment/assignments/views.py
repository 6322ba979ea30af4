"""The pages on which leads ask people to complete something, see how far they are, and exempt someone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session

from lms.accounts.access import carries_files, needs
from lms.accounts.organisation import queries as places
from lms.accounts.viewing import note_file, note_looks, write_down
from lms.audit.actions import Action, Entry
from lms.db import HeldError, db, transaction, zone_of
from lms.enrolment.assignments import listing, queries, service
from lms.enrolment.assignments.changing import views as changing
from lms.enrolment.assignments.due import Standing
from lms.enrolment.assignments.forms import NAMED, AssignForm, DaysForm, ExemptForm, is_past
from lms.enrolment.assignments.models import Assignment
from lms.enrolment.assignments.naming import Named, place_for, to_ask
from lms.enrolment.assignments.service import Rule, Wanted
from lms.enrolment.assignments.viewing import (
    ASKERS,
    HELD,
    MOST_NAMES_BYTES,
    Answer,
    facts_of,
    is_to_be_done,
    modules,
    offer_places,
    own_reach,
    rule_of,
    sent_list,
    titles,
)
from lms.ui.asking import not_found, now, today
from lms.ui.files import LONG, as_long_csv, as_table
from lms.ui.sheets import Row

blueprint = Blueprint("assignments", __name__)

NOBODY_HERE = "Nobody here has this e-mail address."
NOBODY_OF_YOURS = "Nobody at your places has this e-mail address."
NOT_ONESELF = "You cannot exempt yourself. Please ask a lead of the programme, or who leads a place above yours."
TOO_LONG = f"A workbook holds {LONG:,} people at most. Take the CSV: it is sent while it is made, however long it is."
SEVERAL_PLACES = "These people work at different places of yours. Please ask those of each place by themselves."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)
    changing.install(app)


@blueprint.get("/assignments")
@needs(*ASKERS)
def overview() -> Answer:
    """What is asked of whom, how far they are, and who is exempt."""
    return _overview(_exempt_form())


@blueprint.get("/assignments/new")
@needs(*ASKERS)
def new() -> Answer:
    """A form to ask people to complete something."""
    return _new_page(_assign_form())


@blueprint.post("/assignments/new")
@needs(*ASKERS)
@carries_files(MOST_NAMES_BYTES)
def assign() -> Answer:
    """Show how many people it would be; ask them if the button says so."""
    form = _assign_form()
    is_sound = form.validate_on_submit()
    is_over = bool(form.due_on.data) and is_past(form.due_on, today())
    named = _named(form)
    rule = _rule(form, named)
    if is_over or not is_sound or form.emails.errors:
        return _new_page(form, named, status=422)
    if not is_to_be_done(form):
        count = len(named.ids) if form.whom.data == NAMED else len(queries.taken_in_now(db.session, rule))
        return _new_page(form, named, count)
    with transaction() as session:
        made = _ask(session, form, rule, named)
    flash("It is asked now. Whoever is to be told by mail is told within the hours for mails.", "success")
    return redirect(url(".one", assignment=made.uuid), 303)


@blueprint.get("/assignments/<uuid:assignment>")
@needs(*ASKERS)
def one(assignment: UUID) -> Answer:
    """Of whom it is asked, and how it stands with them. Each look is written down about each of them."""
    found = queries.assignment_by_uuid(db.session, assignment, own_reach()) or not_found()
    form = DaysForm(reason=found.reason, due_on=found.due_on, due_days=found.due_days)
    return _one_page(found, form)


@blueprint.get("/assignments/<uuid:assignment>/people.<any(csv,xlsx):kind>")
@needs(*ASKERS)
def list_of_people(assignment: UUID, kind: str) -> Answer:
    """The same list as a file. That somebody took it is written down."""
    within, wanted, on = own_reach(), _wanted_standing(), today()
    found = queries.assignment_by_uuid(db.session, assignment, within) or not_found()
    count = queries.counts(db.session, found, on, within).of(wanted)
    if kind == "xlsx" and count > LONG:
        flash(TOO_LONG, "info")
        return redirect(url(".one", assignment=assignment, standing=wanted.value if wanted else None), 303)
    note_file(count, _list_facts(found, wanted))
    zone = zone_of(db.session)

    def rows(session: Session) -> Iterator[Row]:
        again = queries.assignment_by_uuid(session, assignment, within)
        return listing.people(queries.everyone(session, again, wanted, on, within) if again else [], zone)

    if kind == "csv":
        return as_long_csv(rows, "assignment-people", on)
    return as_table(rows(db.session), kind, "assignment-people", on, "People")


@blueprint.get("/assignments/<uuid:assignment>/counts.<any(csv,xlsx):kind>")
@needs(*ASKERS)
def counts(assignment: UUID, kind: str) -> Answer:
    """How many are how far, as a file."""
    found = queries.assignment_by_uuid(db.session, assignment, own_reach()) or not_found()
    figures = listing.figures(queries.counts(db.session, found, today(), own_reach()))
    return as_table(figures, kind, "assignment-counts", today(), "Counts")


@blueprint.post("/assignments/<uuid:assignment>")
@needs(*ASKERS)
def change(assignment: UUID) -> Answer:
    """Another reason, or other days."""
    found = queries.own_assignment(db.session, assignment, own_reach()) or not_found()
    form = DaysForm()
    is_sound = form.validate_on_submit()
    is_over = form.due_on.data != found.due_on and is_past(form.due_on, today())
    if is_over or not is_sound or found.ended_at:
        return _one_page(found, form, 422)
    try:
        with transaction() as session:
            kept = queries.own_assignment(session, assignment, own_reach(), to_change=True) or not_found()
            service.change(session, kept, form.reason.data, form.due_on.data, form.due_days.data, today())
            write_down(session, Entry(Action.ASSIGNMENT_CHANGED, facts=facts_of(kept)))
    except HeldError:
        flash(HELD, "warning")
        return _one_page(queries.own_assignment(db.session, assignment, own_reach()) or not_found(), form, 409)
    flash("It is changed. Whoever has not completed it yet has the new day.", "success")
    return redirect(url(".one", assignment=assignment), 303)


@blueprint.post("/assignments/<uuid:assignment>/withdraw")
@needs(*ASKERS)
def withdraw(assignment: UUID) -> Answer:
    """It is asked no more."""
    try:
        with transaction() as session:
            found = queries.own_assignment(session, assignment, own_reach(), to_change=True) or not_found()
            if found.ended_at is None:
                service.withdraw(session, found, now(), today())
                write_down(session, Entry(Action.ASSIGNMENT_WITHDRAWN, facts=facts_of(found)))
    except HeldError:
        flash(HELD, "warning")
        return redirect(url(".one", assignment=assignment), 303)
    flash("It is asked no more. What people completed stays theirs.", "success")
    return redirect(url(".overview"), 303)


@blueprint.post("/assignments/exemptions")
@needs(*ASKERS)
def exempt() -> Answer:
    """Someone need not complete something, for a reason."""
    form = _exempt_form()
    is_sound = form.validate_on_submit()
    person = queries.person_within(db.session, form.email.data, own_reach()) if is_sound else None
    if is_sound and person is None:
        form.email.errors = [NOBODY_HERE if own_reach() is None else NOBODY_OF_YOURS]
    if person and person.id == current_user.id and own_reach() is not None:
        form.email.errors = [NOT_ONESELF]
    if is_past(form.until_on, today() + dt.timedelta(days=1)) or person is None or form.email.errors:
        return _overview(form, 422)
    with transaction() as session:
        about = form.what.data or None
        is_new = service.exempt(
            session,
            person,
            about,
            form.reason.data,
            form.until_on.data,
            form.key,
            current_user.uuid,
            today(),
            is_local=own_reach() is not None,
        )
        if is_new:
            service.meet(session, person.id, queries.programme_modules(session))
            write_down(session, Entry(Action.EXEMPTED, person.uuid, {"module": about or "programme"}))
    flash(f"{person.name} is exempt. They read the reason on their start page.", "success")
    return redirect(url(".overview", _anchor="exempt"), 303)


@blueprint.post("/assignments/exemptions/<uuid:exemption>/end")
@needs(*ASKERS)
def end_exemption(exemption: UUID) -> Answer:
    """They are asked like all others again."""
    with transaction() as session:
        found = queries.own_exemption(session, exemption, own_reach()) or not_found()
        if service.end_exemption(session, found, queries.programme_modules(session), today()):
            write_down(
                session, Entry(Action.EXEMPTION_ENDED, found.person.uuid, {"module": found.module_id or "programme"})
            )
    flash(f"{found.person.name} is asked like everyone else again.", "success")
    return redirect(url(".overview", _anchor="exempt"), 303)


def _ask(session: Session, form: AssignForm, rule: Rule, named: Named) -> Assignment:
    """Ask it, once however often the form is sent."""
    if queries.is_there(session, form.key):
        # What somebody else asked is not to be had by its name outside.
        return queries.own_assignment(session, form.key, own_reach()) or not_found()
    wanted = _wanted(form, rule)
    made = service.assign(session, wanted, named.ids, form.key, current_user.uuid, now(), today())
    service.settle(session, queries.programme_modules(session), today(), only=made.id)
    made = queries.own_assignment(session, form.key, own_reach()) or not_found()
    write_down(session, Entry(Action.ASSIGNED, facts=facts_of(made, people=len(named.ids))))
    return made


def _wanted(form: AssignForm, rule: Rule) -> Wanted:
    return Wanted(
        module_id=form.what.data or None,
        reason=form.reason.data,
        is_mandatory=form.is_mandatory.data == "yes",
        is_rule=form.whom.data != NAMED,
        site_id=rule.site_id,
        job_group_id=rule.job_group_id,
        managers_only=rule.managers_only,
        due_on=form.due_on.data,
        due_days=form.due_days.data,
        refresh_months=form.refresh_months.data,
        is_local=own_reach() is not None,
    )


def _rule(form: AssignForm, named: Named) -> Rule:
    """The rule that was chosen; where people are named, only the place whose lead names them."""
    if form.whom.data != NAMED:
        return rule_of(form)
    within = own_reach()
    if within is None or not named.people:
        return Rule(None, None, managers_only=False)
    parents = {site.id: site.parent_id for site in places.sites(db.session)}
    place = place_for(within, parents, {one.site_id for one in named.people.values()})
    if place is None:
        form.emails.errors = [*form.emails.errors, SEVERAL_PLACES]
    return Rule(place, None, managers_only=False)


def _named(form: AssignForm) -> Named:
    if form.whom.data != NAMED:
        return Named({})
    within = own_reach()
    where = "here" if within is None else "at your places"
    return sent_list(form, lambda sent: to_ask(sent, queries.known(db.session, list(sent.lines), within), where))


def _assign_form() -> AssignForm:
    form = AssignForm()
    form.offer(modules().items())
    offer_places(form)
    return form


def _exempt_form() -> ExemptForm:
    form = ExemptForm()
    form.offer(modules().items())
    return form


def _overview(form: ExemptForm, status: int = 200) -> Response:
    within = own_reach()
    exemptions = queries.exemptions(db.session, today(), within)
    page = render_template(
        "enrolment/assignments.html",
        assignments=queries.assignments(db.session, today(), within),
        exemptions=exemptions,
        titles=titles(),
        form=form,
        is_everywhere=within is None,
    )
    note_looks([one.person.uuid for one in exemptions], {"at": "exemptions"})
    return make_response(page, status)


def _new_page(form: AssignForm, named: Named | None = None, count: int | None = None, status: int = 200) -> Response:
    page = render_template("enrolment/assign.html", form=form, named=named, count=count, titles=titles())
    return make_response(page, status)


def _one_page(found: Assignment, form: DaysForm, status: int = 200) -> Response:
    wanted, page = _wanted_standing(), max(1, request.args.get("page", default=1, type=int))
    within = own_reach()
    people = queries.people(db.session, found, wanted, today(), (min(page, 10_000) - 1) * queries.LIMIT, within)
    body = render_template(
        "enrolment/assignment.html",
        assignment=found,
        counts=queries.counts(db.session, found, today(), within),
        people=people[: queries.LIMIT],
        has_more=len(people) > queries.LIMIT,
        page=page,
        wanted=wanted,
        Standing=Standing,
        titles=titles(),
        form=form,
        is_everywhere=within is None,
        may_change=queries.own_assignment(db.session, found.uuid, within) is not None,
    )
    note_looks([one.person.uuid for one in people[: queries.LIMIT]], _list_facts(found, wanted))
    return make_response(body, status)


def _wanted_standing() -> Standing | None:
    given = request.args.get("standing", "")
    return next((standing for standing in Standing if standing.value == given), None)


def _list_facts(found: Assignment, wanted: Standing | None) -> dict[str, str]:
    return {"at": "assignment", "assignment": str(found.uuid), "standing": wanted.value if wanted else "all"}
