"""Where answers to questions of a warm-up are sent."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.content.blocks import WarmUp
from lms.content.module import Module, Page
from lms.db import transaction
from lms.progress.service import Activity, begin
from lms.quiz import queries as quiz
from lms.quiz.again import queries, service
from lms.quiz.again.choosing import Occasion
from lms.quiz.drawing import present
from lms.quiz.responding import ResponseError, read
from lms.ui.asking import not_found, now

blueprint = Blueprint("again", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


def install(app: Flask) -> None:
    """The addresses of this part of the room."""
    app.register_blueprint(blueprint)


@blueprint.post("/modules/<module_id>/warm-ups/<block_id>/<source_id>/<item_id>")
@signed_in
@carries_text
def answer(module_id: str, block_id: str, source_id: str, item_id: str) -> Answer:
    """Mark an answer to a question that a warm-up asks again."""
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        page, block = activity.module.find(block_id, WarmUp) or not_found()
        occasion = queries.warm_up(session, activity.registration, block)
        refused = take_again(session, activity, page, occasion, (source_id, item_id))
    if refused:
        return _warm_up_again(activity.module, page, block, refused), 422
    anchor = f"block-warm-up-{block_id}"
    return redirect(url("player.page", module_id=module_id, page_id=page.id, _anchor=anchor), 303)


def take_again(
    session: Session, activity: Activity, page: Page, occasion: Occasion, name: tuple[str, str]
) -> tuple[queries.Again, ...]:
    """Keep what a form answers to a question asked again (its module and id).

    Where that cannot be read: all questions of the occasion, this one with what was typed and why; else none.
    404 for a question that is not asked there.
    """
    token = request.form.get("token", type=UUID) or abort(400)
    chosen = queries.chosen_for(session, activity.registration, occasion)
    asked = next((one for one in chosen if one.name == name), None) or not_found()
    seed, form = queries.seed_of(activity.registration, occasion), dict(request.form.lists())
    try:
        response = read(asked.item, present(asked.item, seed), form)
        if not response:
            raise ResponseError("Choose an answer first.")
    except ResponseError as error:
        typed = quiz.check_state(asked.item, seed, (), form)
        states = queries.asked_again(session, activity.registration, occasion)
        return tuple(replace(one, state=typed, error=str(error)) if one.name == name else one for one in states)
    service.answer(session, activity, page, occasion, asked, response, token)
    return ()


def _warm_up_again(module: Module, page: Page, block: WarmUp, state: tuple[queries.Again, ...]) -> str:
    anchor = f"block-warm-up-{block.id}"
    return render_template("quiz/warm_up_again.html", module=module, page=page, block=block, anchor=anchor, state=state)
