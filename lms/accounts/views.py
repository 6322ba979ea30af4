"""Pages to sign in and out, to set and change a password, and to see where one is signed in."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import url_for as url
from flask_login import AnonymousUserMixin, LoginManager, current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms import keys
from lms.accounts import door, parcel, passwords, queries, service, throttle, web_session
from lms.accounts.access import checks_own_token, public, signed_in
from lms.accounts.device import device
from lms.accounts.forms import ChangePasswordForm, ForgottenForm, NewPasswordForm, SignInForm
from lms.accounts.local_path import local_path
from lms.accounts.models import Person, Role
from lms.accounts.tokens import password_address
from lms.audit import actions
from lms.audit.actions import Action, Entry
from lms.audit.queries import is_noted_since
from lms.audit.service import record
from lms.config import Settings
from lms.db import db, transaction
from lms.mail import PostOffice
from lms.ui.asking import now

blueprint = Blueprint("accounts", __name__)

PARCEL_BYTES = 3 * 1024 * 1024
"""A sealed parcel is larger than the form that it was made of."""
NO_MATCH = "This e-mail address and password do not go together. Please check both, or ask for a link below."

Answer = Response | AnyResponse | str


class Visitor(AnonymousUserMixin):  # type: ignore[misc]
    """Whoever has not signed in."""

    roles: frozenset[Role] = frozenset()


def install(app: Flask) -> None:
    """Sessions, the door before every view, and the pages of this room."""
    settings: Settings = app.config["CARES"]
    app.config["TRUSTED_HOSTS"] = _trusted_hosts(settings)
    web_session.configure(app, settings)
    logins = LoginManager(app)
    logins.anonymous_user = Visitor
    logins.session_protection = None  # a guess from address and browser; ours are rows that can be deleted
    logins.request_loader(_who_came)
    app.extensions["mail"] = PostOffice(settings, app.jinja_env)
    with app.app_context():
        told = db.sessionmaker.kw.get("info", {})
        db.sessionmaker.configure(info={**told, service.VAULT: keys.secret(settings.instance, "vault")})
    app.before_request(_allow_large_parcels)
    door.install(app)
    app.register_blueprint(blueprint)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@checks_own_token
def sign_in() -> Answer:
    """The way in, also for what was being saved when the sign-in had ended."""
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_next())
    form = SignInForm()
    if not form.validate_on_submit():
        return _page("accounts/sign_in.html", form)
    at, email, address = now(), form.email.data, request.remote_addr
    with transaction() as session:
        wait = service.take_try(session, email, address, at)
    if wait:
        note_held_back(email, at)
        return _wait_page("accounts/sign_in.html", form, wait)
    person = _proven(email, form.password.data)
    if person is None:
        form.password.errors = [NO_MATCH]
        return _page("accounts/sign_in.html", form)
    better_hash = _better_hash(person, form.password.data)
    with transaction() as session:
        service.return_try(session, email, address)
        service.drop_old(session, web_session.limits(_settings()).absolute, at)
        key = _let_in(session, person, person.password_hash, at)
        if better_hash:
            service.keep_hash(session, person, better_hash)
    return _after_sign_in(key, form.parcel.data)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    """The way out of this browser; a copy of its cookie is worth nothing afterwards."""
    key = web_session.current().key
    web_session.end()
    with transaction() as session:
        service.end_sign_in(session, key or "")
    flash("You are signed out.", "success")
    return redirect(url("accounts.sign_in"), 303)


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@public
@checks_own_token
def forgotten_password() -> Answer:
    """Ask for a link. The answer is the same for every address, and so is its time: the rest is done afterwards."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return _page("accounts/forgotten_password.html", form)
    with transaction() as session:
        wait = service.take_link_try(session, form.email.data, request.remote_addr, now())
    if wait:
        return _wait_page("accounts/forgotten_password.html", form, wait)
    _post_office().later(_mail_link, _app(), form.email.data)
    return render_template("accounts/link_sent.html")


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
@checks_own_token
def set_password(token: str) -> Answer:
    """Where a mailed link leads. Looking uses nothing up, since mail filters look at links too."""
    person = queries.person_by_link(db.session, token, now())
    if person is None:
        return make_response(render_template("accounts/link_spent.html"), 410)
    form = NewPasswordForm(person.email)
    if not form.validate_on_submit():
        return _page("accounts/set_password.html", form, person=person)
    new_hash, at = passwords.hashed(form.new_password.data), now()
    with transaction() as session:
        owner = service.use_link(session, token, at)
        if owner is None:
            return make_response(render_template("accounts/link_spent.html"), 410)
        service.set_password(session, owner, new_hash)
        key = _let_in(session, owner, new_hash, at)
        _note_password(session, owner, "link", at)
    answer = _after_sign_in(key)
    flash("Your new password is set, and you are signed in.", "success")
    return answer


@blueprint.get("/account")
@signed_in
def account() -> Answer:
    """What we know of you, and where you are signed in."""
    return _account_page(ChangePasswordForm(current_user.email))


@blueprint.post("/account/mails")
@signed_in
def set_mails() -> Answer:
    """Whether I want mails that remind me."""
    are_wanted = request.form.get("mails") == "on"
    with transaction() as session:
        service.set_mails(session, current_user.id, are_wanted, now())
    flash("You will be reminded by mail." if are_wanted else "You will get no such mails.", "success")
    return redirect(url("accounts.account", _anchor="mails"), 303)


