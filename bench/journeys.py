"""What happens to learners on their way through a module, of every kind that Cares tells of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from lms import events

COURSE = events.Course(id="notice", title="Notice", programme_id="managing", programme_title="Managing")
SECTIONS, PAGES, QUESTIONS = 3, 3, 9
STATEMENTS = 50
"""That one whole way makes."""


def ways(learners: int) -> list[events.Event]:
    """So many learners at the same time: of each the first that happens, then of each the second."""
    return [event for step in zip(*(way() for _ in range(learners)), strict=True) for event in step]


def way(registration: uuid.UUID | None = None) -> list[events.Event]:
    """Of one new learner, from the registration to the end of the programme."""
    common: dict[str, Any] = {
        "at": dt.datetime.now(dt.UTC),
        "learner": uuid.uuid4(),
        "registration": registration or uuid.uuid4(),
        "course": COURSE,
    }
    within = common | {"visit": uuid.uuid4()}
    return [
        events.Registered(**common),
        events.Launched(**within),
        events.Initialized(**within),
        *_read(within),
        *_worked(within),
        *_examined(within),
        events.ModuleCompleted(**within, seconds=3300),
        events.ProgrammeCompleted(**within, modules=(COURSE.id,)),
        events.Terminated(**within, seconds=3300),
        events.CommitmentReviewed(**common, commitment_id="plan", page_id="page-3", number=1, happened="once"),
    ]


def _read(within: dict[str, Any]) -> Iterator[events.Event]:
    for section in range(1, SECTIONS + 1):
        named = {"section_id": f"section-{section}", "section_title": f"Section {section}"}
        for page in range(PAGES * (section - 1) + 1, PAGES * section + 1):
            yield events.PageExperienced(**within, **named, page_id=f"page-{page}", page_title=f"Page {page}")
            yield events.Progressed(**within, percent=100 * page // (SECTIONS * PAGES))
            if page % 2:
                yield _answered(within, f"check-{page}", page_id=f"page-{page}")
        yield events.SectionFinished(**within, **named, seconds=900)


def _worked(within: dict[str, Any]) -> Iterator[events.Event]:
    yield events.ReflectionSaved(**within, prompt_id="thought", page_id="page-2")
    yield events.ScenarioEnded(
        **within,
        scenario_id="talk",
        title="A talk",
        run=uuid.uuid4(),
        choices=("begin/ask", "middle/listen"),
        ending_id="heard",
        seconds=420,
    )
    yield events.ExerciseDone(**within, exercise_id="look", page_id="page-3")
    yield events.CommitmentMade(**within, commitment_id="plan", page_id="page-3")
    yield events.SelfAssessed(**within, assessment_id="stand", page_id="page-1")


def _examined(within: dict[str, Any]) -> Iterator[events.Event]:
    attempt = uuid.uuid4()
    for number in range(1, QUESTIONS + 1):
        yield _answered(within, f"item-{number}", attempt=attempt)
    yield events.QuizAttempted(
        **within,
        attempt=attempt,
        raw=QUESTIONS,
        max=QUESTIONS,
        scaled=1.0,
        mastery_score=0.8,
        passed=True,
        seconds=600,
    )


def _answered(within: dict[str, Any], item: str, **where: Any) -> events.ItemAnswered:
    return events.ItemAnswered(
        **within,
        **where,
        item_id=item,
        item_type="single",
        response=("b",),
        success=True,
        raw=1,
        max=1,
        choices=("a", "b", "c"),
        correct=("b",),
    )
