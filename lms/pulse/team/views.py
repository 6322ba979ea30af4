"""A manager's own pulses, and the page on which a team answers without an account."""

from __future__ import annotations

import datetime as dt
import io
from uuid import UUID, uuid4

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
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import checks_own_token, public, signed_in
from lms.config import Settings
from lms.content.library import library
from lms.content.schema import PulsePlan
from lms.db import db, transaction
from lms.paper.press import press
from lms.pulse.groups import GROUP
from lms.pulse.team import form_token, queries, service
from lms.pulse.team.asking import chosen, plain_key
from lms.pulse.team.bands import Band
from lms.pulse.team.forms import OCCASIONS, OpenForm
from lms.pulse.team.models import TeamPulse
from lms.pulse.team.poster import code, poster
from lms.pulse.team.service import Outcome, Wanted
from lms.ui import colours
from lms.ui.asking import not_found, now
from lms.ui.logbook import unlogged

blueprint = Blueprint("team_pulse", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
WORDS = {
    Band.FEW: ("Few agree", "fewer than 1 in 4"),
    Band.SOME: ("Some agree", "1 in 4, up to half"),
    Band.MANY: ("Many agree", "half, up to 3 in 4"),
    Band.MOST: ("Most agree", "more than 3 in 4"),
}
NOTHING = "Choose an answer for at least one line. You may leave out the others."
STALE = "This page is not as we sent it. What you chose is still here: please send it once more."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/pulse")
@signed_in
def own() -> Answer:
    """My pulses, before and after side by side, and the form to open one."""
    return _own(OpenForm(formdata=None, token=str(uuid4()), occasion="before"))


@blueprint.post("/pulse")
@signed_in
def open_one() -> Answer:
    """Open a pulse for my team; where one is open, that one is shown."""
    plan = _plan() or not_found()
    form = OpenForm()
    if not form.validate_on_submit():
        return _own(form)
    with transaction() as session:
        found = service.open_pulse(session, current_user, plan, form.wanted, form.uuid, _today())
        if Wanted(found.team, found.occasion, found.people) != form.wanted:
            flash("You have a pulse open. Close it before you open another.", "info")
    return redirect(url(".one", pulse_id=found.uuid), 303)


@blueprint.get("/pulse/<uuid:pulse_id>")
@signed_in
def one(pulse_id: UUID) -> str:
    """One of my pulses: the way to it while it is open, then what came of it."""
    found = queries.own_pulse(db.session, current_user.id, pulse_id) or not_found()
    address = _address(found)
    return render_template(
        "pulse/team_one.html",
        pulse=found,
        is_open=queries.is_open(found, _today()),
        has_enough=queries.has_enough(found),
        results=queries.results(db.session, found, _today()),
        address=address,
        # Drawn by the library from an address of ours.
        code=Markup(code(address)),  # noqa: S704  # nosec B704
        words=WORDS,
        occasions=OCCASIONS,
        group=GROUP,
    )


@blueprint.get("/pulse/<uuid:pulse_id>/poster.pdf")
@signed_in
def sheet(pulse_id: UUID) -> Answer:
    """A sheet for the wall, with the QR code."""
    found = queries.own_pulse(db.session, current_user.id, pulse_id) or not_found()
    settings = _settings()
    accent = colours.light(settings.brand_colour).text
    with press.turn(current_user.id):
        made = poster(found, current_user.name, settings.organisation, _address(found), accent, _day)
    answer = send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name="team-pulse.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/pulse/<uuid:pulse_id>/close")
@signed_in
def close(pulse_id: UUID) -> Answer:
    """Take no more answers, and show what came of it."""
    with transaction() as session:
        found = queries.own_pulse(session, current_user.id, pulse_id, for_update=True) or not_found()
        service.close(session, found)
    return redirect(url(".one", pulse_id=pulse_id), 303)


@blueprint.post("/pulse/<uuid:pulse_id>/throw-away")
@signed_in
def throw_away(pulse_id: UUID) -> Answer:
    """Forget a pulse with all that was answered."""
    with transaction() as session:
        found = queries.own_pulse(session, current_user.id, pulse_id, for_update=True) or not_found()
        service.throw_away(session, found)
    flash("The pulse is thrown away, with all that was answered.", "success")
    return redirect(url(".own"), 303)


@blueprint.get("/p/<key>")
@public
@unlogged
def ask(key: str) -> Answer:
    """What a colleague is asked, and who will see what. It asks nobody who they are, not even whoever is signed in."""
    found = queries.by_key(db.session, plain_key(key))
    if found is None or not queries.is_open(found, _today()):
        return _said("unknown" if found is None else "closed", 404 if found is None else 410)
    if key != found.key:
        return redirect(url(".ask", key=found.key), 303)
    return _asked(found, form_token.issued(_secret(), found.key))


@blueprint.post("/p/<key>")
@public
@checks_own_token
@unlogged
def answer(key: str) -> Answer:
    """Count what a colleague chose."""
    found = queries.by_key(db.session, key)
    if found is None:
        return _said("unknown", 404)
    token = request.form.get("csrf_token", "")
    number = form_token.number_of(_secret(), key, token)
    given = chosen(found.statements, len(found.scale), request.form)
    if number is None:
        return _asked(found, form_token.issued(_secret(), key), given, STALE, 400)
    if not given and queries.is_open(found, _today()):
        return _asked(found, token, given, NOTHING, 422)
    with transaction() as session:
        outcome = service.answer(session, key, number, given, _today())
    if outcome in (Outcome.COUNTED, Outcome.AGAIN):
        return redirect(url(".thanks"), 303)
    return _said("full" if outcome is Outcome.FULL else "closed", 410)


@blueprint.get("/p")
@public
@unlogged
def thanks() -> Answer:
    """Thanks, on a page that does not even say for which pulse."""
    return _said("thanks", 200)


def _own(form: OpenForm) -> Response:
    today = _today()
    pulses = queries.own_pulses(db.session, current_user.id)
    page = render_template(
        "pulse/team_own.html",
        form=form,
        plan=_plan(),
        open=[one for one in pulses if queries.is_open(one, today)],
        closed=[one for one in pulses if not queries.is_open(one, today)],
        has_enough=queries.has_enough,
        comparisons=list(queries.comparisons(db.session, current_user.id, today)),
        words=WORDS,
        occasions=OCCASIONS,
        group=GROUP,
    )
    return make_response(page, 422 if form.errors else 200)


def _asked(
    found: TeamPulse, token: str, given: dict[str, int] | None = None, told: str = "", status: int = 200
) -> Response:
    page = _rendered(
        "pulse/team_ask.html",
        pulse=found,
        manager=queries.manager_of(db.session, found),
        token=token,
        given=given or {},
        told=told,
        group=GROUP,
    )
    return _hidden(make_response(page, status))


def _said(what: str, status: int) -> Response:
    return _hidden(make_response(_rendered("pulse/team_said.html", what=what), status))


def _rendered(template: str, **values: object) -> str:
    """A page that asks nobody who they are: `render_template` would look up who is signed in, and note that."""
    return current_app.jinja_env.get_template(template).render(request=request, bare=True, **values)


def _hidden(page: Response) -> Response:
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _plan() -> PulsePlan | None:
    programme = library.programme(db.session)
    return programme.pulse if programme else None


def _address(found: TeamPulse) -> str:
    return f"{_settings().url}{url('.ask', key=found.key)}"


def _today() -> dt.date:
    return now().date()


def _day(day: dt.date) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said


def _secret() -> str:
    return str(current_app.secret_key)


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings
