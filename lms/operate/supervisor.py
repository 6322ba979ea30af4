"""Starts the parts of an installation, starts those again that die, and stops them all."""

from __future__ import annotations

import math
import os
import queue
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from lms.operate import process, restarting
from lms.operate.logs import book

LONGEST_WAIT = 60.0
NO_ROOM_SECONDS = 5.0
FIRST_STOPPED_SECONDS = 1.3
"""How long parts may take to end before those that they need are stopped as well."""
ALL_STOPPED_SECONDS = 1.7
"""What has not ended by then is killed: people who press Ctrl-C do not wait for longer than two seconds."""

log = structlog.get_logger("lms.operate")


@dataclass(frozen=True)
class Part:
    """A process with its own work."""

    name: str
    run: Callable[[], None]
    """Returns when the process is told to end by SIGTERM."""
    is_vital: bool = False
    """Without it there is no use in going on."""
    is_once: bool = False
    """It has a task that comes to an end."""
    is_needed_by_others: bool = False
    """It is stopped last."""
    meanwhile: str = ""
    """What its absence means to people."""


class HopelessError(Exception):
    """A vital part dies again and again; a sentence says which."""


@dataclass
class _Place:
    """A part and the process that does its work, if there is one."""

    part: Part
    pid: int = 0
    began: float = 0.0
    quick_deaths: int = 0
    due: float = 0.0
    told: bool = field(default=False, repr=False)


class Supervisor:
    """Serves until it is told to stop."""

    def __init__(self, parts: Sequence[Part], logs: Path, warn: Callable[[str], None]) -> None:
        self._places = [_Place(part) for part in parts]
        self._logs, self._warn = logs, warn
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._stops = False

    def run(self, ready: Callable[[], None]) -> None:
        """Start all parts, say that they are started, and look after them until SIGINT, SIGTERM or SIGHUP comes.

        Raises HopelessError, with all parts stopped, when a vital one cannot be kept alive.
        """
        self._listen()
        try:
            self._start_due()
            ready()
            while not self._stops:
                self._wait(self._seconds_to_next_start())
                self._bury()
                self._start_due()
        finally:
            self._stop()

    def _listen(self) -> None:
        for sign in process.OURS:
            # Whoever started us with nohup wants us to outlive the terminal.
            if sign != signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:
                signal.signal(sign, self._take_signal)

    def _take_signal(self, sign: int, _frame: FrameType | None) -> None:
        # Nothing else is safe here: it may interrupt anything.
        self._stops = self._stops or sign != signal.SIGCHLD
        self._signals.put(sign)

    def _wait(self, seconds: float) -> None:
        with suppress(queue.Empty):
            self._signals.get(timeout=max(seconds, 0.0))

    def _seconds_to_next_start(self) -> float:
        now = time.monotonic()
        return min([LONGEST_WAIT, *(place.due - now for place in self._places if not place.pid)])

    def _start_due(self) -> None:
        for place in self._places:
            if not place.pid and not self._stops and time.monotonic() >= place.due:
                self._start(place)

    def _start(self, place: _Place) -> None:
        place.began = time.monotonic()
        try:
            place.pid = self._fork(place.part)
            log.info("started", part=place.part.name, process=place.pid)
        except OSError as error:  # too many processes, or too little memory, for the moment
            place.due = place.began + NO_ROOM_SECONDS
            log.error("cannot be started", part=place.part.name, error=str(error))

    def _fork(self, part: Part) -> int:
        parent = os.getpid()
        # A signal that comes before the child has handlers of its own would be lost in a copy of our queue.
        signal.pthread_sigmask(signal.SIG_BLOCK, process.OURS)
        try:
            pid = os.fork()
            if pid == 0:
                _be(part, parent, self._logs)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, process.OURS)
        return pid

    def _bury(self) -> None:
        """Note which parts have died."""
        for place in self._places:
            if place.pid and (status := _ended(place.pid)) is not None:
                place.pid = 0
                self._follow_death(place, status)

    def _follow_death(self, place: _Place, status: int) -> None:
        if place.part.is_once and status == 0:
            place.due = math.inf
            log.info("done", part=place.part.name)
            return
        if self._stops:
            return
        now, name = time.monotonic(), place.part.name
        place.quick_deaths = restarting.quick_deaths(place.quick_deaths, now - place.began)
        pause = restarting.pause_seconds(place.quick_deaths)
        place.due = now + pause
        how = f"was ended by signal {-status}" if status < 0 else f"ended with {status}"
        log.error("died", part=name, how=how, start_in_seconds=round(pause, 2))
        if not restarting.is_hopeless(place.quick_deaths):
            self._warn(f"The part {name!r} {how} and is started again. {place.part.meanwhile}".strip())
        elif place.part.is_vital:
            raise HopelessError(
                f"The part {name!r} {how} again and again right after its start, so all is stopped: "
                f"the reason is at the end of {self._logs / name}.log."
            )
        elif not place.told:
            place.told = True
            self._warn(
                f"The part {name!r} {how} again and again; it is tried every {pause:.0f} seconds from now on. "
                f"{place.part.meanwhile} The reason is at the end of {self._logs / name}.log."
            )

    def _stop(self) -> None:
        self._stops = True
        began = time.monotonic()
        log.info("stopping")
        last = [place for place in self._places if place.part.is_needed_by_others]
        first = [place for place in self._places if place not in last]
        _end(first, began + FIRST_STOPPED_SECONDS)
        _end(last, began + ALL_STOPPED_SECONDS)
        for place in self._places:
            if place.pid:
                log.warning("killed", part=place.part.name)
                with suppress(ProcessLookupError):
                    os.killpg(place.pid, signal.SIGKILL)
                os.waitpid(place.pid, 0)
        log.info("stopped", seconds=round(time.monotonic() - began, 2))


def _be(part: Part, parent: int, logs: Path) -> None:
    """The life of a forked process; it never returns."""
    status = 1
    try:
        process.become(part.name, parent)
        book.lead_to(logs / f"{part.name}.log")
        book.take_output()
        part.run()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        log.exception("failed")
    finally:
        # Not by way of the supervisor's own clean-up, of which this process is a copy.
        os._exit(status)


def _end(places: Iterable[_Place], until: float) -> None:
    """Ask processes to end, and wait for them."""
    left = [place for place in places if place.pid]
    for place in left:
        os.kill(place.pid, signal.SIGTERM)
    while left and time.monotonic() < until:
        time.sleep(0.01)
        for place in [place for place in left if _ended(place.pid) is not None]:
            place.pid = 0
            left.remove(place)


def _ended(pid: int) -> int | None:
    """Exit status, negative for the signal that ended it; None while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None
