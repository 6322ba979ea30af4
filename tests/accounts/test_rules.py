"""The pure rules of signing in."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import passwords, throttle
from lms.accounts.device import device
from lms.accounts.email_address import is_email, normal
from lms.accounts.parcel import LIFETIME, Parcel, seal, unseal
from lms.accounts.staying import Limits, has_ended, is_sign_of_life_due
from lms.accounts.throttle import Limit, network, recent, wait

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SHORT = Limit(3, dt.timedelta(seconds=60))
WORK = Limits(idle=dt.timedelta(hours=2), absolute=dt.timedelta(hours=12))
seconds = st.integers(0, 600)


@given(st.lists(seconds, max_size=80))
def test_never_more_tries_than_allowed_in_any_span(moments: list[int]) -> None:
    counted: list[float] = []
    for moment in sorted(moments):
        at = NOON + dt.timedelta(seconds=moment)
        if not wait(counted, at, SHORT):
            counted = [*recent(counted, at, SHORT), at.timestamp()]
            inside = [time for time in counted if at.timestamp() - 60 < time]
            assert len(inside) <= SHORT.tries


@given(st.lists(seconds, min_size=3, max_size=80))
def test_after_the_wait_a_try_is_free_and_not_before(moments: list[int]) -> None:
    times = [(NOON + dt.timedelta(seconds=moment)).timestamp() for moment in moments]
    at = NOON + dt.timedelta(seconds=max(moments))
    pause = wait(times, at, SHORT)
    assert dt.timedelta() <= pause <= SHORT.window
    assert not wait(times, at + pause, SHORT)
    if pause:
        assert wait(times, at + pause - dt.timedelta(milliseconds=10), SHORT)


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    tomorrow = (NOON + dt.timedelta(days=1)).timestamp()
    assert not wait([tomorrow] * 50, NOON, throttle.ACCOUNT)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_what_counts_as_one_network_address(address: str | None, counted: str) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(
    ("created", "seen", "ended"),
    [
        (0, 0, False),
        (3, 2, False),
        (3, 2.01, True),
        (12, 0, False),
        (12.01, 0, True),
        (-5, -5, False),
    ],
)
def test_a_sign_in_ends_after_silence_and_in_any_case(created: float, seen: float, ended: bool) -> None:
    assert has_ended(NOON - dt.timedelta(hours=created), NOON - dt.timedelta(hours=seen), NOON, WORK) is ended


@given(st.integers(5, 1440), st.lists(st.floats(1, 60), max_size=50))
def test_who_is_at_work_is_never_thrown_out_for_silence(idle: int, steps: list[float]) -> None:
    """Someone who does something at least every half idle span stays, however coarsely that is written down."""
    limits = Limits(idle=dt.timedelta(minutes=idle), absolute=dt.timedelta(days=365))
    at = seen = NOON
    for step in steps:
        at += dt.timedelta(minutes=min(step, idle / 2))
        assert not has_ended(NOON, seen, at, limits)
        if is_sign_of_life_due(seen, at, limits):
            seen = at


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password2026!",
        "P@ssw0rd1234",
        "1234567890",
        "qwertyuiop",
        "1q2w3e4r5t",
        "hospitalhospital",
        "aaaaaaaaaaaa",
        "ababababab",
        "Liverpool1892",
        "!!!welcome!!!",
        "iloveyou2026",
    ],
)
def test_a_common_password_is_refused(password: str) -> None:
    assert "first passwords" in (passwords.objection(password, "a@example.org") or "")


@pytest.mark.parametrize(
    "password", ["four trolleys by noon", "kettle-lamp-river", "Ünïcödé ßtraße", "98ahk-2kkd-pq", "lift seven again"]
)
def test_a_good_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert passwords.objection(password, "a@example.org") is None


@pytest.mark.parametrize("password", ["zoe.ng-porter@example.org", "Zoe.Ng-Porter1", "zoe.ng-porter"])
def test_ones_own_address_is_refused(password: str) -> None:
    assert "your e-mail address" in (passwords.objection(password, "zoe.ng-porter@example.org") or "")


def test_length_counts_alone() -> None:
    assert "at least 10" in (passwords.objection("kettlelam", "a@example.org") or "")
    assert "at most 500" in (passwords.objection("kettle lamp " * 50, "a@example.org") or "")


def test_length_is_looked_at_before_letters_are_brought_into_order() -> None:
    """A million marks on one letter would take hours, in which the whole process answers nobody."""
    marks = "a" + "\u0300" * 200_000 + "\u0316" * 200_000
    began = time.process_time()
    assert "at most 500" in (passwords.objection(marks, "a@example.org") or "")
    assert not passwords.matches(passwords.hashed("kettle-lamp-river"), marks)
    assert time.process_time() - began < 60, "it would be minutes"
    decomposed = "e\u0301" * 300
    assert "at most 500" in (passwords.objection(decomposed, "a@example.org") or "")
    assert not passwords.matches(passwords.hashed("é" * 300), decomposed)


def test_a_hash_matches_its_password_only() -> None:
    kept = passwords.hashed("kettle-lamp-rivér")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, "kettle-lamp-rive\u0301r")  # the same letter, typed on another system
    assert not passwords.matches(kept, "kettle-lamp-river")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "kettle-lamp-river")


def test_nobody_takes_as_long_as_somebody() -> None:
    kept = passwords.hashed("kettle-lamp-river")

    def cost(known: str | None) -> float:
        # Processor time: a busy machine makes both wait, and neither work more.
        start = time.process_time()
        passwords.matches(known, "wrong-wrong-wrong")
        return time.process_time() - start

    cost(None)
    nobody, somebody = zip(*((cost(None), cost(kept)) for _ in range(7)), strict=True)
    assert 0.5 < min(nobody) / min(somebody) < 2


@pytest.mark.parametrize("text", ["a@b", "zoe.ng+x@mail.example.org", "o'hara@example.org"])
def test_an_address_is_taken(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a@-b", "a@b..c", "é@example.org", "a" * 250 + "@b.org", "a,b@c"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_email(text)


@given(st.text(max_size=50))
def test_the_normal_form_stays_as_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36 Edg/138.0"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_recognised(agent: str, told: str) -> None:
    assert device(agent) == told


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=200)), max_size=5))
def test_a_parcel_opens_for_its_owner_alone(fields: list[tuple[str, str]]) -> None:
    owner, parcel = uuid.uuid4(), Parcel("/reflections/r1?x=1", tuple(fields), NOON)
    sealed = seal("secret", owner, parcel)
    assert unseal("secret", owner, sealed, NOON) == parcel
    assert unseal("secret", uuid.uuid4(), sealed, NOON) is None
    assert unseal("another", owner, sealed, NOON) is None
    assert unseal("secret", owner, sealed, NOON + LIFETIME + dt.timedelta(seconds=1)) is None


@given(st.text(max_size=100))
def test_what_is_no_parcel_opens_for_nobody(sealed: str) -> None:
    assert unseal("secret", uuid.uuid4(), sealed, NOON) is None
