"""What can happen to a learner. A feature reports each fact once, by `outbox.service.record`.

Events carry ids, titles and figures that may be told outside. Private text never enters an event.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Course:
    """The module that a registration is for, as the outside world knows it."""

    id: str
    title: str
    programme_id: str
    programme_title: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact about one learner in one registration."""

    at: dt.datetime
    """When it happened, aware."""
    learner: uuid.UUID
    """Opaque id of the person; it never changes and tells nothing."""
    registration: uuid.UUID
    course: Course
    visit: uuid.UUID | None = None
    """The sitting in which it happened; None outside of one (an assignment)."""


@dataclass(frozen=True, kw_only=True)
class Registered(Event):
    """A module was assigned to a learner, or the learner took it up."""


@dataclass(frozen=True, kw_only=True)
class Launched(Event):
    """A learner opened the module; a visit begins."""


@dataclass(frozen=True, kw_only=True)
class Initialized(Event):
    """The first activity of a visit."""


@dataclass(frozen=True, kw_only=True)
class Terminated(Event):
    """A visit ended: signed out, left for another module, or silent for long."""

    seconds: int
    """Active time of the visit."""


@dataclass(frozen=True, kw_only=True)
class PageExperienced(Event):
    """A page was opened for the first time."""

    page_id: str
    page_title: str
    section_id: str
    section_title: str


@dataclass(frozen=True, kw_only=True)
class SectionFinished(Event):
    """Every page of a section has been opened."""

    section_id: str
    section_title: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Progressed(Event):
    """The share of the module's pages that have been opened changed."""

    percent: int
    """0 to 100."""


ItemType = Literal["single", "multiple", "situational", "ordering", "matching", "numeric"]


@dataclass(frozen=True, kw_only=True)
class ItemAnswered(Event):
    """A learner answered an item, in a page (a check) or in a quiz attempt."""

    item_id: str
    item_type: ItemType
    response: tuple[str, ...]
    """Option ids in the order given; `source.target` pairs for matching; the number as text for numeric."""
    success: bool
    """Whether all marks were earned."""
    raw: float
    max: float
    page_id: str | None = None
    """The page of a check; None in a quiz."""
    attempt: uuid.UUID | None = None
    """The quiz attempt; None for a check."""
    choices: tuple[str, ...] = ()
    """Ids of the options offered (sources, for matching)."""
    targets: tuple[str, ...] = ()
    """Ids of the targets offered, for matching."""
    correct: tuple[str, ...] = ()
    """The right response, in the same form as `response`."""
    item_of: Course | None = None
    """The module that the item belongs to, where an earlier one's is asked again."""


@dataclass(frozen=True, kw_only=True)
class QuizAttempted(Event):
    """A quiz attempt was submitted and graded."""

    attempt: uuid.UUID
    raw: float
    max: float
    scaled: float
    """raw divided by max, 0 to 1."""
    mastery_score: float
    passed: bool
    seconds: int
    decides: bool = True
    """Whether this passes or fails the registration: not if that was passed before, by an attempt marked again."""


@dataclass(frozen=True, kw_only=True)
class QuizMarkedAgain(Event):
    """The score of an attempt is another one, because the key to a question was corrected."""

    attempt: uuid.UUID
    raw: float
    max: float
    scaled: float
    """raw divided by max, 0 to 1."""
    mastery_score: float
    seconds: int
    """Of the attempt."""
    gives_pass: bool = False
    """Whether the registration is passed by this, and was not before."""
    takes_pass: bool = False
    """Whether the registration was passed before, and is not any more."""
    completed_at: dt.datetime | None = None
    """When the module had been completed, if that goes with the pass."""


@dataclass(frozen=True, kw_only=True)
class ReflectionSaved(Event):
    """A learner saved something written on a prompt for the first time; what was written stays private."""

    prompt_id: str
    page_id: str


@dataclass(frozen=True, kw_only=True)
class ScenarioEnded(Event):
    """A scenario was played to an ending."""

    scenario_id: str
    title: str
    run: uuid.UUID
    choices: tuple[str, ...]
    """`scene/choice` ids in order."""
    ending_id: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class ExerciseDone(Event):
    """An exercise on shift was ticked off."""

    exercise_id: str
    page_id: str


@dataclass(frozen=True, kw_only=True)
class CommitmentMade(Event):
    """An if-then plan was made; its words stay private."""

    commitment_id: str
    page_id: str


@dataclass(frozen=True, kw_only=True)
class CommitmentReviewed(Event):
    """A learner looked back at a plan, weeks later; the words of both stay private."""

    commitment_id: str
    page_id: str
    number: int
    """Which look back, from 1."""
    happened: str | None = None
    """How often its moment came: no, once, often."""
    did: str | None = None
    """Whether it was carried out: no, sometimes, yes."""
    decision: str | None = None
    """What becomes of it: keep, shrink, change; habit, go on, let go."""


@dataclass(frozen=True, kw_only=True)
class SelfAssessed(Event):
    """A self-assessment was answered; its answers stay private."""

    assessment_id: str
    page_id: str


@dataclass(frozen=True, kw_only=True)
class ModuleCompleted(Event):
    """All pages opened and the quiz passed."""

    seconds: int
    """Active time of the whole registration."""


@dataclass(frozen=True, kw_only=True)
class ProgrammeCompleted(Event):
    """Every module of the programme is completed."""

    modules: tuple[str, ...] = field(default=())
