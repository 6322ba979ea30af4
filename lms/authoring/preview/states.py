"""What the blocks of a page show after something was tried: the states that learners' rooms would find for them.

The rows made here belong to no session and are never written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from lms.authoring.preview import playing
from lms.authoring.preview.trial import Story, Trial
from lms.commitment.models import ExerciseMark, FollowUp
from lms.commitment.planning import Plan, done_on, due
from lms.commitment.queries import PlanState
from lms.content import blocks
from lms.content.blocks import Block
from lms.content.module import Module
from lms.content.schema import Item, Scenario
from lms.player.blocks import Kind, Shown
from lms.pulse import rating
from lms.pulse.queries import AssessmentState
from lms.quiz.drawing import draw, present
from lms.quiz.queries import CheckState, check_state
from lms.quiz.responding import ResponseError, read
from lms.reflection import forms as writing_forms
from lms.reflection.prompts import Kind as WritingKind
from lms.reflection.prompts import Prompt, as_prompt
from lms.reflection.sheets import Sheet, sheet
from lms.reflection.writing import Writing
from lms.scenario.models import ScenarioRun
from lms.scenario.queries import State as StoryState
from lms.scenario.story import play

NOBODY = UUID(int=0)
TRIED_QUIZ = Kind("authoring/tried_quiz.html")


def after(trial: Trial, shown: Sequence[Shown], module: Module, at: dt.datetime) -> list[Shown]:
    """The blocks of a page, each as it is after what was tried."""
    return [_after(trial, one, module, at) for one in shown]


def _after(trial: Trial, one: Shown, module: Module, at: dt.datetime) -> Shown:
    block = one.block
    if isinstance(block, blocks.Quiz) and trial.draws:
        return replace(one, kind=TRIED_QUIZ, state=quiz(trial, module))
    if isinstance(block, blocks.Practice) and block.items:
        found = [module.check(item_id) for item_id in block.items]
        return replace(one, state=[check(trial, item) for item in found if item])
    prompt = as_prompt(block)
    if prompt:
        return replace(one, state=writing(trial, prompt, module.id, at))
    of_kind = _OF_KIND.get(type(block))
    return replace(one, state=of_kind(trial, block, module, at)) if of_kind else one


def check(trial: Trial, item: Item) -> CheckState:
    """A question, with what it was worth if it was answered."""
    form = trial.forms.get(f"check/{item.id}", {})
    try:
        response = read(item, present(item, str(NOBODY)), form)
    except ResponseError:  # the question was changed since
        response = ()
    return check_state(item, NOBODY, response)


def quiz(trial: Trial, module: Module) -> list[CheckState]:
    """The questions that a quiz drew, in order."""
    drawn = draw(module.bank, f"preview {trial.draws}")
    return [check(trial, item) for item in map(module.item, drawn) if item]


def writing(trial: Trial, prompt: Prompt, module_id: str, at: dt.datetime) -> Sheet:
    """What was written on a prompt."""
    kind = WritingKind(prompt.kind)
    empty = Writing(kind, module_id, prompt.id)
    form = trial.sent(f"writing/{prompt.id}")
    if not form:
        return sheet(prompt, empty)
    try:
        sent = writing_forms.read(form, prompt, empty, is_deliberate=True)
    except ValueError:
        return sheet(prompt, empty)
    moment = None if sent.errors else at
    is_compared = "compare" in form and not sent.errors
    typed = replace(
        empty, words=sent.draft.words, version=1, saved_at=moment, first_saved_at=moment, is_compared=is_compared
    )
    return sheet(prompt, typed, sent.errors)


def story(scenario: Scenario, told: Story | None) -> StoryState | None:
    """A story where it stands; None before it begins."""
    if told is None or not playing.is_tellable(scenario, told):
        return None
    is_over = play(scenario, told.choices).ending is not None
    run = _run(scenario, told.choices, told.kept, is_over)
    if told.first is None:
        return StoryState(run, None, scenario)
    is_same = is_over and told.kept is None
    return StoryState(run, run if is_same else _run(scenario, told.first, None, True), scenario)


def run_id(scenario: Scenario) -> UUID:
    """The name of a story that is tried."""
    return uuid5(NOBODY, scenario.id)


def plan(block: blocks.Commitment, form: Mapping[str, str], at: dt.datetime) -> PlanState:
    """A plan as its author would see it."""
    made = Plan(form.get("when", ""), form.get("will", ""))
    days = due(at, block.follow_up_days) if made.is_whole else []
    return PlanState(made, 1, follow_ups=[FollowUp(number=number, due_at=day) for number, day in enumerate(days, 1)])


def _run(scenario: Scenario, choices: Sequence[str], kept: int | None, is_over: bool) -> ScenarioRun:
    ending = play(scenario, choices).ending
    return ScenarioRun(
        uuid=run_id(scenario),
        scenario_id=scenario.id,
        revision_id=0,
        choices=list(choices),
        ending_id=ending.id if ending and is_over else None,
        kept=kept,
        replay_of_id=None if kept is None else 0,
    )


def _check(trial: Trial, block: Block, module: Module, _: dt.datetime) -> Any:
    item = module.check(block.id)
    return check(trial, item) if item else None


def _story(trial: Trial, block: Block, module: Module, _: dt.datetime) -> Any:
    return story(module.scenarios[block.id], trial.stories.get(block.id))


def _plan(trial: Trial, block: Block, _: Module, at: dt.datetime) -> Any:
    assert isinstance(block, blocks.Commitment)
    form = trial.sent(f"plan/{block.id}")
    return plan(block, form, at) if form else None


def _exercise(trial: Trial, block: Block, _: Module, at: dt.datetime) -> Any:
    form = trial.sent(f"exercise/{block.id}")
    try:
        return ExerciseMark(done_at=at, done_on=done_on(form.get("day", ""), at)) if "done" in form else None
    except ValueError:
        return None


def _rated(trial: Trial, block: Block, _: Module, at: dt.datetime) -> Any:
    assert isinstance(block, blocks.SelfAssessment)
    form = trial.sent(f"rating/{block.id}")
    state = AssessmentState(uuid4(), {}, asked=rating.asked(block))
    if not form:
        return state
    return replace(state, rows=rating.rows(block, [rating.read(block, form)]), first_at=at, last_at=at)


_OF_KIND: dict[type[Block], Callable[[Trial, Block, Module, dt.datetime], Any]] = {
    blocks.Check: _check,
    blocks.ScenarioBlock: _story,
    blocks.Commitment: _plan,
    blocks.Exercise: _exercise,
    blocks.SelfAssessment: _rated,
}
