"""One's own certificates, and the page on which anybody sees that one is real."""

from __future__ import annotations

import datetime as dt
import io
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, flash, make_response, redirect, render_template, send_file
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import public, signed_in
from lms.certificate import queries, service
from lms.certificate.paper import paper
from lms.config import Settings
from lms.db import db, transaction
from lms.paper.press import press
from lms.ui import colours
from lms.ui.asking import not_found, now

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
    known = {(one.about, one.completed_on, one.holder) for one in found}
    earned = queries.earned(db.session, current_user.id)
    missing = [one for one in earned if (one.about, one.completed_on, current_user.name) not in known]
    today = now().date()
    standings = {one.id: queries.stands(db.session, one, today) for one in found}
    return render_template("certificate/own.html", found=found, missing=missing, standings=standings)


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
    settings: Settings = current_app.config["CARES"]
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
    how = queries.stands(db.session, found, now().date()) if found else None
    page = make_response(render_template("certificate/real.html", found=found, how=how), 200 if found else 404)
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _day(day: dt.date) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said