@blueprint.post("/account/password")
@signed_in
def change_password() -> Answer:
    """A new password; every other browser is signed out, and this one gets a new key."""
    form = ChangePasswordForm(current_user.email)
    if not form.validate_on_submit():
        return _account_page(form)
    at, email = now(), current_user.email
    with transaction() as session:
        wait = service.take_try(session, email, request.remote_addr, at)
    if wait:
        note_held_back(email, at)
        form.current_password.errors = [_wait_sentence(wait)]
        return make_response(_account_page(form), 429)
    person = _proven(email, form.current_password.data)
    if person is None:
        form.current_password.errors = ["This is not your current password."]
        return _account_page(form)
    new_hash = passwords.hashed(form.new_password.data)
    with transaction() as session:
        service.return_try(session, email, request.remote_addr)
        service.set_password(session, person, new_hash)
        key = _let_in(session, person, new_hash, at)
        _note_password(session, person, "current password", at)
    answer = _after_sign_in(key, then=url("accounts.account"))
    flash("Your password is changed. Everywhere else you are signed out.", "success")
    return answer


@blueprint.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> Answer:
    """The way out of every browser at once."""
    person_id = current_user.id
    web_session.end()
    with transaction() as session:
        service.end_all_sign_ins(session, person_id)
    flash("You are signed out on every device.", "success")
    return redirect(url("accounts.sign_in"), 303)


def _account_page(form: ChangePasswordForm) -> Response:
    found = web_session.current().signed_in
    return _page(
        "accounts/account.html",
        form,
        memberships=queries.own_memberships(db.session, current_user.id),
        sign_ins=queries.own_sign_ins(db.session, current_user.id),
        this_sign_in=found.id if found else None,
    )


def _page(template: str, form: FlaskForm, **values: Any) -> Response:
    """A page with a form; 422 if it was sent and something is wrong."""
    status = 422 if form.errors or any(field.errors for field in form) else 200
    return make_response(render_template(template, form=form, **values), status)


def _wait_page(template: str, form: FlaskForm, wait: dt.timedelta) -> Response:
    answer = make_response(render_template(template, form=form, wait=_wait_sentence(wait)), 429)
    answer.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return answer


def _wait_sentence(wait: dt.timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    return f"There were too many tries. Please try again in {minutes} minute{'s' if minutes > 1 else ''}."


def _proven(email: str, password: str) -> Person | None:
    """The person whose password this is. It takes the same time whether there is such a person or not."""
    person = queries.person_by_email(db.session, email)
    known_hash = person.password_hash if person and person.is_active else None
    return person if passwords.matches(known_hash, password) else None


def _better_hash(person: Person, password: str) -> str | None:
    outdated = person.password_hash is not None and passwords.is_outdated(person.password_hash)
    return passwords.hashed(password) if outdated else None


def _let_in(session: Session, person: Person, password_hash: str | None, at: dt.datetime) -> str | None:
    if old_key := web_session.current().key:
        service.end_sign_in(session, old_key)
    return service.begin_sign_in(session, person.id, password_hash, device(request.user_agent.string), at)


def _after_sign_in(key: str | None, sealed: str | None = None, then: str | None = None) -> AnyResponse:
    if key is None:
        return redirect(url("accounts.sign_in"), 303)
    web_session.begin(key)
    found = sealed and parcel.unseal(str(current_app.secret_key), current_user.uuid, sealed, now())
    return door.show_parcel(found) if found else redirect(then or _next(), 303)


def _note_password(session: Session, person: Person, proof: str, at: dt.datetime) -> None:
    roles = [one.role for one in queries.own_memberships(session, person.id) if one.role]
    actor = actions.person(person.uuid, roles, request.remote_addr)
    record(session, actor, at, Entry(Action.PASSWORD_SET, person.uuid, {"by": proof}))


def note_held_back(email: str, at: dt.datetime) -> None:
    """Into the audit log: too many tries with this address.

    Afterwards, so that the time of the answer does not tell whether there is such an account.
    """
    _post_office().later(_note_held_back, _app(), email, request.remote_addr, at)


def _note_held_back(app: Flask, email: str, address: str | None, at: dt.datetime) -> None:
    """Once for as long as tries count: whoever goes on trying shall not fill the log."""
    with app.app_context(), transaction() as session:
        person = queries.person_by_email(session, email)
        span = at - throttle.ACCOUNT.window
        if person and not is_noted_since(session, person.uuid, Action.HELD_BACK, span):
            record(session, actions.visitor(address), at, Entry(Action.HELD_BACK, person.uuid))


def _mail_link(app: Flask, email: str) -> None:
    with app.app_context():
        post, at = _post_office(), now()
        with transaction() as session:
            person = queries.person_by_email(session, email)
            if person is None or not person.is_active:
                return
            token = service.make_link(session, person.id, at)
        address = password_address(_settings().url, token)
        post.send("accounts/mail/reset.txt", person, address=address, hours=service.LINK_HOURS)


def _next() -> str:
    return local_path(request.args.get("next")) or "/"


def _who_came(_: Request) -> Person | None:
    found = web_session.current().signed_in
    return found.person if found else None


def _allow_large_parcels() -> None:
    if request.endpoint == "accounts.sign_in":
        request.max_content_length = request.max_form_memory_size = PARCEL_BYTES


def _trusted_hosts(settings: Settings) -> list[str]:
    """Names under which we answer: no other can get into an address that we build or a page that is cached."""
    if settings.public_url:
        return [urlsplit(settings.public_url).hostname or ""]
    return ["localhost", "127.0.0.1", settings.host]


def _post_office() -> PostOffice:
    post: PostOffice = current_app.extensions["mail"]
    return post


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
