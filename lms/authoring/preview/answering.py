"""What becomes of a form that was sent in a preview, by where a learner's form would have gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from lms.authoring.preview import playing, states
from lms.authoring.preview.trial import Fields, Story, Trial
from lms.commitment.planning import TOO_LONG, WRONG_DAY, done_on
from lms.content import blocks
from lms.content.module import Module, SomeBlock
from lms.pulse import rating
from lms.pulse.queries import AssessmentState
from lms.quiz.drawing import present
from lms.quiz.queries import check_state
from lms.quiz.responding import ResponseError, read
from lms.scenario.story import CHOOSE, CHOOSE_DECISION, NoSuchChoiceError

Values = Mapping[str, Any]
"""What stands in the address that a learner's form would go to."""


class NowhereError(LookupError):
    """A form that leads to nothing that can be tried."""


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - what a learner is told, rather than a fault
    """What was sent cannot be taken: the page with which a learner is asked again, and what it says."""

    template: str
    block: blocks.Block
    said: Mapping[str, Any]


def answered(endpoint: str, values: Values, form: Fields, module: Module, trial: Trial, at: dt.datetime) -> Trial:
    """The trial after a form was sent. Raises Refused, and NowhereError for what is not in the module."""
    step = _STEPS.get(endpoint)
    if step is None:
        raise NowhereError(endpoint)
    return step(values, form, module, trial, at)


def _keep(trial: Trial, name: str, form: Fields) -> Trial:
    return replace(trial, forms={**trial.forms, name: form})


def _tell(trial: Trial, scenario_id: str, told: Story) -> Trial:
    return replace(trial, stories={**trial.stories, scenario_id: told})


def _check(values: Values, form: Fields, module: Module, trial: Trial, _: dt.datetime) -> Trial:
    item = module.check(values["item_id"]) or module.item(values["item_id"])
    if item is None:
        raise NowhereError(values["item_id"])
    try:
        response = read(item, present(item, str(states.NOBODY)), form)
        if not response:
            raise ResponseError("Choose an answer first.")
    except ResponseError as error:
        said = {"state": check_state(item, states.NOBODY, (), form), "error": str(error)}
        raise Refused("quiz/check_again.html", _asking(module, item.id), said) from None
    return _keep(trial, f"check/{item.id}", form)


def _quiz(_values: Values, _form: Fields, module: Module, trial: Trial, _at: dt.datetime) -> Trial:
    left = {name: form for name, form in trial.forms.items() if not _is_of_quiz(name, module)}
    return replace(trial, forms=left, draws=trial.draws + 1)


def _is_of_quiz(name: str, module: Module) -> bool:
    return name.startswith("check/") and module.item(name.removeprefix("check/")) is not None


def _writing(values: Values, form: Fields, _module: Module, trial: Trial, _at: dt.datetime) -> Trial:
    name = f"writing/{values['block_id']}"
    compared = {"compare": ["unwritten"]} if "compare" in trial.forms.get(name, {}) else {}
    return _keep(trial, name, {**compared, **form})


def _plan(values: Values, form: Fields, module: Module, trial: Trial, at: dt.datetime) -> Trial:
    block = _block(module, values["block_id"], blocks.Commitment)
    trial = _keep(trial, f"plan/{block.id}", form)
    state = states.plan(block, trial.sent(f"plan/{block.id}"), at)
    if state.plan.too_long:
        said = {"state": state, "told": TOO_LONG}
        raise Refused("commitment/again.html", block, said)
    return trial


def _exercise(values: Values, form: Fields, module: Module, trial: Trial, at: dt.datetime) -> Trial:
    block = _block(module, values["block_id"], blocks.Exercise)
    day = "".join(form.get("day", [])[:1])
    try:
        done_on(day, at)
    except ValueError:
        said = {"state": None, "told": WRONG_DAY, "day": day}
        raise Refused("commitment/again.html", block, said) from None
    return _keep(trial, f"exercise/{block.id}", form)


