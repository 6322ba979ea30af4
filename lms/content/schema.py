"""What may stand in the YAML files of a bundle (docs/content-format.md says it for authors)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lms.content.markup import Text

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
OutcomeId = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]
Level = Literal["remember", "understand", "apply", "analyse", "evaluate"]
LEVELS: tuple[str, ...] = get_args(Level)
Label = Annotated[str, Field(min_length=1, max_length=300)]


class Part(BaseModel):
    """A piece of content: immutable, and with no keys but the ones it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


class ProgrammeModule(Part):
    """A module in the order of the programme; `after_days` counts from the completion of the one before."""

    id: Id
    after_days: int = Field(0, ge=0, le=365)


class CertificateRule(Part):
    """How long certificates of the programme hold."""

    valid_months: int | None = Field(None, ge=1, le=120)
    """From the completion on; None: for good."""


class PulseStatement(Part):
    """One line of the team pulse, with which a team agrees or not."""

    id: Id
    text: Label


class PulsePlan(Part):
    """What an anonymous team pulse asks (docs/team-pulse.md)."""

    statements: tuple[PulseStatement, ...] = Field(min_length=1, max_length=20)
    open_days: int = Field(14, ge=1, le=60)
    """It closes by itself after so many."""
    scale: tuple[Label, ...] = Field(
        ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"), min_length=5, max_length=5
    )
    """From the least to the most: who chooses one of the last two agrees."""

    @model_validator(mode="after")
    def _statement_ids_differ(self) -> Self:
        _differ("statement", [statement.id for statement in self.statements])
        return self


class Programme(Part):
    """An ordered set of modules with one certificate."""

    id: Id
    title: Label
    summary: str
    modules: tuple[ProgrammeModule, ...] = Field(min_length=1, max_length=100)
    mastery_score: float = Field(0.75, ge=0, le=1)
    retake_after_minutes: int = Field(10, ge=0, le=10080)
    certificate: CertificateRule | None = None
    pulse: PulsePlan | None = None
    """None: managers are offered no team pulse."""

    @model_validator(mode="after")
    def _module_ids_differ(self) -> Self:
        _differ("module", [module.id for module in self.modules])
        return self


class Outcome(Part):
    """What a learner will be able to do."""

    id: OutcomeId
    text: Label
    level: Level


class SectionPlan(Part):
    """A section as module.yaml plans it."""

    id: Id
    title: Label
    minutes: float = Field(gt=0, le=120)
    pages: tuple[Id, ...] = Field(max_length=50)
    """The loader refuses a section without any; who writes one still sees the rest of the module."""


class SupportLine(Part):
    """Where a learner can turn."""

    name: Label
    contact: Label
    detail: str = ""
    region: str = ""
    review_by: dt.date


