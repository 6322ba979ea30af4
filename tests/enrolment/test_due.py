"""When something is due, how it stands, and which mail says so."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import ReminderKind, Standing

days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
some_days = st.none() | days
counts = st.integers(1, 3650)
ONE_DAY = dt.timedelta(days=1)


@given(days, st.integers(-120, 120), st.integers(-120, 120))
def test_months_go_on_in_order_and_never_into_another_month(day: dt.date, one: int, other: int) -> None:
    found = due.months_later(day, one)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == one
    assert found.day == day.day or (found + ONE_DAY).day == 1
    assert one >= other or found <= due.months_later(day, other)


@given(st.dates(), st.integers(-200_000, 200_000), st.integers(0, 10**8), days)
def test_no_day_however_far_stops_what_is_reckoned(day: dt.date, months: int, many: int, today: dt.date) -> None:
    assert dt.date.min <= due.months_later(day, months) <= dt.date.max
    assert day <= due.days_later(day, many)
    for due_on in (day, dt.date.max, dt.date.min):
        assert due.first_due(today, day, due_on, many) is not None
        due.reminders(today, due_on, True, today)
        due.is_for_line_manager(due_on, True, today)


@given(days, days, some_days, some_days)
def test_the_past_changes_only_where_a_day_of_it_was_or_becomes_overdue(
    begun: dt.date, today: dt.date, old: dt.date | None, new: dt.date | None
) -> None:
    """Looked at day by day, from the one on which the old day began to hold to yesterday."""
    today = max(begun, today)
    known = [day for day in (old, new) if day]
    first = max(begun, min(known, default=today))
    past = [first + dt.timedelta(days=count) for count in range((today - first).days)]
    if any((old is not None and old < day) != (new is not None and new < day) for day in past):
        assert due.rewrites_past(begun, old, new, today)
    if all(day >= today for day in known):
        assert not due.rewrites_past(begun, old, new, today)


@given(days, days, some_days, st.none() | counts)
def test_nobody_who_comes_later_has_less_time_than_they_are_given(
    begins: dt.date, since: dt.date, due_on: dt.date | None, own_days: int | None
) -> None:
    since = max(since, begins)
    found = due.first_due(since, begins, due_on, own_days)
    if due_on is None and own_days is None:
        assert found is None
    elif since == begins and due_on is not None:
        assert found == due_on
    else:
        least = due.NEWCOMERS_HAVE if own_days is None else own_days
        assert found and found >= max(since + dt.timedelta(days=least), due_on or since)


@given(days, st.integers(1, 120))
def test_a_refresher_opens_between_the_two_and_not_too_early(met_on: dt.date, months: int) -> None:
    found = due.refresher(met_on, months)
    assert met_on < found.opens_on < found.due_on
    assert found.due_on - found.opens_on <= dt.timedelta(days=due.REFRESHER_OPENS)
    assert found.opens_on - met_on >= found.due_on - found.opens_on - ONE_DAY


@given(some_days, st.booleans(), st.booleans(), st.booleans(), days)
def test_only_what_must_be_done_and_is_not_can_be_overdue(
    due_on: dt.date | None, is_met: bool, is_mandatory: bool, is_exempt: bool, today: dt.date
) -> None:
    found = due.standing(due_on, is_met, is_mandatory, is_exempt, today)
    is_late = due_on is not None and due_on < today
    assert (found is Standing.OVERDUE) == (is_late and is_mandatory and not is_met and not is_exempt)
    assert (found is Standing.MET) == is_met


@given(days, some_days, st.booleans(), st.lists(st.integers(0, 40), max_size=40))
def test_mails_are_few_and_in_order_however_often_one_looks(
    since: dt.date, due_on: dt.date | None, is_mandatory: bool, pauses: list[int]
) -> None:
    today, sent = since, list[ReminderKind]()
    for pause in pauses:
        today += dt.timedelta(days=pause)
        kinds = due.reminders(since, due_on, is_mandatory, today)
        if kinds and kinds[-1] not in sent:
            assert not sent or list(ReminderKind).index(kinds[-1]) > list(ReminderKind).index(sent[-1])
            sent.append(kinds[-1])
    assert len(sent) <= (4 if is_mandatory and due_on else 2)
    assert is_mandatory or ReminderKind.OVERDUE not in sent


@pytest.mark.parametrize(("after", "is_told"), [(-1, False), (13, False), (14, True), (90, True), (91, False)])
def test_line_managers_hear_of_it_between_two_weeks_and_three_months(after: int, is_told: bool) -> None:
    due_on = dt.date(2027, 3, 31)
    today = due_on + dt.timedelta(days=after)
    assert due.is_for_line_manager(due_on, True, today) is is_told
    assert not due.is_for_line_manager(due_on, False, today)
    assert not due.is_for_line_manager(None, True, today)
