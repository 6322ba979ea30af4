"""Processes of the product that start at once.

To start one from nothing means reading a thousand modules, two seconds of a processor. Tests that start hundreds take
theirs from a process that has read them already; all that comes after the reading is as for `python -m`.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_ready = multiprocessing.get_context("forkserver")
_ready.set_forkserver_preload(["lms.cli"])


class Process:
    """`python -m MODULE WORD …`, with what it says in a file or two; to be handled as a `subprocess.Popen`."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, errors: Path | None = None
    ) -> None:
        self.returncode: int | None = None
        self._has_ended = threading.Event()
        self._command = command
        self._process = _ready.Process(target=_run, args=(command, dict(env), cwd, log, errors or log))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid
        threading.Thread(target=self._look_for_its_end, daemon=True).start()

    def _look_for_its_end(self) -> None:
        # In one thread only: who asks second how a process of `multiprocessing` ended is not told.
        self._process.join()
        self.returncode = self._process.exitcode
        self._has_ended.set()

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended; less than nothing is the signal that ended it."""
        if not self._has_ended.wait(timeout):
            raise subprocess.TimeoutExpired(self._command, timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sign: signal.Signals) -> None:
        """Send it any signal, if it has not ended."""
        if self.returncode is None:
            os.kill(self.pid, sign)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def run(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """The same to its end, with what it said."""
    with tempfile.TemporaryDirectory() as folder:
        said, errors = Path(folder) / "said", Path(folder) / "errors"
        code = Process(command, env, cwd, said, errors).wait()
        return subprocess.CompletedProcess(list(command), code, said.read_text(), errors.read_text())


def _run(command: Sequence[str], environment: dict[str, str], folder: Path, log: Path, errors: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in ((1, log), (2, errors)):
        with path.open("ab") as stream:
            os.dup2(stream.fileno(), number)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
