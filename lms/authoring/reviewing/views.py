"""Comments on blocks, and asking a second person for a look."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, flash, redirect, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries as drafts
from lms.authoring.models import PATH_CHARACTERS, Draft
from lms.authoring.reviewing import queries, service
from lms.authoring.views import WRITERS
from lms.config import Settings
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("reviewing", __name__)

Answer = Response | AnyResponse
_ABOUT_CHARACTERS = 80


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(open_comments=_open_comments, reviews_of=_reviews, who_can_review=_who)


@blueprint.post("/authoring/<module_id>/comments")
@needs(*WRITERS)
@carries_text
def say(module_id: str) -> Answer:
    """Say something about a block."""
    draft = drafts.open_draft(db.session, module_id) or not_found()
    text = request.form.get("text", "").strip()[: service.LONGEST]
    path = request.form.get("path", "")[:PATH_CHARACTERS]
    if not text:
        flash("The comment is empty.", "danger")
    elif path not in drafts.paths(db.session, draft):
        not_found()
    else:
        about = request.form.get("about", "")[:_ABOUT_CHARACTERS]
        with transaction() as session:
            service.say(session, draft, path, about, current_user.uuid, text, now())
        flash("Your comment is there for all who write this draft.", "success")
    return redirect(_back(module_id), 303)


@blueprint.post("/authoring/<module_id>/comments/<int(max=2147483647):comment_id>/done")
@needs(*WRITERS)
def settle(module_id: str, comment_id: int) -> Answer:
    """A comment is answered."""
    draft = drafts.open_draft(db.session, module_id) or not_found()
    with transaction() as session:
        service.settle(queries.comment(session, draft, comment_id) or not_found(), now())
    return redirect(_back(module_id), 303)


@blueprint.post("/authoring/<module_id>/review")
@needs(*WRITERS)
def ask(module_id: str) -> Answer:
    """Ask somebody to look at the draft; they get a mail."""
    draft = drafts.open_draft(db.session, module_id) or not_found()
    wanted = request.form.get("reviewer", type=UUID)
    reviewer = next((one for one in queries.writers(db.session) if one.uuid == wanted), None) or not_found()
    with transaction() as session:
        is_news = service.ask(session, draft, reviewer.uuid, current_user.uuid, now())
    if is_news:
        settings: Settings = current_app.config["CARES"]
        facts = {"asked_by": current_user.name, "module": module_id, "address": f"{settings.url}/authoring/{module_id}"}
        current_app.extensions["mail"].send("authoring/mail/review.txt", reviewer, **facts)
    flash(f"{reviewer.name} is asked to look at this draft.", "success")
    return redirect(url("authoring.outline", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/review/done")
@needs(*WRITERS)
def be_done(module_id: str) -> Answer:
    """I have looked at it."""
    draft = drafts.open_draft(db.session, module_id) or not_found()
    with transaction() as session:
        if not service.be_done(session, draft, current_user.uuid, now()):
            not_found()
    flash("Thank you. Those who write this draft see that you have looked.", "success")
    return redirect(url("authoring.outline", module_id=module_id), 303)


def _back(module_id: str) -> str:
    """The page of the draft that the form stood on."""
    back = request.form.get("back", "")
    inside = url("authoring.outline", module_id=module_id)
    return back if back.startswith(f"{inside}/") and "//" not in back and "\\" not in back else inside


def _open_comments(draft: Draft, path: str | None = None) -> list[queries.Comment]:
    return queries.open_comments(db.session, draft, path)


def _reviews(draft: Draft) -> list[queries.Review]:
    return queries.reviews(db.session, draft)


def _who() -> list[tuple[str, UUID]]:
    return [(one.name, one.uuid) for one in queries.writers(db.session) if one.id != current_user.id]
