"""Our statements before two independent judges: Learning Locker's validator and Ralph's models."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lms import events
from lms.xapi.statements import statements, voided
from tests.standards.judges import Judge, Statements
from tests.xapi.happenings import BY_EVENT
from tests.xapi.test_statements import ATTEMPT, COMMON, URL


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    """Statements of every kind of event, several of each."""
    made = [voided(URL, ATTEMPT, COMMON["at"])]
    for strategy in BY_EVENT.values():

        @settings(max_examples=25, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def collect(event: events.Event) -> None:
            made.extend(statements(URL, event))

        collect()
    return made


@pytest.fixture(scope="module")
def spoilt(corpus: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with a fault in each: judges that accept these prove nothing."""
    return [
        {**corpus[1], "verb": {"id": "passed", "display": {"en": "passed"}}},
        {**corpus[1], "actor": {"objectType": "Agent"}},
        {**corpus[1], "context": {**corpus[1]["context"], "registration": "r"}},
        {**corpus[1], "result": {"success": "false"}},
    ]


def test_learning_locker_accepts_them(learning_locker: Judge, corpus: Statements, spoilt: Statements) -> None:
    faults = learning_locker(corpus + spoilt)
    assert [fault for fault in faults[: len(corpus)] if fault] == []
    assert all(faults[len(corpus) :])


def test_ralph_accepts_them(ralph: Judge, corpus: Statements, spoilt: Statements) -> None:
    assert [fault for fault in ralph(corpus) if fault] == []
    assert all(ralph(spoilt))
