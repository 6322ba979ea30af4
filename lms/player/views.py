"""The dashboard, a module's outline, its pages and tools, and the way back to where one stopped."""

from __future__ import annotations

import hashlib
import io

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_login import current_user, user_logged_out
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts import service as accounts
from lms.accounts.access import public, signed_in
from lms.accounts.models import Person
from lms.commitment import queries as commitment
from lms.config import Settings
from lms.content.blocks import Commitment, Exercise, Quiz
from lms.content.library import library
from lms.content.module import Module
from lms.db import db, transaction
from lms.enrolment.assignments import queries as assignments
from lms.enrolment.assignments.due import must_be_renewed
from lms.enrolment.availability import Standing
from lms.enrolment.models import Registration
from lms.lookback import queries as lookback
from lms.paper.press import press
from lms.player import blocks, overview, service
from lms.player.device_key import device_key
from lms.player.media_types import media_type
from lms.player.minutes import about
from lms.player.papers import tool_sheet
from lms.player.place import Target, is_anchor, where_to_resume
from lms.player.queries import Journey, journey
from lms.player.sheet import with_lines
from lms.progress import completion, queries
from lms.progress import service as progress
from lms.quiz import queries as quiz
from lms.ui.asking import not_found, now, today
from lms.workshop import queries as workshop

blueprint = Blueprint("player", __name__)

Answer = Response | AnyResponse | str
QUIZ = "block-quiz"
"""Where the quiz stands on its page."""
MOST_SECONDS = 600
"""A script reports every 20 seconds; a report of more than this is not one of ours."""


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.filters.update(about=about, with_lines=with_lines)
    app.register_blueprint(blueprint)
    user_logged_out.connect(_leave, app)


@blueprint.get("/")
@signed_in
def dashboard() -> Answer:
    """The programme, where I am, and one button that goes on."""
    found = _journey()
    view = found.now
    sections = overview.section_views(view.module, view.opened) if view and view.module else []
    has_completed = any(view.step.completed_at for view in found.views)
    looks_back = lookback.own_waiting(db.session, current_user.id, now()) if has_completed else []
    return render_template(
        "player/dashboard.html",
        journey=found,
        now=view,
        sections=sections,
        looks_back=looks_back,
        asked=assignments.own(db.session, current_user.id, today()),
        next_session=workshop.next_one(db.session, current_user, now()),
    )


@blueprint.get("/modules/<module_id>")
@signed_in
def outline(module_id: str) -> Answer:
    """What a module is about, and how far I am in it; of a locked one, why and until when."""
    view = _journey().view(module_id)
    if view is None or view.module is None:
        abort(404)
    sections = overview.section_views(view.module, view.opened)
    together = workshop.coming_on(db.session, current_user.id, module_id, now())
    return render_template("player/outline.html", view=view, module=view.module, sections=sections, together=together)


@blueprint.get("/resume")
@signed_in
def go_on() -> Answer:
    """To what comes next in the programme: where I stopped, or a quiz that is due once more; else the start page."""
    found = _journey()
    standpoints = queries.own_standpoints(db.session, current_user.id).items()
    renewed = (module_id for module_id, one in standpoints if _is_to_refresh(one.registration))
    module_id = found.now.step.module_id if found.now else next(renewed, None)
    return redirect(url_for(".resume", module_id=module_id) if module_id else url_for(".dashboard"), 303)


@blueprint.get("/modules/<module_id>/resume")
@signed_in
def resume(module_id: str) -> Answer:
    """To the very place where I stopped, or to a quiz that is due once more."""
    standpoint = queries.own_standpoints(db.session, current_user.id).get(module_id)
    module = library.module(db.session, module_id)
    if module is None:
        abort(404)
    opened, place = (standpoint.opened, standpoint.place) if standpoint else ({}, None)
    target = where_to_resume(module, opened, place)
    if standpoint and _is_to_refresh(standpoint.registration):
        target = next((Target(page.id, QUIZ) for page in module.pages if page.of_kind(Quiz)), target)
    page = module.page(target.page_id)
    if standpoint and page and page.of_kind(Quiz):
        attempt_id = quiz.open_attempt(db.session, standpoint.registration, now())
        if attempt_id:
            return redirect(url_for("quiz.go_on", attempt_id=attempt_id), 303)
    return redirect(url_for(".page", module_id=module_id, page_id=target.page_id, _anchor=target.anchor or None), 303)


@blueprint.get("/modules/<module_id>/pages/<page_id>")
@signed_in
def page(module_id: str, page_id: str) -> Answer:
    """A page to read and to act on. It is noted that its reader was here, and no more."""
    if request.method == "HEAD":  # asked by a machine, not opened by a person
        _find_page(module_id, page_id)
        return ""
    opening = service.open_again(db.session, current_user, module_id, page_id, now())
    if opening is None:
        with transaction() as session:
            opening = service.open_page(session, current_user, module_id, page_id, now())
    if opening is None:
        return _turn_away(module_id, page_id)
    section = opening.module.section_of(opening.page)
    before, after = opening.module.neighbours(opening.page)
    return render_template(
        "player/page.html",
        module=opening.module,
        section=section,
        page=opening.page,
        registration=opening.registration,
        blocks=blocks.shown(db.session, opening.registration, opening.page, now()),
        before=before,
        after=after,
        opened=opening.opened,
        percent=completion.percent(opening.module, opening.opened),
        section_minutes=completion.minutes_left(section.pages, opening.opened, opening.page),
        module_minutes=completion.minutes_left(opening.module.pages, opening.opened, opening.page),
    )


