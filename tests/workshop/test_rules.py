"""Who gets a place, who waits, and when attendance may be noted."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Role
from lms.workshop.attendance.code import STEP, code, next_in, read, scan, scanned_at
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
    assert read("a secret", given_) is None
    assert scanned_at("a secret", given_, uuid4(), START) is None


def test_a_code_is_of_one_session_and_one_installation() -> None:
    uuid = uuid4()
    for at in (START, None):
        shown = read("a secret", code("a secret", uuid, at))
        assert shown is not None
        assert shown.session == uuid
        assert read("another", code("a secret", uuid, at)) is None
        assert len(code("a secret", uuid, at)) < 60, "a longer one is a denser picture"


@given(st.integers(0, 59), st.integers(-300, 300))
def test_a_code_is_good_while_it_is_shown_and_a_minute_longer(second: int, later: int) -> None:
    made = START + dt.timedelta(seconds=second)
    shown = read("a secret", code("a secret", uuid4(), made))
    assert shown is not None
    is_good = shown.is_good(stays=False, at=made + dt.timedelta(seconds=later))
    if 0 <= later <= 60:
        assert is_good, "also by the clock of another host"
    if abs(later) >= 120:
        assert not is_good


@given(st.integers(0, 10**7))
def test_the_next_code_is_there_when_the_page_asks_for_it(milliseconds: int) -> None:
    at = START + dt.timedelta(milliseconds=milliseconds)
    assert 1 <= next_in(at) <= STEP + 1
    then = at + dt.timedelta(seconds=next_in(at))
    assert code("a secret", UUID(int=1), then) != code("a secret", UUID(int=1), at)
    shown = read("a secret", code("a secret", UUID(int=1), at))
    assert shown
    assert shown.is_good(False, then), "until the next one is there"


def test_one_that_stays_is_good_only_where_it_is_wanted() -> None:
    shown = read("a secret", code("a secret", uuid4(), None))
    assert shown
    assert (shown.is_good(True, START), shown.is_good(False, START)) == (True, False)


def test_a_scan_is_remembered_for_a_while_and_for_its_session() -> None:
    uuid, minute = uuid4(), dt.timedelta(minutes=1)
    kept = scan("a secret", uuid, START)
    assert scanned_at("a secret", kept, uuid, START + 14 * minute) == START
    assert scanned_at("a secret", kept, uuid, START + 16 * minute) is None
    assert scanned_at("a secret", kept, uuid4(), START) is None
    assert scanned_at("another", kept, uuid, START) is None


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