def _rating(values: Values, form: Fields, module: Module, trial: Trial, _: dt.datetime) -> Trial:
    block = _block(module, values["block_id"], blocks.SelfAssessment)
    trial = _keep(trial, f"rating/{block.id}", form)
    sent = trial.sent(f"rating/{block.id}")
    ratings, comment = rating.read(block, sent), sent.get("comment", "")
    gaps = rating.missing(block, ratings)
    told = rating.problem(ratings, gaps, comment, "partly" in sent)
    if told:
        asked = rating.asked(block)
        state = AssessmentState(states.NOBODY, ratings, missing=gaps if ratings else (), comment=comment, asked=asked)
        raise Refused("pulse/again.html", block, {"state": state, "told": told})
    return trial


def _begin(values: Values, _form: Fields, module: Module, trial: Trial, _at: dt.datetime) -> Trial:
    name = values["scenario_id"]
    if name not in module.scenarios:
        raise NowhereError(name)
    return _tell(trial, name, playing.start(trial.stories.get(name, Story())))


def _choose(values: Values, form: Fields, module: Module, trial: Trial, _: dt.datetime) -> Trial:
    scenario, told = _told(values["run_id"], module, trial)
    try:
        further = playing.choose(scenario, told, _number(form, "step"), _number(form, "choice"))
    except NoSuchChoiceError:
        raise _asked_again(module, scenario.id, states.story(scenario, told), CHOOSE) from None
    return _tell(trial, scenario.id, further)


def _replay(values: Values, form: Fields, module: Module, trial: Trial, _: dt.datetime) -> Trial:
    scenario, told = _told(values["run_id"], module, trial)
    try:
        return _tell(trial, scenario.id, playing.replay(told, _number(form, "decision")))
    except IndexError:
        raise _asked_again(module, scenario.id, states.story(scenario, told), CHOOSE_DECISION) from None


def _leave(values: Values, _form: Fields, module: Module, trial: Trial, _at: dt.datetime) -> Trial:
    scenario, told = _told(values["run_id"], module, trial)
    return _tell(trial, scenario.id, playing.leave(told))


def _asked_again(module: Module, scenario_id: str, state: Any, words: str) -> Refused:
    block = _block(module, scenario_id, blocks.ScenarioBlock)
    return Refused("scenario/again.html", block, {"state": state, "error": words})


def _asking(module: Module, item_id: str) -> blocks.Block:
    """The block in which a question stands: a check, a practice, or the quiz."""
    found = module.asking(item_id) or module.find("", blocks.Quiz)
    if found is None:
        raise NowhereError(item_id)
    return found[1]


def _told(run_id: UUID, module: Module, trial: Trial) -> tuple[Any, Story]:
    for scenario in module.scenarios.values():
        told = trial.stories.get(scenario.id)
        if states.run_id(scenario) == run_id and told and playing.is_tellable(scenario, told):
            return scenario, told
    raise NowhereError(str(run_id))


def _block(module: Module, block_id: str, kind: type[SomeBlock]) -> SomeBlock:
    found = module.find(block_id, kind)
    if found is None:
        raise NowhereError(block_id)
    return found[1]


def _number(form: Fields, name: str) -> int:
    text = "".join(form.get(name, [])[:1])
    return int(text) if text.isdecimal() and len(text) < 4 else -1


_STEPS: dict[str, Callable[[Values, Fields, Module, Trial, dt.datetime], Trial]] = {
    "quiz.answer_check": _check,
    "quiz.start": _quiz,
    "reflection.save": _writing,
    "commitment.save_plan": _plan,
    "commitment.mark_exercise": _exercise,
    "pulse.answer": _rating,
    "scenario.start": _begin,
    "scenario.choose": _choose,
    "scenario.replay": _replay,
    "scenario.leave": _leave,
}
