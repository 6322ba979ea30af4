"""The parts of an installation as processes, each started again when it dies, as systemd does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests import warm
from tests.operate.installation import children, free_port, is_alive, wait_until

REPOSITORY = Path(__file__).parents[2]
AGAIN_SECONDS = 0.1
STOP_SECONDS = 30
TAKE = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Hands a listening socket over as systemd does (sd_listen_fds(3))."""


@dataclass
class Site:
    """An installation on a folder and a database; its relay speaks with the store through `wire_port`."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    lrs_port: int = field(default_factory=free_port)
    wire_port: int = field(default_factory=free_port)

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    def settings(self, **more: str) -> dict[str, str]:
        """For the processes; nothing that this very test run has set is a setting of the installation."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        return inherited | {
            "PYTHONPATH": str(REPOSITORY),
            "LMS_INSTANCE": str(self.instance),
            "LMS_DATABASE_URL": self.database_url,
            "LMS_PORT": str(self.port),
            "LMS_LRS_PORT": str(self.lrs_port),
            "LMS_WEB_WORKERS": "2",
            **more,
        }


class Part:
    """`lms <name>`, for as long as it is wanted; with a listener, as systemd starts it from a socket."""

    def __init__(
        self,
        site: Site,
        name: str,
        variant: str | None = None,
        listener: socket.socket | None = None,
        **settings: str,
    ) -> None:
        self.name = name
        self._words = ["tests.faults.broken", variant, name] if variant else ["lms", name]
        self._listener = listener
        self._environment = site.settings(**settings)
        self._log = site.folder / f"{name}.log"
        self._is_wanted = True
        self._release = REPOSITORY
        self._process = self._start()
        self._watch = threading.Thread(target=self._start_again_and_again, daemon=True)
        self._watch.start()

    @property
    def pid(self) -> int:
        """Of the process that is there now."""
        return self._process.pid

    def kill(self, chance: Random, masters: float = 0.2) -> bool:
        """SIGKILL to it, or (of a web server, mostly) to one of its workers; whether something died."""
        workers = children(self._process.pid) if self.name == "web" else []
        target = chance.choice(workers) if workers and chance.random() > masters else self._process.pid
        if not is_alive(target):
            return False
        os.kill(target, signal.SIGKILL)
        return True

    def signal(self, sign: signal.Signals) -> None:
        """Send it any signal."""
        self._process.send_signal(sign)

    def renew(self, release: Path) -> None:
        """End it in good order; what is started in its place is another release."""
        old, self._release = self._process, release
        old.terminate()
        wait_until(lambda: self._process is not old, STOP_SECONDS)

    def stop(self) -> None:
        """End it in good order."""
        self._is_wanted = False
        if self._process.poll() is None:
            self._process.terminate()
        self._watch.join(STOP_SECONDS)

    def _start(self) -> subprocess.Popen[bytes] | warm.Process:
        environment = self._environment | {"PYTHONPATH": str(self._release)}
        if self._release == REPOSITORY and not self._listener:
            return warm.Process(self._words, environment, REPOSITORY, self._log)
        command, given = [sys.executable, "-m", *self._words], ()
        if self._listener:
            given = (self._listener.fileno(),)
            command = [sys.executable, "-c", TAKE, str(self._listener.fileno()), *command]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, cwd=self._release, env=environment, stdout=log, stderr=log, pass_fds=given)

    def _start_again_and_again(self) -> None:
        stopping = threading.Event()
        while True:
            self._process.wait()
            # Workers of a dead master may hold the port for a moment: the next start tries again.
            stopping.wait(AGAIN_SECONDS)
            if not self._is_wanted:
                return
            self._process = self._start()
