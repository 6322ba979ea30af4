"""The pages on which leads change whom an assignment takes in: its rule, or the people whom it names."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template
from flask import url_for as url
from sqlalchemy.orm import Session

from lms.accounts.access import carries_files, needs
from lms.accounts.organisation.leading import Reach
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.db import HeldError, db, transaction
from lms.enrolment.assignments import queries, service
from lms.enrolment.assignments.effect import Effect, done
from lms.enrolment.assignments.forms import ADD, PeopleForm, WhomForm
from lms.enrolment.assignments.models import Assignment
from lms.enrolment.assignments.naming import Named, to_ask, to_take_off
from lms.enrolment.assignments.service import Rule
from lms.enrolment.assignments.viewing import (
    ASKERS,
    HELD,
    MOST_NAMES_BYTES,
    Answer,
    facts_of,
    is_to_be_done,
    offer_places,
    own_reach,
    rule_of,
    sent_list,
    titles,
)
from lms.ui.asking import not_found, today

blueprint = Blueprint("changing", __name__)


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/assignments/<uuid:assignment>/whom")
@needs(*ASKERS)
def whom(assignment: UUID) -> Answer:
    """The rule of an assignment, to be changed."""
    found = _own(db.session, assignment, is_rule=True)
    form = WhomForm(
        site=found.site.code if found.site else "",
        group=found.job_group.code if found.job_group else "",
        managers_only=found.managers_only,
    )
    offer_places(form)
    return _whom_page(found, form)


@blueprint.post("/assignments/<uuid:assignment>/whom")
@needs(*ASKERS)
def take_in(assignment: UUID) -> Answer:
    """Show what another rule would change; take in whom it says if the button says so."""
    found, form = _own(db.session, assignment, is_rule=True), WhomForm()
    offer_places(form)
    if not form.validate_on_submit():
        return _whom_page(found, form, status=422)
    rule = rule_of(form)
    if not is_to_be_done():
        return _whom_page(found, form, _effect(db.session, found, queries.taken_in_now(db.session, rule)))
    try:
        so_far, made = _take_in(assignment, rule, form.seen.data)
    except HeldError:
        flash(HELD, "warning")
        return _whom_page(_own(db.session, assignment, is_rule=True), form, status=409)
    if made is None and so_far != rule:
        flash("Nothing was changed: somebody else has changed it meanwhile. Please look again.", "info")
        return redirect(url(".whom", assignment=assignment), 303)
    flash(done(made), "success")
    return redirect(url("assignments.one", assignment=assignment), 303)


def _take_in(assignment: UUID, rule: Rule, seen: str | None) -> tuple[Rule, Effect | None]:
    """Take in whom the rule says, if the one that was seen holds still: the one that held, and what changed."""
    made = None
    with transaction() as session:
        kept = _own(session, assignment, is_rule=True, to_change=True)
        so_far = _rule(kept)
        if kept.ended_at is None and so_far != rule and _mark(so_far) == seen:
            made = _effect(session, kept, queries.taken_in_now(session, rule))
            service.take_in(session, kept, rule)
            _settle(session, assignment, made)
    return so_far, made


@blueprint.get("/assignments/<uuid:assignment>/people")
@needs(*ASKERS)
def people(assignment: UUID) -> Answer:
    """A form to name more people, or fewer."""
    return _people_page(_own(db.session, assignment, is_rule=False), PeopleForm())


@blueprint.post("/assignments/<uuid:assignment>/people")
@needs(*ASKERS)
@carries_files(MOST_NAMES_BYTES)
def name_people(assignment: UUID) -> Answer:
    """Show what it would change to name these people too, or no more; do it if the button says so."""
    found, form = _own(db.session, assignment, is_rule=False), PeopleForm()
    is_sound = form.validate_on_submit()
    named = _named(found, form)
    if not is_sound or form.emails.errors:
        return _people_page(found, form, named, status=422)
    is_more = form.change.data == ADD
    if not is_to_be_done(form):
        so_far = queries.named(db.session, found)
        return _people_page(found, form, named, _effect_of_names(db.session, found, so_far, named, is_more))
    try:
        made = _name(assignment, named, is_more)
    except HeldError:
        flash(HELD, "warning")
        return _people_page(_own(db.session, assignment, is_rule=False), form, named, status=409)
    flash(done(made), "success")
    return redirect(url("assignments.one", assignment=assignment), 303)


def _name(assignment: UUID, named: Named, is_more: bool) -> Effect | None:
    """Name these people too, or no more; None: it is so already."""
    made = None
    with transaction() as session:
        kept = _own(session, assignment, is_rule=False, to_change=True)
        so_far = queries.named(session, kept)
        if kept.ended_at is None and _changed(so_far, named, is_more):
            made = _effect_of_names(session, kept, so_far, named, is_more)
            (service.name if is_more else service.name_no_more)(session, kept, named.ids)
            _settle(session, assignment, made)
    return made


def _own(session: Session, uuid: UUID, is_rule: bool, to_change: bool = False) -> Assignment:
    """An assignment that whoever is signed in may change, if it is of this kind."""
    found = queries.own_assignment(session, uuid, own_reach(), to_change)
    return found if found is not None and found.is_rule is is_rule else not_found()


def _named(found: Assignment, form: PeopleForm) -> Named:
    within: Reach = own_reach() if found.site_id is None else (found.site_id,)
    if form.change.data != ADD:
        # Whoever has moved away or left is still named, and can be taken off.
        asked = queries.named(db.session, found)
        return sent_list(form, lambda sent: to_take_off(sent, queries.known(db.session, list(sent.lines), None), asked))
    where = f"at {found.site.name}" if found.site else "here"
    return sent_list(form, lambda sent: to_ask(sent, queries.known(db.session, list(sent.lines), within), where))


def _changed(so_far: set[int], named: Named, is_more: bool) -> set[int]:
    """Who would newly be named, or be named no more."""
    return named.ids - so_far if is_more else named.ids & so_far


def _effect_of_names(session: Session, found: Assignment, so_far: set[int], named: Named, is_more: bool) -> Effect:
    here, changed = queries.asked_now(session, found), _changed(so_far, named, is_more)
    after = here | named.ids if is_more else here - named.ids
    aside = 0 if is_more else len(changed - here)
    return replace(_effect(session, found, after), names=len(changed), names_aside=aside)


def _effect(session: Session, found: Assignment, here: set[int]) -> Effect:
    return service.effect(session, found, here, today())


def _settle(session: Session, uuid: UUID, made: Effect) -> None:
    changed = queries.own_assignment(session, uuid, None) or not_found()
    service.settle(session, queries.programme_modules(session), today(), only=changed.id)
    facts = facts_of(changed, newly=made.comes, no_more=made.goes, not_here=made.names_aside, stay=made.stays)
    write_down(session, Entry(Action.ASSIGNMENT_CHANGED, facts=facts))


def _rule(found: Assignment) -> Rule:
    return Rule(found.site_id, found.job_group_id, found.managers_only)


def _mark(rule: Rule) -> str:
    return f"{rule.site_id}-{rule.job_group_id}-{rule.managers_only}"


def _whom_page(found: Assignment, form: WhomForm, effect: Effect | None = None, status: int = 200) -> Response:
    form.seen.data = _mark(_rule(found))
    page = render_template("enrolment/whom.html", assignment=found, form=form, effect=effect, titles=titles())
    return make_response(page, status)


def _people_page(
    found: Assignment, form: PeopleForm, named: Named | None = None, effect: Effect | None = None, status: int = 200
) -> Response:
    page = render_template(
        "enrolment/named.html", assignment=found, form=form, named=named, effect=effect, titles=titles(), ADD=ADD
    )
    return make_response(page, status)
