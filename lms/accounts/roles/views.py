"""The page of roles: a person found by address, what they may do where, and giving and taking that."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import queries, service
from lms.accounts.access import needs
from lms.accounts.models import NOWHERE, Person, Role
from lms.accounts.organisation.queries import sites
from lms.accounts.roles.forms import FindForm, GiveForm
from lms.accounts.roles.wording import held_at
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("roles", __name__)

Answer = Response | AnyResponse | str
NOBODY = "Nobody here has this e-mail address."
ONLY_ADMIN = "Nothing was changed: nobody else is an admin. Make somebody else one first."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/people/roles")
@needs(Role.ADMIN)
def roles() -> Answer:
    """The box for an address."""
    return _search(FindForm())


@blueprint.post("/people/roles")
@needs(Role.ADMIN)
def find() -> Answer:
    """Go to whom an address belongs to. It stands in no address of a page: logs and histories keep those."""
    form = FindForm()
    if not form.validate_on_submit():
        return _search(form)
    person = queries.person_by_email(db.session, form.email.data)
    if person is None:
        form.email.errors = [NOBODY]
        return _search(form)
    return _back_to(person)


@blueprint.get("/people/roles/<uuid:person>")
@needs(Role.ADMIN)
def of_person(person: UUID) -> Answer:
    """Somebody's roles, and where they have them. That an admin looked is written down."""
    return _page(_person(person), _give_form())


@blueprint.post("/people/roles/<uuid:person>/give")
@needs(Role.ADMIN)
def give(person: UUID) -> Answer:
    """Let somebody do more than learn; they are signed out, and find it when they come back."""
    form, found = _give_form(), _person(person)
    if not form.validate_on_submit():
        return _page(found, form)
    role, code = Role(form.role.data), form.site.data
    with transaction() as session:
        site = queries.site_by_code(session, code) if code else None
        is_new = service.join(session, found, site, role, now().date())
        if is_new:
            write_down(session, Entry(Action.ROLE_GIVEN, person, {"role": role.value, "site": code}))
    flash(f"{found.name} is {held_at(role, site.name if site else '')} {'now' if is_new else 'already'}.", "success")
    return _back_to(found)


@blueprint.post("/people/roles/<uuid:person>/take")
@needs(Role.ADMIN)
def take(person: UUID) -> Answer:
    """Let somebody no longer do what a role is for; they are signed out at once."""
    found = _person(person)
    wanted = request.form.get("role", ""), request.form.get("site", "")
    try:
        with transaction() as session:
            held = queries.held_roles(session, found.id)
            for role, site in held:
                if (role.value, site.code if site else "") == wanted and service.take_role(session, found, site, role):
                    write_down(session, Entry(Action.ROLE_TAKEN, person, {"role": wanted[0], "site": wanted[1]}))
                    flash(f"{found.name} is no longer {held_at(role, site.name if site else '')}.", "success")
    except service.LastAdminError:
        flash(ONLY_ADMIN, "info")
    return _back_to(found)


def _person(uuid: UUID) -> Person:
    found = next(iter(queries.people_by_uuid(db.session, [uuid])), None)
    return found if found and not found.email.endswith(NOWHERE) else not_found()


def _give_form() -> GiveForm:
    form = GiveForm()
    form.offer(sites(db.session))
    return form


def _back_to(found: Person) -> AnyResponse:
    return redirect(url(".of_person", person=found.uuid), 303)


def _search(form: FindForm) -> Response:
    return make_response(render_template("accounts/roles.html", form=form), 422 if form.email.errors else 200)


def _page(person: Person, form: GiveForm) -> Response:
    held = queries.held_roles(db.session, person.id)
    if person.uuid != current_user.uuid:
        with transaction() as session:
            write_down(session, Entry(Action.LOOKED, person.uuid, {"at": "roles"}))
    page = render_template("accounts/roles_of.html", person=person, held=held, form=form, held_at=held_at)
    return make_response(page, 422 if form.errors else 200)
