"""The page on which a trainer sends a whole module as a zip."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_files, needs
from lms.authoring import queries, service
from lms.authoring.reading import reading
from lms.authoring.upload.reading import Taken, module_in, new_module_in, replacing
from lms.authoring.views import WRITERS
from lms.content.bundle import MOST_BUNDLE_BYTES, Bundle
from lms.content.problems import ContentError, Problem
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("upload", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
NEVER = ("new", "programme")
"""No module can be called so: these are addresses."""
_NO_FILE = Problem("the form", 1, "no file was sent", "choose a zip")


class MeanwhileError(Exception):
    """Somebody has changed the draft since the page was opened."""


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/upload")
@needs(*WRITERS)
def ask(module_id: str) -> Answer:
    """What is going to happen, and the box for the zip."""
    return _page(module_id)


@blueprint.post("/authoring/<module_id>/upload")
@needs(*WRITERS)
@carries_files(MOST_BUNDLE_BYTES)
def take(module_id: str) -> Answer:
    """The files of the zip become the draft; if there is anything wrong with them, nothing changes."""
    _known(module_id)
    sent = request.files.get("zip")
    if sent is None or not sent.filename:
        return _page(module_id, [_NO_FILE]), 422
    try:
        files = module_in(sent.read(), module_id)
        with transaction() as session:
            said = _put(session, module_id, files)
    except ContentError as error:
        return _page(module_id, error.problems), 422
    except (MeanwhileError, IntegrityError):
        flash("The draft was changed since you opened this page. Look at it, then send the zip once more.", "info")
        return _page(module_id), 409
    flash(f"The zip is the draft now: {said}.{_left_to_mend(module_id)}", "success")
    return redirect(url("authoring.outline", module_id=module_id), 303)


@blueprint.post("/authoring/new/zip")
@needs(*WRITERS)
@carries_files(MOST_BUNDLE_BYTES)
def take_new() -> Answer:
    """A module that comes as a zip, and that nobody has here, becomes a draft."""
    sent = request.files.get("zip")
    if sent is None or not sent.filename:
        return _new_page([_NO_FILE]), 422
    try:
        module_id, files = new_module_in(sent.read())
        if module_id in {*queries.modules(db.session), *NEVER}:
            return _new_page([_there_already(module_id)]), 422
        with transaction() as session:
            service.begin(session, module_id, files, None, now())
    except ContentError as error:
        return _new_page(error.problems), 422
    except IntegrityError:
        return _new_page([_there_already(module_id)]), 409
    flash(f"The zip is a draft now, of {len(files.files)} files.{_left_to_mend(module_id)}", "success")
    return redirect(url("authoring.outline", module_id=module_id), 303)


def _new_page(problems: Sequence[Problem]) -> str:
    return render_template("authoring/upload_new.html", problems=problems)


def _there_already(module_id: str) -> Problem:
    what = f"the module {module_id} is here already"
    return Problem(f"courses/{module_id}", 1, what, "open it under “Write modules” and send the zip there")


def _left_to_mend(module_id: str) -> str:
    """What is said of a draft that cannot be published as it is."""
    draft = queries.open_draft(db.session, module_id)
    if draft is None:
        return ""
    count = len(reading(draft.key, module_id, lambda: queries.bundle(db.session, draft)).problems)
    things = "1 thing has" if count == 1 else f"{count} things have"
    return f" {things} to be mended before it can be published: see “What the checker says”." if count else ""


def _put(session: Session, module_id: str, files: Bundle) -> Taken:
    """Make the files the draft. Raises MeanwhileError, and IntegrityError if somebody has just begun another."""
    draft = service.lock(session, module_id)
    if request.form.get("version", "") != (f"{draft.id}-{draft.version}" if draft else ""):
        raise MeanwhileError
    if draft is None:
        revision = queries.published(session, module_id)
        service.begin(session, module_id, files, revision.id if revision else None, now())
        return Taken(len(files.files), 0, 0, 0)
    changes, taken = replacing(queries.bundle(session, draft), files)
    if changes:
        service.save(session, draft, changes, current_user.uuid, now())
    return taken


def _known(module_id: str) -> None:
    if not queries.open_draft(db.session, module_id) and not queries.published(db.session, module_id):
        not_found()


def _page(module_id: str, problems: Sequence[Problem] = ()) -> str:
    _known(module_id)
    draft = queries.open_draft(db.session, module_id)
    return render_template("authoring/upload.html", module_id=module_id, draft=draft, problems=problems)
