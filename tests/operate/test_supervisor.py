"""What the supervisor does with parts that misbehave."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms.operate import restarting
from lms.operate.supervisor import HopelessError, Part, Supervisor
from tests.operate.installation import is_alive, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

LONGEST_STOP = 10.0
"""It takes less than two seconds; a busy machine may need longer."""


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restarting, "_FIRST_PAUSE", 0.01)


class Trial:
    """A supervisor in a process of its own, as it always is."""

    def __init__(self, folder: Path, parts: list[Part]) -> None:
        self._said, there = multiprocessing.Pipe()
        self.folder = folder

        def run() -> None:
            os.setsid()
            warnings: list[str] = []
            try:
                Supervisor(parts, folder, warnings.append).run(lambda: None)
                there.send((warnings, None))
            except HopelessError as error:
                there.send((warnings, str(error)))

        self.process = multiprocessing.get_context("fork").Process(target=run)
        self.process.start()

    def pid(self, name: str) -> int:
        wait_until((self.folder / name).exists)
        return int((self.folder / name).read_text())

    def stop(self) -> float:
        began = time.monotonic()
        os.kill(self.process.pid or 0, signal.SIGTERM)
        self.process.join(30)
        return time.monotonic() - began

    def outcome(self) -> Any:
        assert self._said.poll(30)
        return self._said.recv()


def steady(folder: Path, name: str) -> Callable[[], None]:
    """A part that works until it is told to stop."""

    def run() -> None:
        draft = folder / f".{name}"
        draft.write_text(str(os.getpid()))
        draft.rename(folder / name)
        signal.pause()

    return run


def stubborn(folder: Path, name: str) -> Callable[[], None]:
    """A part that does not listen, and has a process of its own that does not either."""

    def run() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        own = os.fork()
        steady(folder, name if own else f"{name}-worker")()
        signal.pause()

    return run


def dying() -> None:
    sys.exit(3)


def test_a_vital_part_that_cannot_live_ends_it_all(tmp_path: Path) -> None:
    trial = Trial(tmp_path, [Part("good", steady(tmp_path, "good")), Part("web", dying, is_vital=True)])
    warnings, error = trial.outcome()
    assert "'web' ended with 3 again and again" in error and "web.log" in error
    assert len(warnings) == restarting.MOST_QUICK_DEATHS - 1
    assert not is_alive(trial.pid("good"))


def test_another_is_told_once_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    parts = [Part("good", steady(tmp_path, "good")), Part("relay", dying, meanwhile="Statements wait.")]
    trial = Trial(tmp_path, parts)
    time.sleep(1)
    assert is_alive(trial.pid("good"))
    assert trial.stop() < LONGEST_STOP
    warnings, error = trial.outcome()
    assert error is None
    assert len(warnings) == restarting.MOST_QUICK_DEATHS
    assert "every 30 seconds from now on. Statements wait." in warnings[-1]


def test_who_does_not_listen_is_killed_with_all_its_processes(tmp_path: Path) -> None:
    trial = Trial(tmp_path, [Part("deaf", stubborn(tmp_path, "deaf"))])
    pids = [trial.pid("deaf"), trial.pid("deaf-worker")]
    assert trial.stop() < LONGEST_STOP
    assert not any(map(is_alive, pids))


def test_a_task_that_is_done_is_not_begun_again(tmp_path: Path) -> None:
    def once() -> None:
        with (tmp_path / "count").open("a") as file:
            file.write("x")

    trial = Trial(tmp_path, [Part("once", once, is_once=True), Part("good", steady(tmp_path, "good"))])
    trial.pid("good")
    time.sleep(0.5)
    trial.stop()
    assert trial.outcome() == ([], None)
    assert (tmp_path / "count").read_text() == "x"
