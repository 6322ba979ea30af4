"""The page of a look back, and what is sent from it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.commitment import queries as commitment
from lms.commitment import service as plans
from lms.commitment.looking_back import AT_THE_END, LONGEST, MIDWAY, Decision, Did, Happened, Report, read
from lms.content.blocks import Commitment
from lms.db import db, transaction
from lms.lookback import queries
from lms.progress.service import begin
from lms.quiz.again import views as again
from lms.ui.asking import not_found, now

blueprint = Blueprint("lookback", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
WORDS = {
    Happened.NO: "No",
    Happened.ONCE: "Once",
    Happened.OFTEN: "Often",
    Did.NO: "No",
    Did.SOMETIMES: "Sometimes",
    Did.YES: "Yes",
    Decision.KEEP: "Keep it as it is",
    Decision.SHRINK: "Make it smaller",
    Decision.CHANGE: "Change it",
    Decision.HABIT: "It is a habit now",
    Decision.GO_ON: "Keep going",
    Decision.LET_GO: "Let it go",
}
TOO_LONG = f"Please keep this within {LONGEST} characters."
EMPTY = "Choose at least one answer, or write a line."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/modules/<module_id>/look-backs/<int:number>")
@signed_in
def look_back(module_id: str, number: int) -> Answer:
    """My plan and what became of it, some questions, and at the end what I wrote and how I see myself now."""
    return _page(module_id, number)


@blueprint.post("/modules/<module_id>/look-backs/<int:number>")
@signed_in
@carries_text
def report(module_id: str, number: int) -> Answer:
    """Keep what became of the plan."""
    found = queries.own_look_back(db.session, current_user, module_id, number, now()) or not_found()
    said = read(request.form, found.is_last)
    told = TOO_LONG if len(said.obstacle) > LONGEST else EMPTY if said.is_empty else ""
    if told:
        return _page(module_id, number, said, told), 422
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        plans.report(session, activity, found.plan.page, number, said) or not_found()
    flash("Saved. Thank you for looking back.", "success")
    return redirect(url(".look_back", module_id=module_id, number=number), 303)


@blueprint.post("/modules/<module_id>/look-backs/<int:number>/questions/<item_id>")
@signed_in
@carries_text
def answer(module_id: str, number: int, item_id: str) -> Answer:
    """Mark an answer to a question that is asked again."""
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        found = commitment.own_follow_up(session, current_user, module_id, number) or not_found()
        place = activity.module.find(found.block_id, Commitment)
        if place is None or found.follow_up.due_at > activity.at:
            not_found()
        else:
            occasion = queries.occasion(module_id, found.follow_up, found.is_last)
            refused = again.take_again(session, activity, place[0], occasion, (module_id, item_id))
    if refused:
        return _page(module_id, number, questions=refused), 422
    return redirect(url(".look_back", module_id=module_id, number=number, _anchor="block-questions-again"), 303)


def _page(
    module_id: str,
    number: int,
    said: Report | None = None,
    told: str = "",
    questions: object = None,
) -> str:
    found = queries.own_look_back(db.session, current_user, module_id, number, now()) or not_found()
    return render_template(
        "lookback/look_back.html",
        found=found,
        module=found.module,
        report=said or found.report,
        told=told,
        questions=questions or found.questions,
        decisions=AT_THE_END if found.is_last else MIDWAY,
        happened=Happened,
        did=Did,
        words=WORDS,
    )
