"""Where self-assessments are sent."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.content import blocks
from lms.db import transaction
from lms.progress.service import begin
from lms.pulse import rating, service
from lms.pulse.queries import AssessmentState
from lms.ui.asking import not_found, now

blueprint = Blueprint("pulse", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


def install(app: Flask) -> None:
    """The addresses of this room."""
    app.register_blueprint(blueprint)


@blueprint.post("/modules/<module_id>/self-assessments/<block_id>")
@signed_in
@carries_text
def answer(module_id: str, block_id: str) -> Answer:
    """Keep how someone sees themselves; a form with gaps comes back once, with the gaps named."""
    token = request.form.get("token", type=UUID) or abort(400)
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        page, block = activity.module.find(block_id, blocks.SelfAssessment) or not_found()
        looks_back = "look-back" in request.form
        comment = request.form.get("comment", "") if block.comment else ""
        ratings = rating.read(block, request.form, looks_back)
        gaps = rating.missing(block, ratings, looks_back)
        told = rating.problem(ratings, gaps, comment, "partly" in request.form)
        if told:
            return render_template(
                "pulse/again.html",
                module=activity.module,
                page=page,
                block=block,
                anchor=f"block-self-assessment-{block_id}",
                state=AssessmentState(
                    token,
                    ratings,
                    missing=gaps if ratings else (),
                    comment=comment,
                    asked=rating.asked(block, looks_back),
                ),
                look_back=request.form.get("look-back", ""),
                told=told,
            ), 422
        service.answer(session, activity, page, block, ratings, comment, token)
    anchor = f"block-self-assessment-{block_id}"
    number = request.form.get("look-back", type=int)
    if number is not None:
        return redirect(url("lookback.look_back", module_id=module_id, number=number, _anchor=anchor), 303)
    return redirect(url("player.page", module_id=module_id, page_id=page.id, _anchor=anchor), 303)
