"""Where plans and ticks are sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.commitment import service
from lms.commitment.planning import TOO_LONG, WRONG_DAY, Plan, done_on
from lms.commitment.queries import PlanState
from lms.content import blocks
from lms.content.blocks import Block
from lms.content.module import Module, Page
from lms.db import transaction
from lms.progress.service import begin
from lms.ui.asking import is_script, not_found, now

blueprint = Blueprint("commitment", __name__)

Answer = Response | AnyResponse | str | tuple[str, int] | tuple[Response, int]
CHANGED = "This plan was changed in another window or on another device. Yours is in the boxes and not saved yet."


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
        activity = begin(session, current_user, module_id, now()) or not_found()
        page, block = activity.module.find(block_id, blocks.Commitment) or not_found()
        if plan.too_long:
            return _too_long(activity.module, page, block, PlanState(plan, version))
        try:
            version = service.save_plan(session, activity, page, block, plan, version)
        except service.ChangedError as error:
            return _changed(activity.module, page, block, plan, error)
    if is_script():
        return jsonify(version=version, saved_at=now().isoformat())
    return _back(module_id, page, block)


@blueprint.post("/modules/<module_id>/exercises/<block_id>")
@signed_in
def mark_exercise(module_id: str, block_id: str) -> Answer:
    """Tick an exercise off, or take the tick back."""
    day = request.form.get("day", "")
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        page, block = activity.module.find(block_id, blocks.Exercise) or not_found()
        try:
            if "done" in request.form:
                service.tick_off(session, activity, page, block, done_on(day, activity.at))
            else:
                service.take_back(session, activity, block)
        except ValueError:
            return _again(activity.module, page, block, None, told=WRONG_DAY, day=day), 422
    return _back(module_id, page, block)


def _too_long(module: Module, page: Page, block: blocks.Commitment, typed: PlanState) -> Answer:
    if is_script():
        return jsonify(errors={name: [TOO_LONG] for name in typed.plan.too_long}), 422
    return _again(module, page, block, typed, told=TOO_LONG), 422


def _changed(module: Module, page: Page, block: blocks.Commitment, typed: Plan, error: service.ChangedError) -> Answer:
    if is_script():
        return jsonify(version=error.version, fields={"when": error.plan.when, "will": error.plan.will}), 409
    return _again(module, page, block, PlanState(typed, error.version), told=CHANGED, other=error.plan), 409


def _again(module: Module, page: Page, block: Block, state: PlanState | None, **said: Any) -> str:
    """The form as it was typed, and what is to be done."""
    return render_template(
        "commitment/again.html", module=module, page=page, block=block, state=state, anchor=_anchor(block), **said
    )


def _back(module_id: str, page: Page, block: Block) -> AnyResponse:
    return redirect(url("player.page", module_id=module_id, page_id=page.id, _anchor=_anchor(block)), 303)


def _anchor(block: Block) -> str:
    return f"block-{block.kind}-{block.id}"