@blueprint.post("/modules/<module_id>/pages/<page_id>/time")
@signed_in
def page_time(module_id: str, page_id: str) -> Answer:
    """How long the page was read since the last report, and where its reader is."""
    seconds = request.form.get("seconds", type=int)
    anchor = request.form.get("anchor")
    if seconds is None or not 0 <= seconds <= MOST_SECONDS:
        abort(400)
    report = (seconds, anchor if anchor is not None and is_anchor(anchor) else None)
    with transaction() as session:
        is_noted = service.note_time(session, current_user, module_id, page_id, report, now())
    return Response(status=204) if is_noted else abort(404)


@blueprint.get("/modules/<module_id>/completed")
@signed_in
def completed(module_id: str) -> Answer:
    """The end of a module: what was reached, and what comes next."""
    found = _journey()
    view = found.view(module_id)
    if view is None or view.module is None:
        abort(404)
    if view.step.standing is not Standing.COMPLETED:
        return redirect(url_for(".outline", module_id=module_id), 303)
    registration = queries.own_standpoints(db.session, current_user.id)[module_id].registration
    tasks = [(page, block) for page, block in view.module.blocks() if isinstance(block, Exercise)]
    return render_template(
        "player/completed.html",
        view=view,
        journey=found,
        seconds=registration.seconds,
        tasks=tasks,
        done=commitment.exercises_on_page(db.session, registration, [block for _, block in tasks]),
        days=lookback.own_days(db.session, registration),
        plan=next(((page, block) for page, block in view.module.blocks() if isinstance(block, Commitment)), None),
    )


@blueprint.get("/modules/<module_id>/tools/<tool_id>")
@signed_in
def tool(module_id: str, tool_id: str) -> Answer:
    """A one-page aid for work, to read or to print."""
    module = _open_module(module_id)
    found = module.tools.get(tool_id) or abort(404)
    return render_template("player/tool.html", module=module, tool=found)


@blueprint.get("/modules/<module_id>/tools/<tool_id>.pdf")
@signed_in
def tool_pdf(module_id: str, tool_id: str) -> Answer:
    """The same as a sheet to print and keep."""
    module = _open_module(module_id)
    found = module.tools.get(tool_id) or abort(404)
    settings: Settings = current_app.config["CARES"]
    with press.turn(current_user.id):
        data = tool_sheet(found, module.title, settings.organisation, settings.brand_colour)
    return send_file(io.BytesIO(data), mimetype="application/pdf", download_name=f"{tool_id}.pdf")


def _open_module(module_id: str) -> Module:
    """A module that is open to whoever is signed in; else 404."""
    view = _journey().view(module_id)
    return view.module if view and view.module and view.step.is_open else not_found()


@blueprint.get("/modules/<module_id>/media/<path:name>")
@signed_in
def media(module_id: str, name: str) -> Answer:
    """A sound, a film, its captions or a picture of a module."""
    data = _open_module(module_id).media.get(f"media/{name}")
    kind = media_type(name)
    if data is None or kind is None:
        abort(404)
    answer = send_file(io.BytesIO(data), mimetype=kind, conditional=True, etag=hashlib.sha256(data).hexdigest())
    answer.headers["Cache-Control"] = "private, max-age=3600"
    # A drawing that is opened by itself is a document: it may do nothing at all.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


@blueprint.post("/device-key")
@signed_in
def key_for_device() -> Answer:
    """The key with which this browser keeps what its owner has not sent yet. It is made at the first asking."""
    with transaction() as session:
        key = accounts.data_key(session, current_user)
    return jsonify(key=device_key(key), owner=str(current_user.uuid))


@blueprint.get("/help")
@public
def help_page() -> Answer:
    """Where to turn: for support as a person, and when something does not work."""
    modules = [view.module for view in _journey_of_anyone().views if view.module]
    lines = {line.name: line for module in modules for line in module.support}
    return render_template("player/help.html", lines=lines.values())


@blueprint.get("/accessibility")
@public
def accessibility() -> Answer:
    """How these pages can be used by everyone, and what to do if they cannot."""
    return render_template("player/accessibility.html")


def _leave(_app: Flask, user: Person) -> None:
    """Whoever signs out ends the visits that are open, and leaves nothing on the device."""
    with transaction() as session:
        progress.end_open_visits(session, user, now())

    @after_this_request
    def _clear(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"storage"'
        return response


def _journey() -> Journey:
    return journey(db.session, current_user.id, now())


def _journey_of_anyone() -> Journey:
    return journey(db.session, current_user.id if current_user.is_authenticated else 0, now())


def _is_to_refresh(registration: Registration) -> bool:
    """Whether a module that is completed is due once more."""
    if registration.completed_at is None:
        return False
    since = assignments.renewed_since(db.session, registration.person_id, registration.module_id)
    return must_be_renewed(registration.refreshed_at or registration.completed_at, since)


def _find_page(module_id: str, page_id: str) -> None:
    if _open_module(module_id).page(page_id) is None:
        abort(404)


def _turn_away(module_id: str, page_id: str) -> Answer:
    """A page of a locked module leads to the outline, which says when it opens."""
    module = library.module(db.session, module_id)
    if module is None or module.page(page_id) is None or _journey().view(module_id) is None:
        abort(404)
    return redirect(url_for(".outline", module_id=module_id), 303)
