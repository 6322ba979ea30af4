"""An installation that tests start and stop by the command `lms`, as its operator does."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import plain_http

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
"""The machine may be busy with other tests."""


@dataclass
class Installation:
    """A folder, two ports, and the supervisor that serves them while it runs."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    lrs_port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[str] | None = None
    said: str = ""
    """The welcome of the first start."""
    table: list[str] = field(default_factory=list)
    """The people of the demonstration."""

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What this very test run has set is no setting of the installation."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        return inherited | {
            "PYTHONPATH": str(REPOSITORY),
            "LMS_INSTANCE": str(self.instance),
            "LMS_PORT": str(self.port),
            "LMS_LRS_PORT": str(self.lrs_port),
            **self.settings,
        }

    def command(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """The command `lms`, started."""
        return subprocess.Popen(
            [sys.executable, "-m", "lms", *words],
            cwd=self.folder,
            env=self.environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *options: str) -> str:
        """Start the supervisor; what it says first. Its page answers then."""
        self.process = self.command("up", *options)
        assert self.process.stdout
        said = ""
        while "Ctrl-C" not in said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.process.communicate()[1]}"
            said += line
        wait_until(self.answers)
        return said

    def rest_of_table(self) -> list[str]:
        """The lines of the people of the demonstration, which come after the welcome."""
        assert self.process and self.process.stdout
        lines: list[str] = []
        while len(lines) < 12:
            line = self.process.stdout.readline()
            assert line
            if "@example.org" in line:
                lines.append(line)
        return lines

    def answers(self) -> bool:
        """Whether a page comes."""
        try:
            return plain_http.get(f"{self.url}/sign-in", timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def parts(self) -> dict[str, int]:
        """Process ids of the parts, by name."""
        assert self.process
        return {name_of(pid): pid for pid in children(self.process.pid)}

    def stop(self, sign: signal.Signals = signal.SIGINT) -> tuple[float, int, str]:
        """Stop the supervisor: how long it took, its exit code, what it had to warn of."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(sign)
        _, warnings = self.process.communicate(timeout=PATIENCE_SECONDS)
        return time.monotonic() - began, self.process.returncode, warnings

    def log(self, name: str) -> str:
        """What a part has logged."""
        return (self.instance / "log" / f"{name}.log").read_text(encoding="utf-8")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(
    is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS, told: Callable[[], str] = lambda: ""
) -> None:
    """Wait for something to become true; what is `told` explains why it did not."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"it did not come true in time\n{told()}"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def name_of(pid: int) -> str:
    """Name of a part, as `ps` shows it."""
    return Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("cares-")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not looked at yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def password_in(said: str) -> str:
    """The admin's one-time password in a welcome."""
    found = re.search(r"one-time password\s+(\S+)", said)
    assert found, said
    return found[1]


def sign_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    """As the page does it."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    return client.post("/sign-in", data={"email": email, "password": password, "csrf_token": token[1]})
