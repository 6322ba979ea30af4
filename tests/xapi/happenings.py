"""Hypothesis strategies for every event that can happen to a learner."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from lms import events
from lms.commitment.looking_back import Decision, Did, Happened

ids = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
titles = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip)
seconds = st.integers(0, 200_000)
moments = st.datetimes(
    dt.datetime(2020, 1, 1),  # noqa: DTZ001
    dt.datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-9, minutes=-30))]),
)
courses = st.builds(events.Course, id=ids, title=titles, programme_id=ids, programme_title=titles)

COMMON: dict[str, Any] = {
    "at": moments,
    "learner": st.uuids(version=4),
    "registration": st.uuids(version=4),
    "course": courses,
    "visit": st.none() | st.uuids(version=4),
}


@st.composite
def items(draw: st.DrawFn) -> events.ItemAnswered:
    """An answered item whose response and key are made of the options that it offers."""
    kind = draw(st.sampled_from(["single", "multiple", "situational", "ordering", "matching", "numeric"]))
    choices = tuple(draw(st.lists(ids, min_size=2, max_size=5, unique=True)))
    targets = tuple(draw(st.lists(ids, min_size=2, max_size=3, unique=True)))
    forms = {
        "numeric": st.decimals(-10_000, 10_000, places=2).map(lambda number: (str(number),)),
        "matching": st.permutations([f"{source}.{targets[0]}" for source in choices]).map(tuple),
        "ordering": st.permutations(choices).map(tuple),
        "multiple": st.lists(st.sampled_from(choices), unique=True, min_size=1).map(tuple),
    }
    form = forms.get(kind, st.sampled_from(choices).map(lambda choice: (choice,)))
    highest = draw(st.integers(1, 4))
    in_quiz = draw(st.booleans())
    return events.ItemAnswered(
        **{name: draw(strategy) for name, strategy in COMMON.items()},
        item_id=draw(ids),
        item_type=kind,
        response=draw(st.just(()) | form),
        success=draw(st.booleans()),
        raw=draw(st.floats(0, highest)),
        max=highest,
        page_id=None if in_quiz else draw(ids),
        attempt=draw(st.uuids(version=4)) if in_quiz else None,
        choices=() if kind == "numeric" else choices,
        targets=targets if kind == "matching" else (),
        correct=draw(form),
        item_of=None if in_quiz else draw(st.none() | courses),
    )


@st.composite
def attempts(draw: st.DrawFn) -> events.QuizAttempted:
    """A graded attempt."""
    highest = draw(st.integers(1, 40))
    raw = draw(st.integers(0, highest))
    mastery = draw(st.sampled_from([0.5, 0.75, 0.8]))
    return events.QuizAttempted(
        **{name: draw(strategy) for name, strategy in COMMON.items()},
        attempt=draw(st.uuids(version=4)),
        raw=raw,
        max=highest,
        scaled=raw / highest,
        mastery_score=mastery,
        passed=raw / highest >= mastery,
        seconds=draw(seconds),
    )


@st.composite
def regrades(draw: st.DrawFn) -> events.QuizMarkedAgain:
    """An attempt whose score is another one; whether that gives a pass, takes one, or neither."""
    highest = draw(st.integers(1, 40))
    raw = draw(st.integers(0, highest))
    gives, takes = draw(st.sampled_from([(True, False), (False, True), (False, False)]))
    return events.QuizMarkedAgain(
        **{name: draw(strategy) for name, strategy in COMMON.items()},
        attempt=draw(st.uuids(version=4)),
        raw=raw,
        max=highest,
        scaled=raw / highest,
        mastery_score=0.75,
        seconds=draw(seconds),
        gives_pass=gives,
        takes_pass=takes,
    )


def _of(event: type[events.Event], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[events.Event]:
    return st.builds(event, **COMMON, **parts)


BY_EVENT: dict[type[events.Event], st.SearchStrategy[events.Event]] = {
    events.Registered: _of(events.Registered),
    events.Launched: _of(events.Launched),
    events.Initialized: _of(events.Initialized),
    events.Terminated: _of(events.Terminated, seconds=seconds),
    events.PageExperienced: _of(
        events.PageExperienced, page_id=ids, page_title=titles, section_id=ids, section_title=titles
    ),
    events.SectionFinished: _of(events.SectionFinished, section_id=ids, section_title=titles, seconds=seconds),
    events.Progressed: _of(events.Progressed, percent=st.integers(0, 100)),
    events.ItemAnswered: items(),
    events.QuizAttempted: attempts(),
    events.QuizMarkedAgain: regrades(),
    events.ReflectionSaved: _of(events.ReflectionSaved, prompt_id=ids, page_id=ids),
    events.ScenarioEnded: _of(
        events.ScenarioEnded,
        scenario_id=ids,
        title=titles,
        run=st.uuids(version=4),
        choices=st.lists(st.tuples(ids, ids).map("/".join), max_size=6).map(tuple),
        ending_id=ids,
        seconds=seconds,
    ),
    events.ExerciseDone: _of(events.ExerciseDone, exercise_id=ids, page_id=ids),
    events.CommitmentMade: _of(events.CommitmentMade, commitment_id=ids, page_id=ids),
    events.CommitmentReviewed: _of(
        events.CommitmentReviewed,
        commitment_id=ids,
        page_id=ids,
        number=st.integers(1, 9),
        happened=st.none() | st.sampled_from(Happened),
        did=st.none() | st.sampled_from(Did),
        decision=st.none() | st.sampled_from(Decision),
    ),
    events.SelfAssessed: _of(events.SelfAssessed, assessment_id=ids, page_id=ids),
    events.ModuleCompleted: _of(events.ModuleCompleted, seconds=seconds),
    events.ProgrammeCompleted: _of(events.ProgrammeCompleted, modules=st.lists(ids, max_size=4).map(tuple)),
}

happenings = st.one_of(list(BY_EVENT.values()))
