"""Taking a quiz, question by question; answering a check in a page."""

from __future__ import annotations

import datetime as dt
import math
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, jsonify, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.content.blocks import Block, Quiz
from lms.content.library import library
from lms.content.module import Module, Page
from lms.db import db, transaction
from lms.progress.service import begin
from lms.quiz import queries, service
from lms.quiz.again import views as again
from lms.quiz.drawing import present
from lms.quiz.queries import Question, Sitting
from lms.quiz.responding import ResponseError, read
from lms.quiz.revisiting import to_revisit
from lms.quiz.showing import Form, to_form, words_of
from lms.ui.asking import is_script, not_found, now

blueprint = Blueprint("quiz", __name__)

Answer = Response | AnyResponse | str | tuple[str, int] | tuple[Response, int]
REVIEW = "review"
"""Where a form goes on to: the list of all answers; else the number of a question."""


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.filters.update(marks=marks, minutes_until=minutes_until, share=share)
    app.register_blueprint(blueprint)
    again.install(app)


@blueprint.post("/modules/<module_id>/quiz/start")
@signed_in
def start(module_id: str) -> Answer:
    """Begin the quiz, or go on with the one that was begun."""
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        try:
            attempt = service.start_attempt(session, activity)
        except service.TooEarlyError as error:
            flash(f"The next try opens in {_minutes(minutes_until(error.opens_at))}.", "info")
            return redirect(_quiz_page(activity.module), 303)
    return redirect(_where_to_go_on(queries.sitting(db.session, attempt)), 303)


@blueprint.get("/attempts/<uuid:attempt_id>")
@signed_in
def go_on(attempt_id: UUID) -> Answer:
    """To the first question without an answer, or to what came of the attempt."""
    return redirect(_where_to_go_on(_sitting(attempt_id)), 303)


@blueprint.get("/attempts/<uuid:attempt_id>/items/<int:place>")
@signed_in
def item(attempt_id: UUID, place: int) -> Answer:
    """One question."""
    sitting = _sitting(attempt_id)
    question = sitting.at(place) or not_found()
    if sitting.attempt.submitted_at:
        return redirect(url(".result", attempt_id=attempt_id), 303)
    return _item_page(sitting, question)


@blueprint.post("/attempts/<uuid:attempt_id>/items/<int:place>")
@signed_in
@carries_text
def answer_item(attempt_id: UUID, place: int) -> Answer:
    """Keep one answer and go where the button says. A script saves the same way, and is told the version."""
    paper = queries.own_paper(db.session, current_user.id, attempt_id) or not_found()
    question = paper.at(place) or not_found()
    form = {} if "clear" in request.form else _form()
    try:
        version = _save(paper, question, form)
    except ResponseError as error:
        return _refused(_sitting(attempt_id), place, form, str(error))
    except service.ChangedError as error:
        return _changed(_sitting(attempt_id), place, form, error)
    except service.SubmittedError:
        return redirect(url(".result", attempt_id=attempt_id), 303)
    if is_script():
        return jsonify(version=version, saved_at=now().isoformat())
    return redirect(_next_stop(paper, place), 303)


@blueprint.get("/attempts/<uuid:attempt_id>/review")
@signed_in
def review(attempt_id: UUID) -> Answer:
    """All answers, before they are submitted."""
    sitting = _sitting(attempt_id)
    if sitting.attempt.submitted_at:
        return redirect(url(".result", attempt_id=attempt_id), 303)
    module, page = _place_of(sitting)
    return render_template("quiz/review.html", sitting=sitting, module=module, page=page)


@blueprint.post("/attempts/<uuid:attempt_id>/submit")
@signed_in
def submit(attempt_id: UUID) -> Answer:
    """Hand the answers in, once."""
    sitting = _sitting(attempt_id)
    with transaction() as session:
        work = service.own_attempt(session, current_user, sitting.module.id, attempt_id, now()) or not_found()
        service.submit_attempt(session, work)
    return redirect(url(".result", attempt_id=attempt_id), 303)


@blueprint.get("/attempts/<uuid:attempt_id>/result")
@signed_in
def result(attempt_id: UUID) -> Answer:
    """What came of it: after a pass the notes on every answer, else what to look at again, and never the answers."""
    sitting = _sitting(attempt_id)
    attempt = sitting.attempt
    if attempt.submitted_at is None:
        return redirect(url(".review", attempt_id=attempt_id), 303)
    programme = library.programme(db.session) or not_found()
    module, page = _place_of(sitting)
    if attempt.passed:
        return render_template("quiz/passed.html", sitting=sitting, module=module, page=page)
    return render_template(
        "quiz/not_passed.html",
        sitting=sitting,
        module=module,
        page=page,
        revisit=to_revisit(module, sitting.outcomes_to_mend),
        needed=queries.marks_needed(attempt.max or 0, programme.mastery_score),
        opens_at=queries.QuizState(attempt, 0, programme.retake_after_minutes).opens_at,
    )


