"""Events as statements: values in, values out."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from copy import deepcopy
from typing import Any

import pytest
import tincan
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms import events
from lms.config import Settings
from lms.xapi import vocabulary as v
from lms.xapi.duration import iso
from lms.xapi.responses import number, pattern, response
from lms.xapi.sink import make
from lms.xapi.statements import statements, voided
from lms.xapi.valid import problems
from tests.xapi.happenings import BY_EVENT, happenings

URL = "https://cares.example.org"
SINK = make(Settings(public_url=URL))
MODULE = f"{URL}/xapi/activities/managing/notice"
COURSE = events.Course(id="notice", title="Notice", programme_id="managing", programme_title="Managing")
COMMON: dict[str, Any] = {
    "at": dt.datetime(2026, 11, 23, 13, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    "learner": uuid.UUID(int=1, version=4),
    "registration": uuid.UUID(int=2, version=4),
    "visit": uuid.UUID(int=3, version=4),
    "course": COURSE,
}
ATTEMPT = uuid.UUID(int=4, version=4)


def test_every_event_has_its_statements() -> None:
    assert set(BY_EVENT) == set(events.Event.__subclasses__())


@given(happenings)
def test_every_statement_keeps_the_rules(event: events.Event) -> None:
    made = statements(URL, event)
    assert made
    assert [problems(statement) for statement in made] == [[]] * len(made)
    assert len({statement["id"] for statement in made}) == len(made)
    for statement in made:
        assert json.loads(json.dumps(statement, allow_nan=False)) == statement
        assert statement["actor"]["account"] == {"homePage": URL, "name": str(event.learner)}
        assert statement["context"]["registration"] == str(event.registration)
        assert len(statement["context"]["contextActivities"]["grouping"]) == 2
        told = dt.datetime.fromisoformat(statement["timestamp"])
        assert abs(told - event.at) < dt.timedelta(milliseconds=1)


@given(happenings)
def test_the_model_of_the_standard_writes_the_same(event: events.Event) -> None:
    for made in statements(URL, event):
        whole = tincan.Statement(deepcopy(made)).as_version("1.0.3")
        # It names its version, writes times without milliseconds and durations in a form of its own.
        del whole["version"]
        whole["timestamp"] = made["timestamp"]
        if "duration" in made.get("result", {}):
            whole["result"]["duration"] = made["result"]["duration"]
        assert whole == made


@given(happenings.filter(lambda event: not getattr(event, "takes_pass", False)))  # looks up what it takes back
def test_the_sink_drafts_what_it_will_send_once(event: events.Event) -> None:
    drafts = list(SINK(Session(), event))
    for draft in drafts:
        assert draft.fault is None
        assert json.loads(draft.body)["id"] == str(draft.uuid)
    assert {draft.uuid for draft in drafts}.isdisjoint(draft.uuid for draft in SINK(Session(), event))


def test_a_visit() -> None:
    (left,) = statements(URL, events.Terminated(**COMMON, seconds=6420))
    assert left == {
        "id": left["id"],
        "actor": {"objectType": "Agent", "account": {"homePage": URL, "name": str(COMMON["learner"])}},
        "verb": {"id": v.TERMINATED.id, "display": {"en": "terminated"}},
        "object": {
            "objectType": "Activity",
            "id": MODULE,
            "definition": {"type": v.COURSE, "name": {"en": "Notice"}},
        },
        "result": {"duration": "PT1H47M"},
        "context": {
            "registration": str(COMMON["registration"]),
            "platform": "Cares",
            "contextActivities": {
                "grouping": [
                    {"objectType": "Activity", "id": MODULE},
                    {"objectType": "Activity", "id": f"{URL}/xapi/activities/managing"},
                ],
                "category": [{"objectType": "Activity", "id": v.CMI5_CATEGORY}],
            },
            "extensions": {v.SESSION_ID: str(COMMON["visit"])},
        },
        "timestamp": "2026-11-23T12:00:00.123Z",
    }


@pytest.mark.parametrize(("passed", "verb"), [(True, v.PASSED), (False, v.FAILED)])
def test_a_quiz_is_attempted_scored_and_decided(passed: bool, verb: v.Verb) -> None:
    event = events.QuizAttempted(
        **COMMON, attempt=ATTEMPT, raw=17, max=20, scaled=0.85, mastery_score=0.8, passed=passed, seconds=412
    )
    attempted, scored, decided = statements(URL, event)
    assert [told["verb"]["id"] for told in (attempted, scored, decided)] == [v.ATTEMPTED.id, v.SCORED.id, verb.id]
    assert "result" not in attempted
    score = {"scaled": 0.85, "raw": 17, "min": 0, "max": 20}
    assert scored["object"]["id"] == f"{MODULE}/quiz"
    assert scored["result"] == {"score": score, "duration": "PT6M52S"}
    assert scored["context"]["extensions"][v.ATTEMPT_ID] == str(ATTEMPT)
    assert decided["object"]["id"] == MODULE
    assert decided["result"] == {"success": passed, "score": score, "duration": "PT6M52S"}
    assert decided["context"]["extensions"][v.MASTERY_SCORE] == 0.8
    categories = decided["context"]["contextActivities"]["category"]
    assert [category["id"] for category in categories] == [v.CMI5_CATEGORY, v.MOVEON_CATEGORY]


ITEMS: list[tuple[str, tuple[str, ...], tuple[str, ...], str, str, str]] = [
    ("single", ("b",), ("b",), "choice", "b", "b"),
    ("multiple", ("c", "a"), ("a", "c"), "choice", "c[,]a", "a[,]c"),
    ("situational", ("a",), ("b",), "choice", "a", "b"),
    ("ordering", ("b", "a", "c"), ("a", "b", "c"), "sequencing", "b[,]a[,]c", "a[,]b[,]c"),
    ("matching", ("a.t2", "b.t1"), ("a.t1", "b.t2"), "matching", "a[.]t2[,]b[.]t1", "a[.]t1[,]b[.]t2"),
    ("numeric", (" 12.50 ",), ("12", "13"), "numeric", "12.50", "12[:]13"),
]


@pytest.mark.parametrize(("kind", "given_", "correct", "interaction", "told", "right"), ITEMS)
def test_an_item(
    kind: Any, given_: tuple[str, ...], correct: tuple[str, ...], interaction: str, told: str, right: str
) -> None:
    event = events.ItemAnswered(
        **COMMON,
        item_id="listen",
        item_type=kind,
        response=given_,
        success=False,
        raw=1,
        max=2,
        attempt=ATTEMPT,
        choices=("a", "b", "c"),
        targets=("t1", "t2"),
        correct=correct,
    )
    (answered,) = statements(URL, event)
    definition = answered["object"]["definition"]
    assert answered["object"]["id"] == f"{MODULE}/items/listen"
    assert (definition["type"], definition["interactionType"]) == (v.ITEM, interaction)
    assert definition["correctResponsesPattern"] == [right]
    assert [option["id"] for option in definition.get("choices", ())] == (
        ["a", "b", "c"] if interaction in ("choice", "sequencing") else []
    )
    assert answered["result"] == {
        "completion": True,
        "success": False,
        "response": told,
        "score": {"scaled": 0.5, "raw": 1, "min": 0, "max": 2},
    }
    (parent,) = answered["context"]["contextActivities"]["parent"]
    assert parent["id"] == f"{MODULE}/quiz"


@given(st.text())
def test_no_words_pass_for_a_number(text: str) -> None:
    told = number(text)
    assert told is None or float(told) == float(text)
    assert response("numeric", (text,)) == told
    assert told is not None or pattern("numeric", (text,)) is None


def test_what_is_private_stays_so() -> None:
    (answered,) = statements(URL, events.ReflectionSaved(**COMMON, prompt_id="last-time", page_id="start"))
    assert answered["result"] == {"completion": True}
    assert answered["object"]["definition"]["interactionType"] == "long-fill-in"
    for event in (
        events.CommitmentMade(**COMMON, commitment_id="plan", page_id="p"),
        events.SelfAssessed(**COMMON, assessment_id="mine", page_id="p"),
        events.ExerciseDone(**COMMON, exercise_id="round", page_id="p"),
    ):
        (done,) = statements(URL, event)
        assert (done["verb"]["id"], done["result"]) == (v.COMPLETED.id, {"completion": True})


def test_a_scenario_is_told_by_ids() -> None:
    event = events.ScenarioEnded(
        **COMMON,
        scenario_id="trolley",
        title="The cold trolley",
        run=ATTEMPT,
        choices=("the-call/listen", "ward/ask"),
        ending_id="heard",
        seconds=61,
    )
    (ended,) = statements(URL, event)
    assert ended["object"]["definition"]["type"] == v.SIMULATION
    assert ended["result"] == {
        "completion": True,
        "duration": "PT1M1S",
        "response": "the-call/listen[,]ward/ask",
        "extensions": {f"{URL}/xapi/extensions/ending": "heard"},
    }


def test_a_statement_is_taken_back_without_platform() -> None:
    taken_back = voided(URL, ATTEMPT, COMMON["at"])
    assert problems(taken_back) == []
    assert taken_back["object"] == {"objectType": "StatementRef", "id": str(ATTEMPT)}
    assert "context" not in taken_back


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        statements(URL, events.Launched(**COMMON | {"at": dt.datetime(2026, 11, 23)}))  # noqa: DTZ001


@given(st.integers(0, 10**7))
def test_a_duration_says_its_seconds(seconds: int) -> None:
    text = iso(seconds).removeprefix("PT")
    total = 0
    for unit, worth in (("H", 3600), ("M", 60), ("S", 1)):
        head, found, tail = text.partition(unit)
        if found:
            total, text = total + int(head) * worth, tail
    assert (total, text) == (seconds, "")


SPOILT: list[tuple[str, Any]] = [
    ("result.score.scaled", 85),
    ("result.score.raw", float("nan")),
    ("result.score.raw", 21),
    ("result.success", "false"),
    ("result.duration", "1h"),
    ("result.duration", "PT"),
    ("result.extra", None),
    ("actor.mbox", "mailto:a@example.org"),
    ("actor.account", None),
    ("actor.account.homePage", "cares"),
    ("verb.id", "passed"),
    ("verb.display", {}),
    ("object.id", "notice"),
    ("object.definition.type", "course"),
    ("object.definition.interactionType", "choice"),
    ("object.objectType", "StatementRef"),
    ("context.registration", "r"),
    ("context.extensions", {"attempt": 1}),
    ("context.contextActivities.category", [{"id": v.CMI5_CATEGORY}]),
    ("context.contextActivities.parent", [{"id": "quiz"}]),
    ("timestamp", "2026-11-23T12:00:00"),
    ("timestamp", "2026-11-23T12:00:00.000"),
    ("id", "00000000-0000-1000-8000-000000000000"),
    ("stored", "2026-11-23T12:00:00.000Z"),
]


@pytest.mark.parametrize(("where", "value"), SPOILT)
def test_what_the_model_lets_through_is_found(where: str, value: Any) -> None:
    event = events.QuizAttempted(
        **COMMON, attempt=ATTEMPT, raw=17, max=20, scaled=0.85, mastery_score=0.8, passed=True, seconds=412
    )
    statement = deepcopy(statements(URL, event)[-1])
    *path, last = where.split(".")
    part = statement
    for name in path:
        part = part[name]
    part[last] = value
    assert problems(statement)
