"""What may be sent next, and when."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.outbox.likeness import is_same
from lms.outbox.queries import Waiting
from lms.xapi.answers import Answer, Verdict, verdict
from lms.xapi.backoff import LONGEST_SECONDS, delay, retry_after
from lms.xapi.carrying import Outcome, Trouble
from lms.xapi.schedule import BATCH, PAUSE_SECONDS, SICK_SECONDS, Schedule

REGISTRATIONS = [uuid.UUID(int=number) for number in range(4)]
NOW = 1000.0


def waiting(*registrations: int) -> list[Waiting]:
    """Statements of these registrations, in order."""
    return [
        Waiting(number, uuid.UUID(int=number), REGISTRATIONS[registration], "x" * 100)
        for number, registration in enumerate(registrations)
    ]


queues = st.lists(st.integers(0, 3), max_size=150).map(lambda numbers: waiting(*numbers))
verdicts = st.sampled_from([Verdict.SICK, Verdict.AWAY, Verdict.BUSY, Verdict.UNWELCOME])


@given(queues, st.sets(st.sampled_from(REGISTRATIONS)), st.lists(st.tuples(verdicts, st.integers(1, 60)), max_size=12))
def test_a_batch_keeps_the_order_of_each_registration(
    queue: list[Waiting], busy: set[uuid.UUID], history: list[tuple[Verdict, int]]
) -> None:
    schedule = Schedule()
    for follows, size in history:
        schedule.follow(Outcome(trouble=Trouble(follows, "", None, queue[:size])), NOW, 0.5)
    for now in (NOW, schedule.not_before, NOW + 10_000):
        batch = schedule.next_batch(queue, busy, now)
        assert len(batch) <= BATCH
        assert batch == sorted(batch)
        for registration in REGISTRATIONS:
            of_it = [statement for statement in queue if statement.registration == registration]
            taken = [statement for statement in batch if statement.registration == registration]
            assert taken == of_it[: len(taken)]
            assert not (taken and registration in busy)
    # However bad it was: in the end something goes.
    assert batch or not [statement for statement in queue if statement.registration not in busy]


def test_nothing_goes_before_its_time() -> None:
    schedule = Schedule()
    schedule.follow(Outcome(trouble=Trouble(Verdict.BUSY, "429", 30.0, [])), NOW, 0.0)
    assert schedule.next_batch(waiting(0), (), NOW + 29) == []
    assert schedule.next_batch(waiting(0), (), NOW + 30) == waiting(0)


def test_the_guilty_statement_is_found_and_only_its_registration_waits() -> None:
    schedule, now = Schedule(), NOW
    queue = waiting(*[number % 3 for number in range(60)])
    guilty = queue[7]
    tries = 0
    while guilty.registration not in schedule.held(now) or schedule.not_before > now:
        batch = schedule.next_batch(queue, (), now)
        tries += bool(batch)
        if guilty in batch:
            schedule.follow(Outcome(trouble=Trouble(Verdict.SICK, "500", None, batch)), now, 0.0)
        elif batch:
            schedule.follow(Outcome(delivered=batch), now, 0.0)
            queue = [statement for statement in queue if statement not in batch]
        now += 0.05
    assert tries < 20
    assert now < NOW + SICK_SECONDS
    while batch := schedule.next_batch(queue, (), now):
        schedule.follow(Outcome(delivered=batch), now, 0.0)
        queue = [statement for statement in queue if statement not in batch]
    assert {statement.registration for statement in queue} == {guilty.registration}
    assert queue[0] == guilty


def test_a_store_that_was_away_is_no_registrations_fault() -> None:
    schedule = Schedule()
    for _ in range(30):
        schedule.follow(Outcome(trouble=Trouble(Verdict.AWAY, "503", None, waiting(0))), NOW, 0.0)
    assert schedule.not_before == NOW + LONGEST_SECONDS
    assert schedule.next_batch(waiting(*[0] * 60), (), NOW + LONGEST_SECONDS) == waiting(*[0] * 50)
    schedule.follow(Outcome(delivered=waiting(0)), NOW, 0.0)
    assert (schedule.failures, schedule.trouble, schedule.not_before) == (0, None, 0.0)


def test_a_pause_is_tried_again_slowly() -> None:
    schedule = Schedule()
    schedule.follow(Outcome(trouble=Trouble(Verdict.UNWELCOME, "401", None, [])), NOW, 1.0)
    assert schedule.not_before == NOW + PAUSE_SECONDS / 2
    assert schedule.trouble == "401"


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_delays_double_up_to_five_minutes(failures: int, roll: float) -> None:
    assert delay(1, 0) / 2 <= delay(failures, roll) <= LONGEST_SECONDS
    assert delay(failures + 1, roll) >= delay(failures, roll)


AT = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("Mon, 23 Nov 2026 12:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("999999999999", 3600),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
    ],
)
def test_what_a_store_asks_for(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, AT) == seconds


@given(st.text())
def test_no_header_is_too_strange(header: str) -> None:
    seconds = retry_after(header, AT)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize(
    ("statuses", "follows"),
    [
        ((200, 204), Verdict.TAKEN),
        ((202, 206, 409), Verdict.UNSURE),
        ((301, 302, 307, 401, 403, 404, 405), Verdict.UNWELCOME),
        ((400, 402, 412, 415, 418, 422, 431, 451), Verdict.REFUSED),
        ((413,), Verdict.TOO_LARGE),
        ((429,), Verdict.BUSY),
        ((408, 425, 502, 503, 504), Verdict.AWAY),
        ((500, 501, 505, 507), Verdict.SICK),
    ],
)
def test_what_answers_mean(statuses: tuple[int, ...], follows: Verdict) -> None:
    assert {verdict(Answer(status)) for status in statuses} == {follows}


def test_a_page_that_no_store_sent_proves_nothing() -> None:
    assert verdict(Answer(200, "<html>", is_from_lrs=False)) is Verdict.UNSURE


OURS = {
    "actor": {"objectType": "Agent", "account": {"homePage": "https://a.example", "name": "n"}},
    "verb": {"id": "https://v.example", "display": {"en": "did"}},
    "object": {"objectType": "Activity", "id": "https://o.example", "definition": {"type": "https://t.example"}},
    "result": {"duration": "PT90S", "score": {"scaled": 1, "raw": 17}},
    "context": {"registration": "r", "contextActivities": {"parent": [{"id": "https://p.example"}]}},
}


@pytest.mark.parametrize(
    "change",
    [
        {"stored": "2026", "authority": {}, "version": "1.0.0", "timestamp": "later"},
        {"actor": {"account": OURS["actor"]["account"], "name": "N"}},  # type: ignore[dict-item]
        {"verb": {"id": "https://v.example"}},
        {"object": {"id": "https://o.example", "definition": {"name": {"en": "merged"}}}},
        {"result": {"duration": "PT01M30.00S", "score": {"scaled": 1.0, "raw": 17.0}}},
        {"context": {"registration": "r", "contextActivities": {"parent": {"id": "https://p.example"}}}},
    ],
)
def test_what_a_store_may_change(change: dict[str, object]) -> None:
    assert is_same(OURS, OURS | change)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": {"account": {"homePage": "https://a.example", "name": "other"}}},
        {"verb": {"id": "https://other.example"}},
        {"object": {"id": "https://other.example"}},
        {"object": {"objectType": "StatementRef", "id": "https://o.example"}},
        {"result": {"duration": "PT91S", "score": {"scaled": 1, "raw": 17}}},
        {"result": None},
        {"context": {"registration": "other"}},
        {"context": {"registration": "r", "contextActivities": {"parent": [{"id": "https://other.example"}]}}},
    ],
)
def test_what_makes_it_another_statement(change: dict[str, object]) -> None:
    assert not is_same(OURS, OURS | change)
