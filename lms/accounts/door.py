"""What stands before every view: who may come in, with a valid token, and nothing typed is lost on the way."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from flask import (
    Flask,
    Request,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import url_for as url
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import access, parcel, web_session
from lms.accounts.forms import SignInForm
from lms.accounts.local_path import local_path
from lms.accounts.parcel import Parcel
from lms.ui.inputs import StrictRequest

csrf = CSRFProtect()

_TO_SET_A_PASSWORD = {"accounts.account", "accounts.change_password", "accounts.sign_out"}
STALE = "This page was opened before your latest sign-in. Please go back, load the page again and repeat what you did."


def install(app: Flask) -> None:
    """Before every request, after the file server's and before the views'."""
    # The door itself asks for the token, after it knows who is there.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # `__Host-` cookies keep neighbours on other subdomains out; a missing Referer proves nothing.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    app.jinja_env.globals.update(csrf_token=web_session.csrf_token, csrf_field=web_session.csrf_field)
    app.before_request(_answer_at_the_door)


def _answer_at_the_door() -> Response | AnyResponse | None:
    """An answer instead of the view's, or None to let the request through. Raises Forbidden and CSRFError."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no such page, which everyone may hear
    policy = access.policy_of(_app(), endpoint)
    if policy is None:
        raise Forbidden
    if endpoint == "static" or endpoint.endswith(".static"):
        return None
    if policy.signed_in and not current_user.is_authenticated:
        return _ask_to_sign_in(endpoint)
    if policy.signed_in and current_user.is_password_temporary and endpoint not in _TO_SET_A_PASSWORD:
        return _ask_for_a_password()
    # Of a page for everyone nobody is asked who they are, so that it leaves no sign of life either.
    if policy.signed_in and not policy.admits(current_user.roles):
        raise Forbidden
    # Only now: whoever may not come in cannot make us read a large body either.
    _take_files(access.most_bytes_of_files(_app(), endpoint))
    return None if access.is_marked(_app(), endpoint, "checks_own_token") else _check_token(endpoint)


def _take_files(most: int) -> None:
    # A form without files is read into memory as a whole: it stays as small as anywhere.
    if most and isinstance(request, StrictRequest) and request.mimetype == "multipart/form-data":
        request.takes_files = True
        request.max_content_length = most


def _ask_to_sign_in(endpoint: str) -> Response | AnyResponse:
    sign_in = url("accounts.sign_in")
    if wants_json(request):
        return make_response(jsonify(error="signed out", sign_in=sign_in), 401)
    # Asked for first: elsewhere the body is not even read.
    may_carry = request.method == "POST" and access.is_marked(_app(), endpoint, "carries_text")
    owner = web_session.owner_of_token(_token()) if may_carry else None
    if owner:
        form = SignInForm(formdata=None, parcel=parcel.seal(_secret(), owner, _what_was_sent()))
        return make_response(render_template("accounts/sign_in.html", form=form), 401)
    there = _here() if request.method == "GET" else None
    return redirect(url("accounts.sign_in", next=local_path(there)), 303)


def _ask_for_a_password() -> Response | AnyResponse:
    if wants_json(request):
        return make_response(jsonify(error="a password must be set", account=url("accounts.account")), 403)
    flash("Someone else may know the password that you came with. Please set your own first.", "info")
    return redirect(url("accounts.account"), 303)


def _check_token(endpoint: str) -> Response | None:
    try:
        csrf.protect()
    except CSRFError as error:
        if not current_user.is_authenticated or web_session.owner_of_token(_token()) != current_user.uuid:
            raise
        # The right person, but from a page of an earlier sign-in.
        if wants_json(request):
            return make_response(jsonify(error="stale token", csrf_token=generate_csrf()), 409)
        if access.is_marked(_app(), endpoint, "carries_text"):
            return show_parcel(_what_was_sent())
        raise CSRFError(STALE) from error
    return None


def show_parcel(found: Parcel) -> Response:
    """The page that gives what was written back to its author, to be saved with one click."""
    return make_response(render_template("accounts/save_writing.html", parcel=found))


def wants_json(request: Request) -> bool:
    """Whether a script asks, which keeps what was typed itself."""
    return (
        request.headers.get("X-Requested-With") == "fetch"
        or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _what_was_sent() -> Parcel:
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != web_session.CSRF)
    return Parcel(_here(), fields, dt.datetime.now(dt.UTC))


def _here() -> str:
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path) + (f"?{query}" if query else "")


def _token() -> str | None:
    return request.form.get(web_session.CSRF) or request.headers.get("X-CSRFToken")


def _secret() -> str:
    return str(current_app.secret_key)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
