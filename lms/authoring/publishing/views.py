"""What the checker says, what publishing would change, publishing; earlier revisions and the way back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, send_file
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.queries import people_by_uuid
from lms.accounts.viewing import write_down
from lms.authoring import queries, service
from lms.authoring.models import Draft
from lms.authoring.publishing.changes import changes
from lms.authoring.publishing.guarding import Threat, entries
from lms.authoring.publishing.overtaking import Overtaken, undone
from lms.authoring.publishing.queries import threats_to, work_on
from lms.authoring.reading import reading, report
from lms.authoring.telling import briefly
from lms.authoring.timing import queries as timing
from lms.authoring.timing import service as set_time
from lms.authoring.timing.moment import MomentError, moment
from lms.authoring.upload.service import hold_published
from lms.authoring.views import WRITERS, module_title, telling
from lms.config import Settings
from lms.content.bundle import Bundle, from_zip
from lms.content.checker.report import Report, Result
from lms.content.library import library
from lms.content.loader import Reading, load_module
from lms.content.models import Revision
from lms.content.module import Module
from lms.content.problems import ContentError
from lms.db import db, transaction
from lms.quiz.regrading.queries import corrected
from lms.ui.asking import not_found, now

blueprint = Blueprint("publishing", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
UNDOING = "Nothing is published yet. Something else was published since this draft was begun: look at what would go."
UNTICKED = "Nothing is published yet. Tick what may go, or keep it in the draft."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/findings")
@needs(*WRITERS)
def findings(module_id: str) -> Answer:
    """What the checker says of the draft: the same rules and words as `lms courses check`."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    key = draft.key
    said = report(key, module_id, lambda: queries.bundle(db.session, draft), now().date())
    return render_template(
        "authoring/findings.html", draft=draft, report=said, by_weight=_by_weight, telling=telling(draft)
    )


@blueprint.get("/authoring/<module_id>/publish")
@needs(*WRITERS)
def ask(module_id: str) -> Answer:
    """What would change for whom."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    return _ask(draft)


@blueprint.post("/authoring/<module_id>/publish")
@needs(*WRITERS)
def publish(module_id: str) -> Answer:
    """Learners see the draft from now on; unless it has problems, or was changed since it was looked at."""
    try:
        with transaction() as session:
            draft = service.lock(session, module_id) or not_found()
            if request.form.get("version", type=int) != draft.version:
                flash("The draft was changed since you looked. This is what would be published now.", "info")
                return _ask(draft), 409
            found = _threats(draft, _read(draft).module)
            if _left(found):
                flash(UNTICKED, "danger")
                return _ask(draft), 422
            over = _overtaken(session, draft, hold_published(session, module_id))
            if over and request.form.get("over") != str(over.number):
                flash(UNDOING, "danger")
                return _ask(draft), 422
            if request.form.get("do") == "at":
                return _set_time(session, draft, found)
            set_time.take_back(session, draft, now())
            done = service.publish(session, draft, queries.bundle(session, draft), current_user.uuid, now())
            _note(session, found)
    except ContentError:
        return _ask(queries.open_draft(db.session, module_id) or not_found()), 422
    if done.module:
        library.keep(done.revision_id, done.module)
    flash(f"Published as revision {done.number}. {_seen(module_id)}", "success")
    return redirect(_afterwards(module_id), 303)


def _afterwards(module_id: str) -> str:
    """Where to go after publishing: where answers are marked again, if a key by which some were marked is corrected."""
    found = corrected(db.session, module_id)
    return url("regrading.ask" if found and found.items else ".history", module_id=module_id)


def _set_time(session: Session, draft: Draft, found: Sequence[Threat]) -> Answer:
    """Learners see the draft as it is now from a set time on."""
    settings: Settings = current_app.config["CARES"]
    bundle = queries.bundle(session, draft)
    load_module(bundle, draft.subject)
    try:
        at = moment(request.form.get("day", ""), request.form.get("time", ""), settings.time_zone, now())
    except MomentError as error:
        return _ask(draft, wrong=str(error)), 422
    set_time.set_time(session, draft, bundle, at, request.form.getlist("may"), current_user.uuid, now())
    _note(session, found)
    flash("The time is set. What is written in the draft from now on is not in it.", "success")
    return redirect(url(".ask", module_id=draft.subject), 303)


@blueprint.post("/authoring/<module_id>/publish/take-back")
@needs(*WRITERS)
def take_time_back(module_id: str) -> Answer:
    """The draft is not published at the time that was set."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        is_back = set_time.take_back(session, draft, now())
    flash("The time is taken back. Nothing is published." if is_back else "No time was set any more.", "info")
    return redirect(url(".ask", module_id=module_id), 303)


def _note(session: Session, let_go: Iterable[Threat]) -> None:
    """Into the audit log: what somebody let go on which people had worked."""
    write_down(session, *entries(let_go))


def _seen(module_id: str) -> str:
    """When learners see what was published."""
    programme = library.programme(db.session)
    is_listed = programme is not None and any(one.id == module_id for one in programme.modules)
    return "Learners see it from now on." if is_listed else "Learners see it as soon as the programme lists it."


