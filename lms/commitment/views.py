"""Where plans and ticks are sent."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.commitment import service
from lms.commitment.planning import LONGEST, Plan
from lms.commitment.queries import PlanState
from lms.content import blocks
from lms.content.module import Module, Page
from lms.db import transaction
from lms.progress.service import begin
from lms.ui.asking import is_script

blueprint = Blueprint("commitment", __name__)

Answer = Response | AnyResponse | str | tuple[str, int] | tuple[Response, int]
TOO_LONG = f"Please keep each part within {LONGEST} characters: one sentence is enough."


def install(app: Flask) -> None:
    """The addresses of this room."""
    app.register_blueprint(blueprint)


@blueprint.post("/modules/<module_id>/plans/<block_id>")
@signed_in
@carries_text
def save_plan(module_id: str, block_id: str) -> Answer:
    """Keep a plan, from the button or as it is written."""
    plan = Plan(request.form.get("when", ""), request.form.get("will", ""))
    version = request.form.get("version", default=0, type=int)
    with transaction() as session:
        activity = begin(session, current_user, module_id, _now()) or _not_found()
        page, block = activity.module.find(block_id, blocks.Commitment) or _not_found()
        if plan.too_long:
            return _again(activity.module, page, block, PlanState(plan, version), TOO_LONG, 422)
        try:
            version = service.save_plan(session, activity, page, block, plan, version)
        except service.ChangedError as error:
            return _changed(activity.module, page, block, plan, error)
    if is_script():
        return jsonify(version=version, saved_at=_now().isoformat())
    return _back(module_id, page, f"block-commitment-{block_id}")


@blueprint.post("/modules/<module_id>/exercises/<block_id>")
@signed_in
def mark_exercise(module_id: str, block_id: str) -> Answer:
    """Tick an exercise off, or take the tick back."""
    with transaction() as session:
        activity = begin(session, current_user, module_id, _now()) or _not_found()
        page, block = activity.module.find(block_id, blocks.Exercise) or _not_found()
        service.mark_exercise(session, activity, page, block, is_done="done" in request.form)
    return _back(module_id, page, f"block-exercise-{block_id}")


def _changed(module: Module, page: Page, block: blocks.Commitment, plan: Plan, error: service.ChangedError) -> Answer:
    if is_script():
        return jsonify(version=error.version, fields={"when": error.plan.when, "will": error.plan.will}), 409
    told = "This plan was changed in another window or on another device. Yours is in the boxes and not saved yet."
    return _again(module, page, block, PlanState(plan, error.version), told, 409, other=error.plan)


def _again(
    module: Module,
    page: Page,
    block: blocks.Commitment,
    state: PlanState,
    told: str,
    status: int,
    other: Plan | None = None,
) -> Answer:
    """The form as it was typed, and what is to be done."""
    if is_script():
        return jsonify(errors={"when": [told]}), status
    anchor = f"block-commitment-{block.id}"
    return render_template(
        "commitment/again.html",
        module=module,
        page=page,
        block=block,
        state=state,
        anchor=anchor,
        told=told,
        other=other,
    ), status


def _back(module_id: str, page: Page, anchor: str) -> AnyResponse:
    return redirect(url("player.page", module_id=module_id, page_id=page.id, _anchor=anchor), 303)


def _not_found() -> NoReturn:
    abort(404)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
