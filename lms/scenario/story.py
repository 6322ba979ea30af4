"""Where a story stands after some choices: scene, hidden figures, ending. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.content.schema import Choice, Ending, Meter, Scenario, Scene

LOWEST, HIGHEST = 0, 10
"""Between these a meter is kept, whatever the choices do to it."""
_END = "end"
CHOOSE = "Choose what you would do."
CHOOSE_DECISION = "Choose the decision that you would like to play again."
"""Said to a learner who sent the form without a choice."""


class NoSuchChoiceError(LookupError):
    """The scene does not offer this choice, or the story is over."""


@dataclass(frozen=True)
class Step:
    """One decision that was taken."""

    number: int
    """Counts the decisions taken, from 1."""
    scene: Scene
    choice: Choice
    before: Mapping[str, int]
    """The meters by id, as they were at the start of the scene."""
    after: Mapping[str, int]


@dataclass(frozen=True)
class Move:
    """What a choice did to one meter."""

    meter: Meter
    before: int
    after: int

    @property
    def words(self) -> str:
        """`Heard rose from 5 to 7`."""
        if self.before == self.after:
            return f"{self.meter.title} stayed at {self.after}"
        way = "rose" if self.after > self.before else "fell"
        return f"{self.meter.title} {way} from {self.before} to {self.after}"


@dataclass(frozen=True)
class Played:
    """A story as far as it was told."""

    story: Scenario
    steps: tuple[Step, ...]
    scene: Scene | None
    """Where a choice is to be made; None when the story is over."""

    @property
    def meters(self) -> Mapping[str, int]:
        """The hidden figures as they are now."""
        return self.steps[-1].after if self.steps else starting_meters(self.story)

    @cached_property
    def ending(self) -> Ending | None:
        """How it ended; None while it goes on."""
        return None if self.scene else ending(self.story, self.meters)

    @property
    def decision(self) -> int:
        """The number of the decision that is to be taken, or was the last."""
        return self.scene.decision if self.scene else self.steps[-1].scene.decision

    @property
    def path(self) -> tuple[str, ...]:
        """Scene and choice of each step, as the outside is told."""
        return tuple(f"{step.scene.id}/{step.choice.id}" for step in self.steps)

    def moves(self, step: Step) -> list[Move]:
        """What a step did to each meter."""
        return [Move(meter, step.before[meter.id], step.after[meter.id]) for meter in self.story.meters]

    def history(self, meter: Meter) -> list[int]:
        """A meter at the start and after each step."""
        return [meter.start, *(step.after[meter.id] for step in self.steps)]


def play(story: Scenario, choices: Sequence[str]) -> Played:
    """A story after these choices, by their ids in order. Raises NoSuchChoiceError."""
    scene: Scene | None = story.scene(story.first)
    meters, steps = starting_meters(story), []
    for number, choice_id in enumerate(choices, 1):
        if scene is None:
            raise NoSuchChoiceError(choice_id)
        choice = _choice(scene, choice_id)
        after = moved(meters, choice.effects)
        steps.append(Step(number, scene, choice, meters, after))
        meters, scene = after, None if choice.next == _END else story.scene(choice.next)
    return Played(story, tuple(steps), scene)


def starting_meters(story: Scenario) -> dict[str, int]:
    """The hidden figures before the first choice."""
    return {meter.id: meter.start for meter in story.meters}


def moved(meters: Mapping[str, int], effects: Mapping[str, int]) -> dict[str, int]:
    """The meters after a choice, never below the lowest or above the highest value."""
    return {id_: max(LOWEST, min(HIGHEST, value + effects.get(id_, 0))) for id_, value in meters.items()}


def ending(story: Scenario, meters: Mapping[str, int]) -> Ending:
    """The first ending whose floors are all reached; the last one has none, so there always is one."""
    return next(one for one in story.endings if all(meters[id_] >= floor for id_, floor in one.at_least.items()))


def decisions(story: Scenario) -> int:
    """How many decisions the story asks for."""
    return max(scene.decision for scene in story.scenes)


def _choice(scene: Scene, choice_id: str) -> Choice:
    for choice in scene.choices:
        if choice.id == choice_id:
            return choice
    raise NoSuchChoiceError(choice_id)