@blueprint.post("/authoring/<module_id>/throw-away")
@needs(*WRITERS)
def throw_away(module_id: str) -> Answer:
    """Nobody writes the draft any more; learners see what they saw."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        if request.form.get("sure") != "yes":
            flash("Please tick that the draft can go.", "danger")
            return redirect(url(".ask", module_id=module_id, _anchor="throw-away"), 303)
        set_time.take_back(session, draft, now())
        service.throw_away(session, draft, now())
    flash("The draft is closed. Learners see what they saw before.", "info")
    return redirect(url("authoring.modules"), 303)


@blueprint.get("/authoring/<module_id>/history")
@needs(*WRITERS)
def history(module_id: str) -> Answer:
    """Every revision of a module."""
    revisions, draft = queries.history(db.session, module_id), queries.open_draft(db.session, module_id)
    if not revisions and not draft:
        not_found()
    module = library.module(db.session, module_id)
    title = module.title if module else module_title(draft) if draft else module_id
    values = {"revisions": revisions, "draft": draft, "timed": timing.published(db.session, module_id)}
    return render_template("authoring/history.html", module_id=module_id, title=title, **values)


@blueprint.post("/authoring/<module_id>/history/<int(max=2147483647):number>/restore")
@needs(*WRITERS)
def restore(module_id: str, number: int) -> Answer:
    """Publish an earlier revision again: with one action, back to what it was."""
    revision = queries.revision(db.session, module_id, number) or not_found()
    try:
        with transaction() as session:
            now_seen, then_seen = library.module(session, module_id), load_module(from_zip(revision.files), module_id)
            found = threats_to(session, now_seen, then_seen)
            if _left(found):
                return _ask_to_restore(then_seen, number, found)
            done = service.publish_again(session, module_id, from_zip(revision.files), current_user.uuid, now())
            _note(session, found)
    except ContentError as error:
        said = f"Revision {number} keeps to rules that have changed since, and cannot be shown: {briefly(error)}"
        flash(said, "danger")
        return redirect(url(".history", module_id=module_id), 303)
    flash(f"Revision {number} is back, as revision {done.number}.", "success")
    return redirect(_afterwards(module_id), 303)


def _ask_to_restore(module: Module, number: int, found: list[Threat]) -> Answer:
    agreed = request.form.getlist("may")
    page = render_template("authoring/restore.html", module=module, number=number, threats=found, agreed=agreed)
    return page, 422


@blueprint.get("/authoring/<module_id>/module.zip")
@needs(*WRITERS)
def download(module_id: str) -> Answer:
    """The files of the draft, or of what learners see; `lms courses import` and git take them as they are."""
    draft = queries.open_draft(db.session, module_id)
    revision = queries.published(db.session, module_id)
    files = queries.bundle(db.session, draft).to_zip() if draft else revision.files if revision else not_found()
    name = f"{module_id}-draft.zip" if draft else f"{module_id}.zip"
    return send_file(io.BytesIO(files), mimetype="application/zip", as_attachment=True, download_name=name)


def _by_weight(said: Report) -> list[Result]:
    """What fails first, then what is to be looked at."""
    return sorted(said.results, key=lambda result: ("fail", "warn", "pass").index(result.verdict))


def _read(draft: Draft) -> Reading:
    return reading(draft.key, draft.subject, lambda: queries.bundle(db.session, draft))


def _threats(draft: Draft, new: Module | None) -> list[Threat]:
    return threats_to(db.session, library.module(db.session, draft.subject), new) if new else []


def _overtaken(session: Session, draft: Draft, published: Revision | None) -> Overtaken | None:
    """What was published since the draft was begun, and would be undone by it."""
    if published is None or published.id == draft.based_on_id:
        return None
    begun = session.get(Revision, draft.based_on_id) if draft.based_on_id else None
    before = from_zip(begun.files) if begun else Bundle({})
    lost = undone(before, from_zip(published.files), queries.bundle(session, draft), draft.subject)
    by = people_by_uuid(session, [published.published_by]) if published.published_by else ()
    return Overtaken(published.number, published.created_at, by[0].name if by else "", lost) if lost else None


def _left(found: Iterable[Threat]) -> list[Threat]:
    """Those that nobody has agreed to."""
    agreed = set(request.form.getlist("may"))
    return [threat for threat in found if str(threat.key) not in agreed]


def _ask(draft: Draft, wrong: str = "") -> str:
    found = _read(draft)
    old = library.module(db.session, draft.subject)
    work = work_on(db.session, draft.subject)
    settings: Settings = current_app.config["CARES"]
    said = changes(old, found.module, work) if found.module and not found.problems else []
    threats = _threats(draft, found.module) if not found.problems else []
    return render_template(
        "authoring/publish.html",
        draft=draft,
        is_new=queries.published(db.session, draft.subject) is None,
        problems=found.problems,
        changes=said,
        threats=threats,
        agreed=request.form.getlist("may"),
        over=_overtaken(db.session, draft, queries.published(db.session, draft.subject)),
        waiting=timing.waiting(db.session, draft),
        set_by=timing.set_by(db.session, draft),
        failed=timing.failed(db.session, draft),
        zone=settings.time_zone.replace("_", " "),
        wrong=wrong,
        telling=telling(draft),
    )
