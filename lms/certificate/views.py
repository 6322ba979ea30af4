"""One's own certificates, and the page on which anybody sees that one is real."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    send_file,
)
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import public, signed_in
from lms.certificate import badge, queries, service, signing
from lms.certificate.badge import Addresses, Subject
from lms.certificate.paper import paper
from lms.certificate.validity import Validity
from lms.config import Settings
from lms.content.blocks import Quiz
from lms.content.library import library
from lms.db import db, transaction
from lms.paper.press import press
from lms.ui import colours
from lms.ui.asking import not_found, now, today

blueprint = Blueprint("certificate", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/certificates")
@signed_in
def own() -> str:
    """What I completed, and the certificates that were made of it."""
    found = queries.own_certificates(db.session, current_user.id)
    return render_template(
        "certificate/own.html",
        found=found,
        missing=queries.missing(db.session, current_user),
        standings={one.id: queries.stands(db.session, one, today()) for one in found},
        renewals=queries.renewals(db.session, current_user.id, today()),
        quiz_pages=_quiz_pages(),
    )


@blueprint.post("/certificates")
@signed_in
def make() -> Answer:
    """Make those that are missing."""
    with transaction() as session:
        count = service.issue(session, current_user, now())
    made = "Your certificate is made." if count == 1 else f"{count} certificates are made."
    flash(made if count else "You have all of them.", "success" if count else "info")
    return redirect(url(".own"), 303)


@blueprint.get("/certificates/<uuid:certificate_id>.pdf")
@signed_in
def sheet(certificate_id: UUID) -> Answer:
    """One of mine, to print."""
    found = queries.own_certificate(db.session, current_user.id, certificate_id) or not_found()
    settings = _settings()
    accent = colours.light(settings.brand_colour).text
    address = f"{settings.url}{url('.real', certificate_id=found.uuid)}"
    with press.turn(current_user.id):
        made = paper(found, settings.organisation, address, accent, _day)
    answer = send_file(
        io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=f"certificate-{found.about}.pdf"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/certificates/<uuid:certificate_id>")
@public
def real(certificate_id: UUID) -> Answer:
    """Whether a certificate is real, for whoever holds it in hand."""
    found = queries.certificate(db.session, certificate_id)
    how = queries.stands(db.session, found, today()) if found else None
    page = make_response(render_template("certificate/real.html", found=found, how=how), 200 if found else 404)
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


@blueprint.get("/certificates/<uuid:certificate_id>.jwt")
@signed_in
def as_badge(certificate_id: UUID) -> Answer:
    """One of mine as an Open Badge, signed. What is not so any more is not signed anew."""
    found = queries.own_certificate(db.session, current_user.id, certificate_id) or not_found()
    if queries.stands(db.session, found, today()) is Validity.TAKEN_BACK:
        not_found()
    settings, at = _settings(), _addresses()
    subject = queries.subject(db.session, found.about) or Subject(found.about, found.title, found.title)
    made = badge.credential(found, at, settings.organisation, subject, current_user.email, settings.time_zone)
    token = signing.signed(badge.claims(made), signing.key_of(settings.instance), at.key)
    # Open Badges 3.0, File Format: the file is the compact JWS, and ends in .jwt or .jws.
    answer = send_file(
        io.BytesIO(token.encode()), mimetype="text/plain", as_attachment=True, download_name=f"badge-{found.about}.jwt"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/certificates/<uuid:certificate_id>/status")
@public
def status(certificate_id: UUID) -> Response:
    """Whether a badge holds, for the programs that verify it. One that nobody knows here holds as little."""
    found = queries.certificate(db.session, certificate_id)
    how = queries.stands(db.session, found, today()) if found else None
    why = "There is no such certificate here." if found is None else ""
    if how is Validity.TAKEN_BACK:
        why = "What it says is not so any more."
    address = f"{_settings().url}{url('.real', certificate_id=certificate_id)}"
    return _for_programs(badge.status(_addresses(), address, why))


@blueprint.get("/badges/issuer")
@public
def issuer() -> Response:
    """Who gives the badges."""
    return _for_programs({"@context": badge.CONTEXTS} | badge.profile(_addresses(), _settings().organisation))


@blueprint.get("/badges/keys/<name>")
@public
def key(name: str) -> Response:
    """The public half of the key that badges are signed with, by its name."""
    known = signing.key_of(_settings().instance)
    if name != signing.thumbprint(known):
        not_found()
    return _for_programs(signing.jwk(known, _addresses().key))


@blueprint.get("/badges/achievements/<about>")
@public
def achievement(about: str) -> Response:
    """What has to be done for a badge."""
    subject = queries.subject(db.session, about) or not_found()
    return _for_programs({"@context": badge.CONTEXTS} | badge.achievement(_addresses(), subject))


def _quiz_pages() -> dict[str, str]:
    """The page with the quiz of each module that is taught, by the module's id."""
    programme = library.programme(db.session)
    modules = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    quizzes = {module.id: module.find("", Quiz) for module in modules if module}
    return {id_: found[0].id for id_, found in quizzes.items() if found}


def _for_programs(value: Mapping[str, object]) -> Response:
    """JSON for whoever verifies a badge, also from a page of another site."""
    answer = jsonify(value)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _addresses() -> Addresses:
    settings = _settings()
    name = signing.thumbprint(signing.key_of(settings.instance))
    return Addresses(settings.url, f"{settings.url}{url('.key', name=name)}")


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings


def _day(day: dt.date) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said
