"""An installation as an operator runs it: `lms up` in a folder of its own, with web, relay and LRS."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30


@dataclass
class Installation:
    """`lms up`, and the commands beside it."""

    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    lrs_port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and return when the first page can be had."""
        log = (self.folder.parent / "up.txt").open("a")
        self.process = subprocess.Popen(self._command("up"), env=self._environment(), stdout=log, stderr=log, text=True)
        log.close()
        wait_until(lambda: self._answers(f"{self.url}/sign-in"), "the web pages")
        wait_until(lambda: self._answers(f"http://127.0.0.1:{self.lrs_port}/xapi/about"), "the LRS")

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE_SECONDS)

    def run(self, *words: str) -> str:
        """What a command of `lms` prints."""
        done = subprocess.run(
            self._command(*words), env=self._environment(), capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def kill(self, part: str) -> int:
        """End one part as a crash would; its process id."""
        (pid,) = self._processes(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def restarted(self, part: str, before: int) -> None:
        """Return when the supervisor has started a part anew."""
        wait_until(lambda: [pid for pid in self._processes(part) if pid != before] != [], f"a new {part}")

    def statements(self) -> list[dict[str, Any]]:
        """All that the LRS holds, in the order in which it stored them."""
        found: list[dict[str, Any]] = []
        path = "/xapi/statements?ascending=true&limit=0"
        while path:
            answer = json.loads(self._ask_lrs(path))
            found += answer["statements"]
            path = answer.get("more", "")
        return found

    def _ask_lrs(self, path: str) -> bytes:
        client = json.loads((self.folder / "keys" / "lrs-client").read_text())
        credentials = b64encode(f"{client['key']}:{client['secret']}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "X-Experience-API-Version": "1.0.3"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.lrs_port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body

    def queued(self) -> int:
        """Statements that are not at the LRS yet."""
        found = re.search(r"(\d+) queued", self.run("xapi", "status"))
        assert found
        return int(found[1])

    def _answers(self, url: str) -> bool:
        assert self.process and self.process.poll() is None, (self.folder.parent / "up.txt").read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _processes(self, part: str) -> list[int]:
        assert self.process
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        return [int(pid) for pid, parent, words in rows if int(parent) == self.process.pid and f"cares-{part}" in words]

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "lms", *words]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        settings = {"LMS_INSTANCE": str(self.folder), "LMS_PORT": str(self.port), "LMS_LRS_PORT": str(self.lrs_port)}
        return {**kept, **settings, "PYTHONPATH": str(ROOT)}


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Return as soon as something holds. Fails after PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, f"waited {PATIENCE_SECONDS} s for {what}"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
