"""Modules open in order, after the days that were set, and stay open once begun."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from lms.content.schema import Programme
from lms.enrolment.availability import Standing, Step, steps

NOW = dt.datetime(2026, 11, 23, 15, 30, tzinfo=dt.UTC)
IDS = ("one", "two", "three", "four")


@dataclass
class Run:
    """A registration."""

    started_at: dt.datetime | None = None
    completed_at: dt.datetime | None = None


def found(taken: dict[str, Run], after_days: int = 7, published: tuple[str, ...] = IDS) -> tuple[Step, ...]:
    modules = [{"id": id_, "after_days": after_days if id_ != "one" else 0} for id_ in IDS]
    programme = Programme.model_validate({"id": "p", "title": "P", "summary": "", "modules": modules})
    return steps(programme, set(published), taken, NOW)


def standings(taken: dict[str, Run], **options: object) -> list[Standing]:
    return [step.standing for step in found(taken, **options)]  # type: ignore[arg-type]


def done(days_ago: int) -> Run:
    at = NOW - dt.timedelta(days=days_ago)
    return Run(at, at)


def test_only_the_first_is_open_to_a_newcomer() -> None:
    assert standings({}) == [Standing.OPEN, Standing.LOCKED, Standing.LOCKED, Standing.LOCKED]
    assert found({})[1].after == "one"


def test_next_opens_in_the_morning_after_its_days() -> None:
    second = found({"one": done(6)})[1]
    assert second.standing is Standing.WAITING
    assert second.opens_at == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    assert standings({"one": done(7)})[1] is Standing.OPEN


def test_without_days_the_next_is_open_at_once() -> None:
    assert standings({"one": done(0)}, after_days=0)[1] is Standing.OPEN


def test_what_is_not_written_is_in_preparation_and_holds_up_what_follows() -> None:
    assert standings({"one": done(30)}, published=("one", "three")) == [
        Standing.COMPLETED,
        Standing.IN_PREPARATION,
        Standing.LOCKED,
        Standing.IN_PREPARATION,
    ]


RUNS = st.builds(
    lambda started, completed: Run(
        NOW - dt.timedelta(days=started) if started is not None else None,
        NOW - dt.timedelta(days=completed) if started is not None and completed is not None else None,
    ),
    st.none() | st.integers(0, 60),
    st.none() | st.integers(0, 60),
)


@given(st.dictionaries(st.sampled_from(IDS), RUNS), st.integers(0, 30))
def test_rules_hold_for_any_history(taken: dict[str, Run], after_days: int) -> None:
    all_steps = found(taken, after_days=after_days)
    for step in all_steps:
        own, before = taken.get(step.module_id, Run()), taken.get(step.after or "", Run())
        assert step.is_open or not own.started_at, "what was begun stays open"
        assert (step.standing is Standing.COMPLETED) == (own.completed_at is not None)
        if step.standing is Standing.OPEN and step.after:
            assert before.completed_at, "nothing opens before the module before it is completed"
        if step.standing is Standing.WAITING:
            assert step.opens_at
            assert step.opens_at > NOW
        if step.standing is Standing.LOCKED:
            assert before.completed_at is None


@given(st.integers(0, 30), st.integers(0, 40))
def test_waiting_is_never_longer_than_was_set(after_days: int, days_ago: int) -> None:
    second = found({"one": done(days_ago)}, after_days=after_days)[1]
    if days_ago >= after_days:
        assert second.standing is Standing.OPEN


def test_what_a_lead_opened_is_open_before_its_turn() -> None:
    modules = [{"id": id_, "after_days": 7 if id_ != "one" else 0} for id_ in IDS]
    programme = Programme.model_validate({"id": "p", "title": "P", "summary": "", "modules": modules})
    found = steps(programme, set(IDS), {}, NOW, early={"three"})
    assert [step.standing for step in found] == [Standing.OPEN, Standing.LOCKED, Standing.OPEN, Standing.LOCKED]
    unpublished = steps(programme, {"one"}, {}, NOW, early={"three"})
    assert unpublished[2].standing is Standing.IN_PREPARATION
