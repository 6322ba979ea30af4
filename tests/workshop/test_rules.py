"""Who gets a place, who waits, and when attendance may be noted."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Role
from lms.workshop.attendance.code import code, session_of
from lms.workshop.leading.rights import may_lead
from lms.workshop.news import News, weightier
from lms.workshop.places import Request, State, next_turn, place_in_line, state_of_new, taken, to_move_up
from lms.workshop.presence import AFTER, BEFORE, Refusal, Way, refusal_by_place, refusal_by_time
from lms.workshop.when import WhenError, span

START = dt.datetime(2026, 12, 7, 14, tzinfo=dt.UTC)
END = START + dt.timedelta(hours=2)
steps = st.lists(st.tuples(st.sampled_from(["ask", "give back", "more places"]), st.integers(0, 7)), max_size=60)


@given(steps, st.integers(1, 4))
def test_never_more_than_places_and_in_order_of_asking(done: list[tuple[str, int]], places: int) -> None:
    """Whatever people do, one after the other: a model of the whole session."""
    known: dict[int, Request] = {}
    waiting: list[int] = []  # as people would keep it on paper
    for what, who in done:
        own = known.get(who)
        is_in = own is not None and own.state is not State.CANCELLED
        if what == "ask" and not is_in:
            others = [one for one in known.values() if one.id != who]
            known[who] = Request(who, next_turn(known.values()), state_of_new(others, places))
            waiting += [who] if known[who].state is State.WAITING else []
        elif what == "give back" and is_in and own:
            known[who] = Request(who, own.turn, State.CANCELLED)
            waiting = [one for one in waiting if one != who]
        elif what == "more places":
            places += 1
        moved = to_move_up(known.values(), places)
        assert moved == waiting[: len(moved)], "the first in the line, and nobody past them"
        waiting = waiting[len(moved) :]
        for one in moved:
            known[one] = Request(one, known[one].turn, State.BOOKED)
        assert taken(known.values()) <= places
        assert not waiting or taken(known.values()) == places, "nobody waits beside a free place"
        assert [place_in_line(known.values(), one) for one in waiting] == list(range(1, len(waiting) + 1))


def test_nobody_gets_past_those_who_wait() -> None:
    assert state_of_new([Request(1, 1, State.WAITING)], 5) is State.WAITING


@given(st.integers(-200, 400))
def test_the_code_works_around_the_session_and_the_list_for_good(minutes: int) -> None:
    at = START + dt.timedelta(minutes=minutes)
    by_code, by_list = (refusal_by_time(START, END, at, way) for way in (Way.CODE, Way.LIST))
    assert (by_code is None) == (START - BEFORE <= at <= END + AFTER)
    assert (by_list is None) == (at >= START - BEFORE)


@pytest.mark.parametrize(
    ("state", "taken_", "is_offered", "refusal"),
    [
        (State.BOOKED, 2, False, None),
        (State.WAITING, 1, True, None),
        (State.WAITING, 2, True, Refusal.FULL),
        (State.CANCELLED, 1, True, None),
        (None, 1, True, None),
        (None, 2, True, Refusal.FULL),
        (None, 0, False, Refusal.UNKNOWN),
        (State.CANCELLED, 0, False, Refusal.UNKNOWN),
    ],
)
def test_who_comes_without_a_place_takes_a_free_one(
    state: State | None, taken_: int, is_offered: bool, refusal: Refusal | None
) -> None:
    assert refusal_by_place(state, taken_, 2, is_offered) is refusal


@given(st.text())
def test_no_code_is_made_up(given_: str) -> None:
    assert session_of("a secret", given_) is None


def test_a_code_is_of_one_session_and_one_installation() -> None:
    uuid = uuid4()
    assert session_of("a secret", code("a secret", uuid)) == uuid
    assert session_of("another", code("a secret", uuid)) is None


@given(st.lists(st.sampled_from(News), min_size=1))
def test_a_cancelled_session_is_told_whatever_else_is_new(several: list[News]) -> None:
    told: News | None = None
    for one in several:
        told = weightier(told, one)
    assert told in several
    assert (told is News.CANCELLED) == (News.CANCELLED in several)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "told"),
    [
        (dt.date(2026, 12, 7), dt.time(16), dt.time(14), "ends before it starts"),
        (dt.date(2026, 10, 1), dt.time(14), dt.time(16), "is past"),
        (dt.date(2029, 10, 1), dt.time(14), dt.time(16), "within two years"),
        (dt.date(2027, 3, 28), dt.time(1, 30), dt.time(4), "Clocks go forward"),
        (dt.date(2026, 12, 7), dt.time(1), dt.time(23), "twelve hours"),
    ],
)
def test_a_time_that_cannot_be_is_refused(day: dt.date, starts: dt.time, ends: dt.time, told: str) -> None:
    with pytest.raises(WhenError, match=told):
        span(day, starts, ends, "Europe/London", dt.datetime(2026, 11, 2, tzinfo=dt.UTC))


def test_hours_are_those_of_the_place() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    begin, end = span(dt.date(2026, 7, 1), dt.time(14), dt.time(16), "Europe/London", now)
    assert (begin.hour, end.hour) == (13, 15)


def test_a_trainer_leads_their_own_and_leads_all() -> None:
    me, other = uuid4(), uuid4()
    assert may_lead({Role.TRAINER}, me, me)
    assert not may_lead({Role.TRAINER}, me, other)
    assert not may_lead({Role.SITE_LEAD}, me, me)
    assert may_lead({Role.ADMIN}, me, other)
