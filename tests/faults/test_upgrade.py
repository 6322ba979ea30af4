"""A new release, and back to the one before, while learners are at work (SECURITY.md, E17)."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from lms.config import load
from lms.db import engine_options
from lms.migrations.state import step_of
from lms.wire import SILENCE_SECONDS
from tests.databases import new_database
from tests.faults import next_release
from tests.faults.processes import Part, Site
from tests.faults.run import Plan, answers, prepared, run
from tests.operate.installation import wait_until

PLAN = Plan(least_deeds=150, seconds_to_think=0.1, holds_the_port=True)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database_url", ["postgresql", pytest.param("sqlite", marks=pytest.mark.soak)], indirect=True)
def test_a_new_release_and_the_way_back_lose_nothing_and_refuse_nobody(tmp_path: Path, database_url: str) -> None:
    release = next_release.make(tmp_path / "next")

    def change(site: Site, parts: Mapping[str, Part]) -> None:
        engine = create_engine(**engine_options(load({}, database_url=site.database_url).database))
        before = step_of(engine)
        _kill_half_way(site, release)
        assert step_of(engine) == before
        assert "noted" not in _columns(engine)
        _some_deeds()

        done = _prepare(site, release).communicate(timeout=60)
        assert "Ready to be served" in done[0], done
        assert "noted" in _columns(engine)
        _some_deeds()  # of the old release, on the new tables

        _renew(site, parts, release)
        wait_until(lambda: _noted(engine) > 0, 60)
        _renew(site, parts, next_release.REPOSITORY)
        noted, registered = _noted(engine), _registrations(engine)
        wait_until(lambda: _registrations(engine) > registered, 60)
        assert _noted(engine) == noted
        engine.dispose()

    outcome = run(tmp_path, database_url, PLAN, change)
    assert outcome.findings == []
    assert outcome.refusals == 0
    assert outcome.retries == 0, "somebody was not answered while the web was started again"


def test_a_renewal_waits_for_a_copy_that_is_being_made_and_holds_up_nobody(tmp_path: Path, postgres_url: str) -> None:
    release = next_release.make(tmp_path / "next")

    def change(site: Site, _: Mapping[str, Part]) -> None:
        engine = create_engine(**engine_options(load({}, database_url=site.database_url).database))
        with engine.connect() as copying:
            copying.execute(text("SELECT count(*) FROM registration"))  # held until the end, as by pg_dump
            process = _prepare(site, release)
            time.sleep(6)
            assert process.poll() is None
        done = process.communicate(timeout=60)
        assert process.returncode == 0, done
        assert "noted" in _columns(engine)
        engine.dispose()

    with new_database(postgres_url) as url:
        outcome = run(tmp_path, url, PLAN, change)
    assert outcome.findings == []
    assert outcome.refusals == 0


def test_what_has_other_tables_is_not_served(tmp_path: Path, database_url: str) -> None:
    site = Site(tmp_path, database_url)
    for part in ("web", "relay"):
        command = [sys.executable, "-m", "lms", part]
        done = subprocess.run(command, env=site.settings(), cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "run `lms prepare` first" in done.stderr


def test_a_port_that_is_held_for_the_web_has_its_limits(tmp_path: Path) -> None:
    site = Site(tmp_path, f"sqlite:///{tmp_path / 'cares.db'}")
    with prepared(site), socket.create_server(("127.0.0.1", site.port)) as listener:
        web = Part(site, "web", listener=listener)
        try:
            wait_until(lambda: answers(site), 60)
            seconds, _ = struct.unpack("ll", listener.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
        finally:
            web.stop()
    assert seconds == SILENCE_SECONDS


def _prepare(site: Site, release: Path) -> subprocess.Popen[str]:
    """`lms prepare` of a release, started."""
    command = [sys.executable, "-m", "lms", "prepare"]
    environment = site.settings(PYTHONPATH=str(release))
    return subprocess.Popen(
        command, cwd=release, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _kill_half_way(site: Site, release: Path) -> None:
    mark = next_release.halt(release)
    process = _prepare(site, release)
    wait_until(lambda: not mark.exists(), 60)
    process.kill()
    process.communicate()


def _some_deeds() -> None:
    """Time enough for some."""
    threading.Event().wait(1.5)


def _renew(site: Site, parts: Mapping[str, Part], release: Path) -> None:
    for name in ("relay", "web"):
        parts[name].renew(release)
    wait_until(lambda: answers(site), 60)


def _columns(engine: Engine) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns("registration")}


def _noted(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(noted) FROM registration")) or 0


def _registrations(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM registration")) or 0