class ModuleFile(Part):
    """module.yaml."""

    id: Id
    title: Label
    summary: str
    promise: str
    outcomes: tuple[Outcome, ...] = Field(min_length=1, max_length=20)
    sections: tuple[SectionPlan, ...] = Field(min_length=1, max_length=50)
    support: tuple[SupportLine, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _outcome_ids_differ(self) -> Self:
        _differ("outcome", [outcome.id for outcome in self.outcomes])
        return self


class Source(Part):
    """A record of the register of sources."""

    id: Id
    grade: Literal["V", "B", "N"]
    authors: str
    year: int | str
    title: str
    venue: str = ""
    doi_or_url: str | None = None
    claim_allowed: str
    caveat_required: str | None = None
    checked_on: dt.date
    checked_by: str


class SourcesFile(Part):
    """sources.yaml."""

    sources: tuple[Source, ...] = Field(max_length=500)

    @model_validator(mode="after")
    def _source_ids_differ(self) -> Self:
        _differ("source", [source.id for source in self.sources])
        return self


class CastMember(Part):
    """Someone in a story, so that the balance of who errs can be counted."""

    name: str
    role: str
    group: str = ""
    erred: bool = False


class Option(Part):
    """An answer that is offered, with what is said to those who choose it."""

    id: Id
    text: Text
    feedback: Text


class KeyedOption(Option):
    """An option that may be a key (a right one)."""

    key: bool = False


class MarkedOption(Option):
    """An option with the marks that it earns."""

    marks: Literal[0, 1, 2]


class Target(Part):
    """What the lines of a matching item are matched to."""

    id: Id
    text: Text


class MatchSource(Part):
    """A line of a matching item."""

    id: Id
    text: Text
    target: Id
    feedback: Text


class NumericResponse(Part):
    """A wrong number that many people give, with what is said to them."""

    value: float
    feedback: Text


class ItemBase(Part):
    """What every question has, whatever its type."""

    id: Id
    stem: Text
    outcome: OutcomeId
    level: Level
    slot: Id | None = None
    cast: tuple[CastMember, ...] = ()
    cites: tuple[Id, ...] = ()
    note: str = ""
    """For editors; never shown to learners."""
    review_by: dt.date | None = None
    """When its facts must be checked again, if it names a law, a body or a telephone number."""

    @property
    def max_marks(self) -> int:
        """Marks to be earned: two for a situational item, else one."""
        return 2 if isinstance(self, SituationalItem) else 1


class _WithOptions(ItemBase):
    @model_validator(mode="after")
    def _option_ids_differ(self) -> Self:
        _differ("option", [option.id for option in getattr(self, "options", ())])
        return self


class SingleItem(_WithOptions):
    """One key; 1 mark."""

    type: Literal["single"]
    options: tuple[KeyedOption, ...] = Field(min_length=2, max_length=6)

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if sum(option.key for option in self.options) != 1:
            raise ValueError("a single item needs exactly one option with `key: true`")
        return self


class MultipleItem(_WithOptions):
    """As many keys as `choose` says; part marks less what was chosen wrongly."""

    type: Literal["multiple"]
    choose: int = Field(ge=2, le=5)
    options: tuple[KeyedOption, ...] = Field(min_length=3, max_length=6)

    @model_validator(mode="after")
    def _as_many_keys_as_said(self) -> Self:
        if sum(option.key for option in self.options) != self.choose:
            raise ValueError("`choose` must be the number of options with `key: true`")
        return self


class SituationalItem(_WithOptions):
    """What would you do? Options earn 2, 1 or 0 marks."""

    type: Literal["situational"]
    options: tuple[MarkedOption, ...] = Field(min_length=2, max_length=6)
    rationale: str = ""

    @model_validator(mode="after")
    def _one_best(self) -> Self:
        if sum(option.marks == 2 for option in self.options) != 1:
            raise ValueError("a situational item needs exactly one option with `marks: 2`")
        return self


class OrderingItem(_WithOptions):
    """Options given in their right order."""

    type: Literal["ordering"]
    options: tuple[Option, ...] = Field(min_length=3, max_length=8)


class MatchingItem(ItemBase):
    """Lines, each with the target that fits."""

    type: Literal["matching"]
    targets: tuple[Target, ...] = Field(min_length=2, max_length=12)
    sources: tuple[MatchSource, ...] = Field(min_length=2, max_length=12)

    @model_validator(mode="after")
    def _targets_exist(self) -> Self:
        _differ("target", [target.id for target in self.targets])
        _differ("source", [source.id for source in self.sources])
        missing = {source.target for source in self.sources} - {target.id for target in self.targets}
        if missing:
            raise ValueError(f"no target has the id {min(missing)!r}")
        return self


class NumericItem(ItemBase):
    """A number, right within a tolerance."""

    type: Literal["numeric"]
    answer: float
    tolerance: float = Field(0, ge=0)
    unit: str = ""
    feedback: Text
    responses: tuple[NumericResponse, ...] = ()
    otherwise: Text


Item = Annotated[
    SingleItem | MultipleItem | SituationalItem | OrderingItem | MatchingItem | NumericItem,
    Field(discriminator="type"),
]


class Slot(Part):
    """One place in the quiz, filled by one of the items that name it."""

    id: Id
    outcome: OutcomeId
    level: Level
    type: Literal["single", "multiple", "situational", "ordering", "matching", "numeric"]


class BankFile(Part):
    """quizzes/<module>.yaml."""

    module: Id
    blueprint: tuple[Slot, ...] = Field(min_length=1, max_length=100)
    items: tuple[Item, ...] = Field(min_length=1, max_length=1000)
    checks: tuple[Item, ...] = Field((), max_length=1000)

    @model_validator(mode="before")
    @classmethod
    def _items_take_after_their_slots(cls, data: Any) -> Any:
        """An item has type, outcome and level of its slot."""
        blueprint = data.get("blueprint") if isinstance(data, dict) else None
        items = data.get("items") if isinstance(data, dict) else None
        if not isinstance(blueprint, list) or not isinstance(items, list):
            return data
        slots = {slot["id"]: slot for slot in blueprint if isinstance(slot, dict) and isinstance(slot.get("id"), str)}
        return {**data, "items": [completed(item, slots) for item in items]}

    @model_validator(mode="after")
    def _slot_ids_differ(self) -> Self:
        _differ("slot", [slot.id for slot in self.blueprint])
        return self


class Meter(Part):
    """A hidden figure of a scenario, 0 to 10."""

    id: Id
    title: Label
    start: int = Field(5, ge=0, le=10)
    low: str = ""
    high: str = ""


class Choice(Part):
    """What a player may do in a scene, and what comes of it."""

    id: Id
    text: Text
    effects: dict[Id, int] = Field(default_factory=dict)
    verdict: Literal["best", "fair", "poor"]
    consequence: Text
    why: Text
    next: Id


class Scene(Part):
    """A moment of a scenario at which the player decides."""

    id: Id
    decision: int = Field(ge=1, le=20)
    title: Label
    text: Text
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=5)

    @model_validator(mode="after")
    def _choice_ids_differ(self) -> Self:
        _differ("choice", [choice.id for choice in self.choices])
        return self


