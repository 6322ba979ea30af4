"""When a part that died is started again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.operate.restarting import MOST_QUICK_DEATHS, QUICK_SECONDS, is_hopeless, pause_seconds, quick_deaths


def test_after_a_long_run_it_is_started_at_once() -> None:
    assert pause_seconds(quick_deaths(5, QUICK_SECONDS)) == 0


@given(st.lists(st.floats(0, 4.99), min_size=1, max_size=20))
def test_pauses_grow_while_it_dies_at_once(runs: list[float]) -> None:
    pauses, quick = [], 0
    for ran in runs:
        quick = quick_deaths(quick, ran)
        pauses.append(pause_seconds(quick))
    assert pauses == sorted(pauses)
    assert is_hopeless(quick) == (len(runs) >= MOST_QUICK_DEATHS)


def test_before_it_is_hopeless_it_is_tried_for_several_seconds() -> None:
    assert 5 < sum(pause_seconds(quick) for quick in range(1, MOST_QUICK_DEATHS)) < 15
