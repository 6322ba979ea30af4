"""Pages about people's data: "Your data" for everyone, the audit log for admins."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
)
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import passwords
from lms.accounts import queries as accounts
from lms.accounts import service as accounts_service
from lms.accounts.access import needs, signed_in
from lms.accounts.models import Role
from lms.accounts.viewing import me, write_down
from lms.accounts.views import note_held_back
from lms.audit.actions import Action, Entry
from lms.audit.queries import Wanted, entries
from lms.audit.service import record
from lms.config import Settings
from lms.db import db, transaction
from lms.privacy import service
from lms.privacy.forms import NOBODY, CopyForm, FilterForm, PersonForm
from lms.privacy.parcel import packed
from lms.privacy.queries import record_of
from lms.privacy.sections import COMMENTS, SECTIONS
from lms.ui.asking import not_found, now

blueprint = Blueprint("privacy", __name__)

AT_A_TIME = 50
LARGEST_ID = 2**31 - 1
NOT_YOURS = "This is not your password."

Answer = Response | AnyResponse | str


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/account/data")
@signed_in
def your_data() -> Answer:
    """What is kept of you, where, how long, who can see it, and what you can do about it."""
    return _your_data(CopyForm())


@blueprint.post("/account/data/copy")
@signed_in
def copy() -> Answer:
    """All that is kept of you, as a file, for who knows the password."""
    form, at = CopyForm(), now()
    if not form.validate_on_submit():
        return _your_data(form)
    with transaction() as session:
        wait = accounts_service.take_try(session, current_user.email, request.remote_addr, at)
    if wait:
        note_held_back(current_user.email, at)
        minutes = math.ceil(wait.total_seconds() / 60)
        form.current_password.errors = [f"There were too many tries. Please try again in {minutes} minutes."]
        answer = make_response(_your_data(form), 429)
        answer.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return answer
    if not passwords.matches(current_user.password_hash, form.current_password.data):
        form.current_password.errors = [NOT_YOURS]
        return _your_data(form)
    return _file(_made_copy(at), at)


@blueprint.post("/account/data/erasure")
@signed_in
def ask_for_erasure() -> Answer:
    """You want to be erased; whoever runs this service carries it out."""
    with transaction() as session:
        service.ask_for_erasure(session, current_user.id, me(), now())
    flash("You asked for your data to be erased. You can take that back until it is done.", "success")
    return redirect(url(".your_data"), 303)


@blueprint.post("/account/data/erasure/take-back")
@signed_in
def take_erasure_back() -> Answer:
    """You want to stay after all."""
    with transaction() as session:
        service.take_erasure_back(session, current_user.id, me(), now())
    flash("Your data stays. Nothing was erased.", "success")
    return redirect(url(".your_data"), 303)


@blueprint.get("/audit")
@needs(Role.ADMIN)
def audit() -> Answer:
    """Who did what to other people's records, the newest first."""
    form = FilterForm(request.args)
    is_right = form.validate()
    wanted = Wanted(
        action=form.wanted if is_right else "",
        since=_midnight(form.since.data) if is_right and form.since.data else None,
        before_id=_before(request.args.get("before", type=int)),
    )
    return _audit(wanted, form, PersonForm(formdata=None))


@blueprint.post("/audit/person")
@needs(Role.ADMIN)
def audit_of_person() -> Answer:
    """What concerns one person; that it was looked at is written down."""
    form = PersonForm()
    if not form.validate_on_submit():
        return _audit(Wanted(), FilterForm(formdata=None), form)
    with transaction() as session:
        whom = form.uuid or _uuid(session, form.person.data)
        if whom:
            write_down(session, Entry(Action.LOOKED, whom, {"at": "audit log"}))
    if whom is None:
        form.person.errors = [NOBODY]
        return _audit(Wanted(), FilterForm(formdata=None), form)
    wanted = Wanted(concerning=whom, before_id=_before(request.form.get("before", type=int)))
    return _audit(wanted, FilterForm(formdata=None), form)


def _audit(wanted: Wanted, form: FilterForm, person: PersonForm) -> Response:
    found = entries(db.session, wanted, AT_A_TIME + 1)
    is_wrong = bool(form.errors or person.errors or person.person.errors)
    page = render_template(
        "privacy/audit.html",
        form=form,
        person=person,
        wanted=wanted,
        entries=found[:AT_A_TIME],
        older=found[AT_A_TIME - 1].id if len(found) > AT_A_TIME else None,
    )
    return make_response(page, 422 if is_wrong else 200)


def _your_data(form: CopyForm) -> Response:
    page = render_template(
        "privacy/your_data.html",
        form=form,
        sections=SECTIONS.values(),
        comments=COMMENTS,
        settings=_settings(),
        asked_at=accounts.erasure_asked_at(db.session, current_user.id),
    )
    return make_response(page, 422 if form.errors or form.current_password.errors else 200)


def _made_copy(at: dt.datetime) -> dict[str, Any]:
    with transaction() as session:
        accounts_service.return_try(session, current_user.email, request.remote_addr)
        person = accounts.person_by_email(session, current_user.email) or not_found()
        made = record_of(session, person, at, in_clear=True)
        record(session, me(), at, Entry(Action.EXPORTED, person.uuid, {"private_writing": "in clear"}))
    return made


def _file(made: dict[str, Any], at: dt.datetime) -> Response:
    content = packed(made, _settings().organisation)
    name = f"my-data-{at:%Y-%m-%d}.zip"
    answer = send_file(io.BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _uuid(session: Session, email: str) -> UUID | None:
    person = accounts.person_by_email(session, email)
    return person.uuid if person else None


def _before(number: int | None) -> int | None:
    return number if number and 0 < number <= LARGEST_ID else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings
