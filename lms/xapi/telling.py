"""What each event says: which verb of which object, with which result. `docs/statements.md` tells it to readers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import singledispatch

from lms import events
from lms.events import Event
from lms.xapi import vocabulary as v
from lms.xapi.activities import Activities, Json
from lms.xapi.duration import iso
from lms.xapi.responses import response

CMI5 = (v.CMI5_CATEGORY,)
MOVEON = (v.CMI5_CATEGORY, v.MOVEON_CATEGORY)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One statement without what all of them share: id, actor, registration, session, grouping and time."""

    verb: v.Verb
    object: Json
    parent: str | None = None
    category: tuple[str, ...] = ()
    result: Json = field(default_factory=dict)
    extensions: Json = field(default_factory=dict)
    """Of the context."""


@singledispatch
def tell(event: Event, at: Activities) -> list[Telling]:
    """The tellings of an event, in the order in which they are sent."""
    raise TypeError(f"nobody has said what {type(event).__name__} tells")


@tell.register
def _(event: events.Registered, at: Activities) -> list[Telling]:
    return [Telling(verb=v.REGISTERED, object=at.module(), parent=at.programme_id)]


@tell.register
def _(event: events.Launched, at: Activities) -> list[Telling]:
    launch = {v.LAUNCH_MODE: "Normal", v.LAUNCH_URL: at.module_id, v.MOVE_ON: "CompletedAndPassed"}
    return [Telling(verb=v.LAUNCHED, object=at.module(), category=CMI5, extensions=launch)]


@tell.register
def _(event: events.Initialized, at: Activities) -> list[Telling]:
    return [Telling(verb=v.INITIALIZED, object=at.module(), category=CMI5)]


@tell.register
def _(event: events.Terminated, at: Activities) -> list[Telling]:
    spent = {"duration": iso(event.seconds)}
    return [Telling(verb=v.TERMINATED, object=at.module(), category=CMI5, result=spent)]


@tell.register
def _(event: events.PageExperienced, at: Activities) -> list[Telling]:
    page = at.part("pages", event.page_id, v.PAGE, event.page_title)
    return [Telling(verb=v.EXPERIENCED, object=page, parent=at.part_id("sections", event.section_id))]


@tell.register
def _(event: events.SectionFinished, at: Activities) -> list[Telling]:
    section = at.part("sections", event.section_id, v.SECTION, event.section_title)
    spent = {"completion": True, "duration": iso(event.seconds)}
    return [Telling(verb=v.EXPERIENCED, object=section, parent=at.module_id, result=spent)]


@tell.register
def _(event: events.Progressed, at: Activities) -> list[Telling]:
    return [Telling(verb=v.PROGRESSED, object=at.module(), result={"extensions": {v.PROGRESS: event.percent}})]


@tell.register
def _(event: events.ItemAnswered, at: Activities) -> list[Telling]:
    given = response(event.item_type, event.response)
    result = {
        "completion": given is not None,
        "success": event.success,
        "score": _score(event.raw, event.max, event.raw / event.max if event.max else None),
    }
    if given is not None:
        result["response"] = given
    return [
        Telling(
            verb=v.ANSWERED,
            object=(replace(at, course=event.item_of) if event.item_of else at).item(event),
            parent=at.part_id("pages", event.page_id) if event.page_id else at.quiz_id,
            result=result,
            extensions={v.ATTEMPT_ID: str(event.attempt)} if event.attempt else {},
        )
    ]


@tell.register
def _(event: events.QuizAttempted, at: Activities) -> list[Telling]:
    attempt = {v.ATTEMPT_ID: str(event.attempt)}
    # cmi5 9.3: of a registration passed is told once, and nothing is failed after it.
    decided = [_decided(event, at, passed=event.passed)] if event.decides else []
    tried = Telling(verb=v.ATTEMPTED, object=at.quiz(), parent=at.module_id, extensions=attempt)
    return [tried, _scored(event, at), *decided]


@tell.register
def _(event: events.QuizMarkedAgain, at: Activities) -> list[Telling]:
    # That a pass is taken away is told by withdrawing what told of it (`lms.xapi.withdrawing`).
    return [_scored(event, at), *([_decided(event, at, passed=True)] if event.gives_pass else [])]


@tell.register
def _(event: events.ReflectionSaved, at: Activities) -> list[Telling]:
    # Completion only: neither what was written nor a hash of it, by which a guess could be confirmed.
    page = at.part_id("pages", event.page_id)
    return [Telling(verb=v.ANSWERED, object=at.prompt(event.prompt_id), parent=page, result={"completion": True})]


@tell.register
def _(event: events.ScenarioEnded, at: Activities) -> list[Telling]:
    result: Json = {
        "completion": True,
        "duration": iso(event.seconds),
        "extensions": {at.extension("ending"): event.ending_id},
    }
    if event.choices:
        result["response"] = "[,]".join(event.choices)
    return [
        Telling(
            verb=v.COMPLETED,
            object=at.part("scenarios", event.scenario_id, v.SIMULATION, event.title),
            parent=at.module_id,
            result=result,
            extensions={v.ATTEMPT_ID: str(event.run)},
        )
    ]


@tell.register
def _(event: events.ExerciseDone, at: Activities) -> list[Telling]:
    exercise = at.part("exercises", event.exercise_id, v.CHECKLIST, f"Exercise {event.exercise_id}")
    return [_done(exercise, at.part_id("pages", event.page_id))]


@tell.register
def _(event: events.CommitmentMade, at: Activities) -> list[Telling]:
    plan = at.part("commitments", event.commitment_id, v.TASK, f"Making the if-then plan {event.commitment_id}")
    return [_done(plan, at.part_id("pages", event.page_id))]


@tell.register
def _(event: events.CommitmentReviewed, at: Activities) -> list[Telling]:
    name = f"Looking back ({event.number}) at the if-then plan {event.commitment_id}"
    review = at.part("commitments", f"{event.commitment_id}-look-back-{event.number}", v.TASK, name)
    said = {"happened": event.happened, "did": event.did, "decision": event.decision}
    chosen = {at.extension(f"plan-{name}"): value for name, value in said.items() if value}
    told = _done(review, at.part_id("pages", event.page_id))
    return [replace(told, result=told.result | ({"extensions": chosen} if chosen else {}))]


@tell.register
def _(event: events.SelfAssessed, at: Activities) -> list[Telling]:
    survey = at.part("self-assessments", event.assessment_id, v.SURVEY, f"Self-assessment {event.assessment_id}")
    return [_done(survey, at.part_id("pages", event.page_id))]


@tell.register
def _(event: events.ModuleCompleted, at: Activities) -> list[Telling]:
    done = {"completion": True, "duration": iso(event.seconds)}
    return [Telling(verb=v.COMPLETED, object=at.module(), category=MOVEON, result=done)]


@tell.register
def _(event: events.ProgrammeCompleted, at: Activities) -> list[Telling]:
    return [Telling(verb=v.SATISFIED, object=at.programme(), category=CMI5)]


def _scored(event: events.QuizAttempted | events.QuizMarkedAgain, at: Activities) -> Telling:
    score = _score(event.raw, event.max, event.scaled)
    return Telling(
        verb=v.SCORED,
        object=at.quiz(),
        parent=at.module_id,
        result={"score": score, "duration": iso(event.seconds)},
        extensions={v.ATTEMPT_ID: str(event.attempt)},
    )


def _decided(event: events.QuizAttempted | events.QuizMarkedAgain, at: Activities, passed: bool) -> Telling:
    score = _score(event.raw, event.max, event.scaled)
    return Telling(
        verb=v.PASSED if passed else v.FAILED,
        object=at.module(),
        category=MOVEON,
        result={"success": passed, "score": score, "duration": iso(event.seconds)},
        extensions={v.MASTERY_SCORE: event.mastery_score},
    )


def _done(activity: Json, parent: str) -> Telling:
    return Telling(verb=v.COMPLETED, object=activity, parent=parent, result={"completion": True})


def _score(raw: float, highest: float, scaled: float | None) -> Json:
    score = {"raw": raw, "min": 0, "max": highest}
    return score if scaled is None else {"scaled": scaled, **score}
