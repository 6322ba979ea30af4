"""Which looks back wait, and when a mail about one may go."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lookback.waiting import BETWEEN_MAILS, KEPT_OPEN, MOST_MAILS, Due, is_mail_due, may_mail, waiting

NOW = dt.datetime(2026, 12, 20, 12, tzinfo=dt.UTC)
days = st.integers(-100, 100).map(lambda count: NOW + dt.timedelta(days=count))
dues = st.lists(
    st.builds(Due, st.sampled_from(["a", "b"]), st.integers(1, 3), days, st.booleans()),
    max_size=6,
    unique_by=lambda one: (one.module_id, one.number),
)


def due(number: int, days_ago: int, is_answered: bool = False) -> Due:
    return Due("a", number, NOW - dt.timedelta(days=days_ago), is_answered)


@given(dues)
def test_what_waits_is_due_open_and_at_most_one_of_a_module(given_: list[Due]) -> None:
    found = waiting(given_, NOW)
    assert all(one.due_at <= NOW and not one.is_answered and NOW - one.due_at <= KEPT_OPEN for one in found)
    assert len({one.module_id for one in found}) == len(found)
    assert found == sorted(found, key=lambda one: (one.due_at, one.module_id))


def test_the_later_one_takes_the_place_of_the_earlier() -> None:
    assert waiting([due(1, 30), due(2, 2)], NOW) == [due(2, 2)]
    assert waiting([due(1, 30), due(2, -3)], NOW) == [due(1, 30)]


def test_who_has_done_the_later_one_is_not_asked_for_the_earlier() -> None:
    assert waiting([due(1, 30), due(2, 2, is_answered=True)], NOW) == []


def test_who_was_away_for_months_is_not_asked() -> None:
    assert waiting([due(1, 57)], NOW) == []


@pytest.mark.parametrize(
    ("at", "zone", "may"),
    [
        ("2026-07-01T06:59:00+00:00", "Europe/London", False),  # 07:59 in summer time
        ("2026-07-01T07:00:00+00:00", "Europe/London", True),
        ("2026-12-01T07:59:00+00:00", "Europe/London", False),
        ("2026-12-01T17:59:00+00:00", "Europe/London", True),
        ("2026-12-01T18:00:00+00:00", "Europe/London", False),
        ("2026-12-01T23:00:00+00:00", "Australia/Sydney", True),
    ],
)
def test_mails_go_by_the_clock_of_the_place(at: str, zone: str, may: bool) -> None:
    assert may_mail(dt.datetime.fromisoformat(at), (8, 18), zone) is may


@given(st.lists(st.integers(0, 20), max_size=40))
def test_never_more_than_two_mails_and_never_soon_after_each_other(pauses: list[int]) -> None:
    at, mails, sent = NOW, 0, list[dt.datetime]()
    for pause in pauses:
        at += dt.timedelta(days=pause)
        if is_mail_due(mails, sent[-1] if sent else None, at):
            mails, sent = mails + 1, [*sent, at]
    assert mails <= MOST_MAILS
    assert all(later - earlier >= BETWEEN_MAILS for earlier, later in itertools.pairwise(sent))
