"""Documents are set one after another, and nobody has two of them in the making."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lms.paper.press import BusyError, Press


def test_one_at_a_time_and_all_in_turn() -> None:
    press, at_work, most = Press(30), 0, 0

    def make(number: int) -> None:
        nonlocal at_work, most
        with press.turn(number):
            at_work += 1
            most = max(most, at_work)
            time.sleep(0.01)
            at_work -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(20)))
    assert most == 1


def test_nobody_has_two_in_the_making() -> None:
    press = Press(30)
    with press.turn("ada"), pytest.raises(BusyError), press.turn("ada"):
        pass
    with press.turn("ada"):
        pass


def test_nobody_waits_for_ever() -> None:
    press = Press(0.05)
    with ThreadPoolExecutor(1) as pool, press.turn("ada"), pytest.raises(BusyError):
        pool.submit(lambda: press.turn("eve").__enter__()).result()
    with press.turn("eve"):
        pass


def test_a_document_that_fails_gives_the_press_back() -> None:
    press = Press(0.05)
    with pytest.raises(ZeroDivisionError), press.turn("ada"):
        raise ZeroDivisionError
    with press.turn("ada"):
        pass
