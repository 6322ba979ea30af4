"""`lms up` as an operator meets it: one supervisor is started, disturbed in many ways, and stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import plain_http
from tests.operate.installation import (
    Installation,
    children,
    is_alive,
    name_of,
    password_in,
    sign_in,
    wait_until,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

LONGEST_STOP = 10.0
"""It takes less than two seconds (bench/ measures it); a busy machine may need longer, but not gunicorn's thirty."""
MEMORY_KB = 320_000
"""What it takes when its parts share what they can is measured in bench/; without that it would be far more."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A fresh installation with the people of the demonstration."""
    installation = Installation(tmp_path_factory.mktemp("up"))
    installation.said = installation.start("--demo")
    installation.table = installation.rest_of_table()
    yield installation
    if installation.process and installation.process.poll() is None:
        installation.process.kill()
        installation.process.communicate()


def count(running: Installation, where: str) -> int:
    with sqlite3.connect(running.instance / "cares.db", timeout=10) as database:
        return int(database.execute(f"SELECT count(*) FROM {where}").fetchone()[0])


def test_it_says_in_five_lines_where_to_go(running: Installation) -> None:
    said = running.said
    assert len(said.strip().splitlines()) == 5
    assert running.url in said
    assert str(running.instance) in said
    assert len(password_in(said)) == 19


def test_only_its_owner_can_read_it(running: Installation) -> None:
    for path in [running.instance, *running.instance.rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_the_admin_sets_a_password_first(running: Installation) -> None:
    with plain_http.client(base_url=running.url, timeout=30) as browser:
        sign_in(browser, "admin@example.org", password_in(running.said))
        assert browser.get("/").headers["location"] == "/account"


def test_people_of_the_demonstration_sign_in_and_their_statements_arrive(running: Installation) -> None:
    line = next(line for line in running.table if "completed" in line)
    email, password = line.split()[:2]
    with plain_http.client(base_url=running.url, timeout=30) as browser:
        assert sign_in(browser, email, password).status_code == 303
        assert browser.get("/").status_code == 200
    wait_until(lambda: "event=done" in running.log("up"))
    assert count(running, "registration WHERE state = 'completed'") == 3
    wait_until(lambda: count(running, "statement WHERE delivery != 'delivered'") == 0)
    assert count(running, "statement") > 500


def test_a_second_one_says_so(running: Installation) -> None:
    second = running.command("up")
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "running already" in said
    assert "Traceback" not in said
    assert running.answers()


def test_a_taken_port_is_said(running: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path, port=running.port)
    clash = Installation(tmp_path, lrs_port=running.port)
    processes = [other.command("up"), clash.command("up", LMS_INSTANCE=str(tmp_path / "another"))]
    for process, named in zip(processes, ("LMS_PORT", "LMS_LRS_PORT"), strict=True):
        _, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert f"port {running.port}" in said and named in said
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) == 1


def test_whatever_dies_comes_back(running: Installation) -> None:
    wait_until(lambda: set(running.parts()) == {"web", "relay", "lrs"}, told=lambda: running.log("up"))
    before, died = running.parts(), running.log("up").count("event=died")
    time.sleep(max(0.0, 5.5 - min(map(_age, before.values()))))  # what dies later than at once is started at once
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(running.parts().get(name, pid) != pid for name, pid in before.items()))
    wait_until(running.answers)
    web = running.parts()["web"]
    wait_until(lambda: len(children(web)) == 2)
    worker = children(web)[0]
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: worker not in children(web) and len(children(web)) == 2)
    assert running.answers()
    assert running.log("up").count("event=died") == died + 3


def test_browsers_are_shared_evenly(running: Installation) -> None:
    # On a busy machine a worker may be away for a moment; by chance alone, half and half is rare.
    assert any(_split(running) == [6, 6] for _ in range(20))


def test_who_says_nothing_holds_nobody_up(running: Installation) -> None:
    silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
    began = time.monotonic()
    assert running.answers()
    assert time.monotonic() - began < 4.5, "gunicorn's own would wait for five seconds"
    for connection in silent:
        connection.close()


def _split(running: Installation) -> list[int]:
    """How many of twelve browsers that come at once each worker has."""
    workers = children(running.parts()["web"])
    time.sleep(0.5)
    before = [_sockets(worker) for worker in workers]
    browsers = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(12)]
    time.sleep(0.3)
    found = [_sockets(worker) - count for worker, count in zip(workers, before, strict=True)]
    for browser in browsers:
        browser.close()
    return found


def test_the_log_tells_no_secret_and_can_be_rotated(running: Installation) -> None:
    plain_http.get(f"{running.url}/password/SECRET-of-a-link?word=SECRET-of-a-query")
    log = running.instance / "log" / "web.log"
    log.rename(log.with_suffix(".1"))

    def is_begun_anew() -> bool:
        # It looks once a second: the first line after the renaming may still go to where the file is now.
        plain_http.get(f"{running.url}/sign-in?word=SECRET-of-a-query")
        return log.exists() and "answered" in log.read_text()

    wait_until(is_begun_anew)
    assert "/password/<token>" in log.with_suffix(".1").read_text()
    for path in log.parent.iterdir():
        assert "SECRET" not in path.read_text(), path


def test_memory_of_all_parts(running: Installation) -> None:
    assert running.process
    everyone = [running.process.pid, *children(running.process.pid)]
    everyone += [worker for part in everyone[1:] for worker in children(part)]
    shares = {f"{name_of(pid)} {pid}": _pss(pid) for pid in everyone}
    assert sum(shares.values()) < MEMORY_KB, json.dumps(shares)


def test_the_doctor_finds_it_served(running: Installation) -> None:
    process = running.command("doctor")
    said, _ = process.communicate(timeout=60)
    wrong = [line for line in said.splitlines() if line.startswith("!!") and "checker" not in line]
    assert wrong == []
    for part in ("keys are readable by their owner", "tables are those of this version", "took the withdrawal", "free"):
        assert part in said


def test_parts_end_with_a_supervisor_that_is_killed_and_it_starts_again(running: Installation) -> None:
    assert running.process
    everyone = children(running.process.pid)
    everyone += [worker for part in everyone for worker in children(part)]
    running.process.kill()
    running.process.communicate()
    said = running.start("--demo")  # at once: it waits for what is left of the other
    assert not any(map(is_alive, everyone))
    assert "one-time password" not in said
    assert count(running, "person") == 13


def test_it_stops_within_two_seconds_and_leaves_nothing(running: Installation) -> None:
    assert running.process
    everyone = children(running.process.pid)
    everyone += [worker for part in everyone for worker in children(part)]
    kept = plain_http.client(base_url=running.url, timeout=30)
    kept.get("/sign-in")  # a browser that keeps its connection
    silent = socket.create_connection(("127.0.0.1", running.port))
    running.process.send_signal(signal.SIGINT)
    seconds, code, warnings = running.stop()  # a second Ctrl-C right after the first
    assert seconds < LONGEST_STOP
    assert (code, warnings) == (0, "")
    assert not any(map(is_alive, everyone))
    assert "killed" not in running.log("up")
    silent.close()
    kept.close()


def _age(pid: int) -> float:
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    return up - ticks / os.sysconf("SC_CLK_TCK")


def _sockets(pid: int) -> int:
    return sum(str(path.readlink()).startswith("socket:") for path in Path(f"/proc/{pid}/fd").iterdir())


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
