"""Playing a story inside its page."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import signed_in
from lms.content.blocks import ScenarioBlock
from lms.content.module import Module
from lms.db import db, transaction
from lms.progress.service import begin
from lms.scenario import chart, queries, service
from lms.scenario.models import ScenarioRun
from lms.scenario.service import MovedOnError, Playing
from lms.scenario.story import CHOOSE, CHOOSE_DECISION, NoSuchChoiceError, decisions
from lms.ui.asking import not_found, now

blueprint = Blueprint("scenario", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
MOVED_ON = "The story has gone on since that page was opened. Nothing is lost: this is where it stands."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.globals.update(chart=chart)
    app.jinja_env.filters.update(decisions=decisions)
    app.register_blueprint(blueprint)


@blueprint.post("/modules/<module_id>/scenarios/<scenario_id>/start")
@signed_in
def start(module_id: str, scenario_id: str) -> Answer:
    """Begin a story, or go on with the one that was begun."""
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        if activity.module.find(scenario_id, ScenarioBlock) is None:
            abort(404)
        service.start(session, activity, scenario_id)
    return _to_the_block(activity.module, scenario_id)


@blueprint.post("/stories/<uuid:run_id>/choices")
@signed_in
def choose(run_id: UUID) -> Answer:
    """Take a choice. `step` says how many had been taken when the page was made."""
    step = request.form.get("step", default=-1, type=int)
    place = request.form.get("choice", default=-1, type=int)
    if step < 0:
        abort(400)
    with transaction() as session:
        playing = _own_run(session, run_id)
        try:
            service.choose(session, playing, step, place)
        except NoSuchChoiceError:
            return _again(playing, CHOOSE, HTTPStatus.UNPROCESSABLE_ENTITY)
        except MovedOnError:
            return _again(playing, MOVED_ON, HTTPStatus.CONFLICT)
    return _to_the_block(playing.activity.module, playing.run.scenario_id)


@blueprint.post("/stories/<uuid:run_id>/replay")
@signed_in
def replay(run_id: UUID) -> Answer:
    """Play one decision of a story again."""
    kept = request.form.get("decision", default=-1, type=int)
    with transaction() as session:
        playing = _own_run(session, run_id)
        try:
            service.replay(session, playing, kept)
        except IndexError:
            return _again(playing, CHOOSE_DECISION, HTTPStatus.UNPROCESSABLE_ENTITY)
        except MovedOnError:
            return _again(playing, MOVED_ON, HTTPStatus.CONFLICT)
    return _to_the_block(playing.activity.module, playing.run.scenario_id)


@blueprint.post("/stories/<uuid:run_id>/leave")
@signed_in
def leave(run_id: UUID) -> Answer:
    """Go back to what came of the story before."""
    with transaction() as session:
        playing = _own_run(session, run_id)
        service.leave(session, playing)
    return _to_the_block(playing.activity.module, playing.run.scenario_id)


def _own_run(session: Session, run_id: UUID) -> Playing:
    return service.own_run(session, current_user, run_id, now()) or not_found()


def _again(playing: Playing, words: str, status: HTTPStatus) -> Answer:
    """The story where it stands, with a word about why."""
    module, run = playing.activity.module, playing.run
    found = module.find(run.scenario_id, ScenarioBlock) or not_found()
    page, block = found
    state = queries.state_of(db.session, run)
    is_wrong = status == HTTPStatus.UNPROCESSABLE_ENTITY
    said = {"error": words} if is_wrong else {"told": words}
    return render_template(
        "scenario/again.html", module=module, page=page, block=block, anchor=_anchor(run), state=state, **said
    ), status


def _to_the_block(module: Module, scenario_id: str) -> Answer:
    """To the page on which the story stands; a module that has it no more leads to its outline."""
    found = module.find(scenario_id, ScenarioBlock)
    if found is None:
        return redirect(url("player.outline", module_id=module.id), 303)
    anchor = f"block-scenario-{scenario_id}"
    return redirect(url("player.page", module_id=module.id, page_id=found[0].id, _anchor=anchor), 303)


def _anchor(run: ScenarioRun) -> str:
    return f"block-scenario-{run.scenario_id}"
