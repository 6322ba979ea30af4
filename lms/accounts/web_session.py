"""What a browser and the server remember of each other.

Two cookies. One carries a random key: its SHA-256 finds the sign-in in the table, and deleting the row ends it,
wherever a copy of the cookie lies. The other is signed and holds what is nobody's secret: notices for the next page
and, for visitors who have not signed in, their CSRF token. A page view by someone who has signed in writes neither.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import re
from functools import cached_property, lru_cache
from typing import Any, cast
from uuid import UUID

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import login_user, logout_user
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from lms.accounts import queries, service
from lms.accounts.queries import SignedIn
from lms.accounts.staying import Limits, has_ended, is_sign_of_life_due
from lms.config import Settings
from lms.db import db, transaction

log = logging.getLogger(__name__)

CSRF = "csrf_token"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_STALE_TOKENS = dt.timedelta(days=30)


class WebSession(SecureCookieSession):
    """The signed cookie's dictionary, and beside it the sign-in of the other cookie."""

    key: str | None = None
    """What the browser's cookie says, or shall say."""
    has_new_key = False

    @cached_property
    def signed_in(self) -> SignedIn | None:
        """Who came with this request; asked of the database once, and only if someone wants to know."""
        return _find(self.key) if self.key else None

    def take(self, key: str | None) -> None:
        """The browser gets another key, or none."""
        self.clear()
        self.key, self.has_new_key = key, True
        self.__dict__.pop("signed_in", None)
        g.pop(CSRF, None)

    # A signed-in person's CSRF token is derived from the key: asking for it stores nothing.
    def __contains__(self, name: object) -> bool:
        return (name == CSRF and self.signed_in is not None) or super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        if name == CSRF and self.signed_in is not None:
            return _csrf(self.signed_in.person.uuid, self.key or "")
        return super().__getitem__(name)


class WebSessions(SecureCookieSessionInterface):
    """Flask's door to both cookies."""

    session_class = WebSession

    def open_session(self, app: Flask, request: Request) -> WebSession:
        web_session = cast(WebSession, super().open_session(app, request))
        key = request.cookies.get(app.config["SIGN_IN_COOKIE_NAME"], "")
        web_session.key = key if _KEY.fullmatch(key) else None
        return web_session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        super().save_session(app, session, response)
        if isinstance(session, WebSession) and session.has_new_key:
            name, secure = app.config["SIGN_IN_COOKIE_NAME"], app.config["SESSION_COOKIE_SECURE"]
            if session.key:
                response.set_cookie(name, session.key, secure=secure, httponly=True, samesite="Lax")
            else:
                response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax")


def configure(app: Flask, settings: Settings) -> None:
    """Names and flags of the cookies. `__Host-` binds them to this host and to https, which only https can have."""
    name = "__Host-cares" if settings.is_https else "cares"
    app.config.update(
        SIGN_IN_COOKIE_NAME=name,
        SESSION_COOKIE_NAME=f"{name}-visit",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = WebSessions()


def current() -> WebSession:
    """The session of this request."""
    return cast(WebSession, session._get_current_object())  # type: ignore[attr-defined]


def begin(key: str) -> None:
    """From now on this browser is signed in; nothing of before stays, so no key that others have set is taken over."""
    web_session = current()
    web_session.take(key)
    if web_session.signed_in:
        login_user(web_session.signed_in.person)
        web_session.clear()  # Flask-Login writes down who it was; we look it up


def end() -> None:
    """From now on this browser is signed in no more. Whoever listens to `user_logged_out` is told first."""
    logout_user()
    current().take(None)


def limits(settings: Settings) -> Limits:
    """How long a sign-in lasts."""
    return Limits(dt.timedelta(minutes=settings.session_idle_minutes), dt.timedelta(hours=settings.session_hours))


def owner_of_token(token: str | None) -> UUID | None:
    """To whom we gave a form with this CSRF token, even if the sign-in has ended since; None for a visitor's."""
    signed = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")
    try:
        value = signed.loads(token or "", max_age=int(_STALE_TOKENS.total_seconds()))
        return UUID(str(value).partition(".")[0]) if "." in str(value) else None
    except (BadData, ValueError):
        return None


def csrf_token() -> str:
    """The token that a form of this browser carries; the same for as long as it is signed in."""
    if CSRF not in g:
        web_session = current()
        if web_session.signed_in is None:
            return str(generate_csrf())
        setattr(g, CSRF, _signed(str(current_app.secret_key), web_session[CSRF]))
    return str(g.get(CSRF))


def csrf_field() -> Markup:
    """The field that every form sent by POST holds."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF, csrf_token())


@lru_cache(maxsize=4096)
def _signed(secret: str, token: str) -> str:
    """As Flask-WTF signs it. Every page asks for it, and it changes with the sign-in only."""
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(token))


def _csrf(person: UUID, key: str) -> str:
    secret = str(current_app.secret_key).encode()
    return f"{person}.{hmac.new(secret, f'csrf {key}'.encode(), hashlib.sha256).hexdigest()}"


def _find(key: str) -> SignedIn | None:
    at, allowed = dt.datetime.now(dt.UTC), limits(current_app.config["CARES"])
    found = queries.signed_in(db.session, key)
    if found is None or has_ended(found.created_at, found.seen_at, at, allowed):
        return None
    if is_sign_of_life_due(found.seen_at, at, allowed):
        _note_sign_of_life(found, at)
    return found


def _note_sign_of_life(found: SignedIn, at: dt.datetime) -> None:
    try:
        with transaction() as session:
            service.note_sign_of_life(session, found.id, at)
    except SQLAlchemyError:
        # The page matters more: the next request will try again.
        log.warning("sign of life of sign-in %s was not written", found.id, exc_info=True)