@blueprint.post("/modules/<module_id>/checks/<item_id>")
@signed_in
@carries_text
def answer_check(module_id: str, item_id: str) -> Answer:
    """Mark an answer to a check; its page shows what it was worth."""
    token = request.form.get("token", type=UUID) or abort(400)
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        found = activity.module.check(item_id) or not_found()
        page, block = activity.module.asking(item_id) or not_found()
        anchor = f"block-{block.kind}-{block.id}"
        form, seed = _form(), activity.registration.uuid
        try:
            response = read(found, present(found, str(seed)), form)
            if not response:
                raise ResponseError("Choose an answer first.")
            service.answer_check(session, activity, page, found, response, token)
        except ResponseError as error:
            state = queries.check_state(found, seed, (), form)
            return _check_again(activity.module, page, block, state, str(error))
    return redirect(url("player.page", module_id=module_id, page_id=page.id, _anchor=anchor), 303)


def marks(value: float) -> str:
    """`15` or `14.5`; thirds to two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def share(scaled: float) -> str:
    """`70%`; whole per cent, but 100% only for all marks."""
    return f"{math.floor(scaled * 100 + 1e-9)}%"


def minutes_until(moment: dt.datetime | None) -> int:
    """Whole minutes until then, rounded up; 0 if it is past."""
    return max(0, math.ceil((moment - now()).total_seconds() / 60)) if moment else 0


def _save(paper: Sitting, question: Question, form: Form) -> int:
    response = read(question.item, question.presented, form)
    version = request.form.get("version", default=0, type=int)
    attempt_id, module_id, item_id = paper.attempt.uuid, paper.module.id, question.item.id
    with transaction() as session:
        work = service.own_attempt(session, current_user, module_id, attempt_id, now(), item_id) or not_found()
        return service.save_response(session, work, item_id, response, version)


def _refused(sitting: Sitting, place: int, form: Form, error: str) -> Answer:
    if is_script():
        return jsonify(errors={"answer": [error]}), 422
    return _item_page(sitting, sitting.questions[place - 1], form, error), 422


def _changed(sitting: Sitting, place: int, form: Form, error: service.ChangedError) -> Answer:
    """Both answers are shown; whichever button is pressed now is meant."""
    question, kept = sitting.questions[place - 1], error.kept
    if is_script():
        fields = to_form(question.item, question.presented, tuple(kept.response))
        return jsonify(version=kept.version, fields=fields), 409
    words = "; ".join(words_of(question.item, tuple(kept.response))) or "no answer"
    told = f"You answered this in another window or on another device: {words}. What you chose here is not saved yet."
    return _item_page(sitting, question, form, told, kept.version), 409


def _item_page(
    sitting: Sitting, question: Question, form: Form | None = None, error: str = "", version: int | None = None
) -> str:
    module, page = _place_of(sitting)
    return render_template(
        "quiz/item.html",
        sitting=sitting,
        module=module,
        page=page,
        question=question,
        shown=question.shown(form),
        error=error,
        version=question.version if version is None else version,
    )


def _check_again(module: Module, page: Page, block: Block, state: queries.CheckState, error: str) -> Answer:
    anchor = f"block-{block.kind}-{block.id}"
    return render_template(
        "quiz/check_again.html", module=module, page=page, block=block, anchor=anchor, state=state, error=error
    ), 422


def _place_of(sitting: Sitting) -> tuple[Module, Page]:
    """The module as it is now, and its page of the quiz, which the quiz leads back to."""
    module = library.module(db.session, sitting.module.id) or sitting.module
    found = module.find("", Quiz)
    return module, found[0] if found else module.pages[-1]


def _where_to_go_on(sitting: Sitting) -> str:
    attempt_id = sitting.attempt.uuid
    if sitting.attempt.submitted_at:
        return url(".result", attempt_id=attempt_id)
    left = sitting.left
    return url(".item", attempt_id=attempt_id, place=left[0].place) if left else url(".review", attempt_id=attempt_id)


def _next_stop(sitting: Sitting, place: int) -> str:
    go, attempt_id = request.form.get("go", ""), sitting.attempt.uuid
    if go == REVIEW or (not go.isdecimal() and place == len(sitting.questions)):
        return url(".review", attempt_id=attempt_id)
    stop = int(go) if go.isdecimal() and len(go) < 4 and sitting.at(int(go)) else place + ("clear" not in request.form)
    return url(".item", attempt_id=attempt_id, place=stop)


def _quiz_page(module: Module) -> str:
    found = module.find("", Quiz)
    if found is None:
        return url("player.outline", module_id=module.id)
    return url("player.page", module_id=module.id, page_id=found[0].id, _anchor="block-quiz")


def _sitting(attempt_id: UUID) -> Sitting:
    return queries.own_sitting(db.session, current_user.id, attempt_id) or not_found()


def _form() -> Form:
    return dict(request.form.lists())


def _minutes(count: int) -> str:
    return "one minute" if count == 1 else f"{count} minutes"