class Ending(Part):
    """How a scenario can end: the first whose meters are reached."""

    id: Id
    title: Label
    at_least: dict[Id, int] = Field(default_factory=dict)
    text: Text


class Scenario(Part):
    """A branching workplace story."""

    id: Id
    title: Label
    role: str
    setting: str
    fiction: str
    cast: tuple[CastMember, ...] = ()
    outcomes: tuple[OutcomeId, ...] = ()
    meters: tuple[Meter, ...] = Field(min_length=1, max_length=4)
    first: Id
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=100)
    endings: tuple[Ending, ...] = Field(min_length=1, max_length=20)
    debrief: Text
    replay: str = ""
    review_by: dt.date | None = None
    """When its facts must be checked again, if it names a law, a body or a telephone number."""

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], Text]]:
        """All that is read in it, each with its path in the file."""
        for index, scene in enumerate(self.scenes):
            yield ("scenes", index, "text"), scene.text
            for at, choice in enumerate(scene.choices):
                for name in ("text", "consequence", "why"):
                    yield ("scenes", index, "choices", at, name), getattr(choice, name)
        for index, ending in enumerate(self.endings):
            yield ("endings", index, "text"), ending.text
        yield ("debrief",), self.debrief

    def scene(self, scene_id: str) -> Scene:
        """The scene with this id; KeyError if there is none."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return scene
        raise KeyError(scene_id)

    @model_validator(mode="after")
    def _parts_resolve(self) -> Self:
        scenes = [scene.id for scene in self.scenes]
        _differ("scene", scenes)
        _differ("ending", [ending.id for ending in self.endings])
        _differ("meter", [meter.id for meter in self.meters])
        known = {*scenes, "end"}
        for target in [self.first, *(choice.next for scene in self.scenes for choice in scene.choices)]:
            if target not in known:
                raise ValueError(f"there is no scene {target!r}")
        meters = {meter.id for meter in self.meters}
        named = {name for scene in self.scenes for choice in scene.choices for name in choice.effects}
        named |= {name for ending in self.endings for name in ending.at_least}
        if named - meters:
            raise ValueError(f"there is no meter {min(named - meters)!r}")
        if self.endings[-1].at_least:
            raise ValueError("the last ending must have no `at_least`, so that every path ends")
        return self


def completed(item: Any, slots: dict[Any, Any]) -> Any:
    """A question as it is written, with type, outcome and level of its slot."""
    name = item.get("slot") if isinstance(item, dict) else None
    slot = slots.get(name) if isinstance(name, str) else None
    if slot is None:
        return item
    return {"type": slot.get("type"), "outcome": slot.get("outcome"), "level": slot.get("level"), **item}


def _differ(what: str, ids: list[str]) -> None:
    given, count = Counter(ids).most_common(1)[0] if ids else ("", 0)
    if count > 1:
        raise ValueError(f"two {what}s have the id {given!r}")
