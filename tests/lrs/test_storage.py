"""The database file: shared commits, moments of storing, trouble with the disk, indexes that are used."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.lrs.app import Application
from lms.lrs.identity import term
from lms.lrs.models import EDITION
from lms.lrs.statements import queries
from lms.lrs.statements.mentions import VERB
from lms.lrs.statements.question import Many, Shown
from lms.lrs.storage import Clock, Storage
from tests.lrs.conftest import CLIENT, HOME, Lrs, made


def test_the_file_is_for_its_owner_alone_and_safe_when_the_power_fails(storage: Storage, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "lrs.db").stat().st_mode) == 0o600
    with storage.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() in ("wal", "truncate")


def test_moments_of_storing_increase_when_the_clock_goes_back() -> None:
    ahead = (time.time_ns() + 3600 * 10**9) // 1000
    clock = Clock(ahead)
    assert [clock.next() for _ in range(3)] == [ahead + 1, ahead + 2, ahead + 3]


def test_work_that_arrives_while_the_disk_is_busy_shares_a_commit(storage: Storage) -> None:
    """What waits is done together; what fails, fails alone."""
    commits: set[int] = set()
    is_busy, go_on = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def slow(_connection: sa.Connection, _clock: Clock) -> None:
        is_busy.set()
        go_on.wait(5)

    def quick(connection: sa.Connection, clock: Clock) -> None:
        commits.add(id(clock))

    def bad(connection: sa.Connection, _clock: Clock) -> None:
        connection.execute(sa.text("SELECT nonsense"))

    def attempt(work: object) -> None:
        try:
            storage.write(work)  # type: ignore[arg-type]
        except Exception as error:
            failures.append(error)

    first = threading.Thread(target=storage.write, args=(slow,))
    first.start()
    assert is_busy.wait(5)
    before = time.time_ns() // 1000
    assert storage.consistent_through() < before
    others = [threading.Thread(target=attempt, args=(work,)) for work in [quick] * 5]
    for other in others:
        other.start()
    time.sleep(0.2)
    go_on.set()
    for thread in (first, *others):
        thread.join()
    assert len(commits) == 1
    assert storage.consistent_through() >= before
    attempt(bad)
    assert len(failures) == 1


def test_one_that_fails_does_not_harm_those_beside_it(storage: Storage) -> None:
    def bad(connection: sa.Connection, _clock: Clock) -> None:
        raise LookupError("a fault of ours")

    lrs = Lrs(Application(storage, CLIENT, HOME))
    failures: list[Exception] = []

    def fail() -> None:
        try:
            storage.write(bad)
        except LookupError as error:
            failures.append(error)

    threads = [threading.Thread(target=fail) for _ in range(6)]
    threads += [threading.Thread(target=Lrs(Application(storage, CLIENT, HOME)).keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 6
    assert len(lrs.find()) == 6


def test_a_full_disk_is_said_and_nothing_is_half_stored(storage: Storage) -> None:
    lrs = Lrs(Application(storage, CLIENT, HOME))
    known = lrs.keep()

    with storage.reading() as connection:
        pages = [connection.exec_driver_sql("PRAGMA page_count").scalar()]

    @sa.event.listens_for(storage._writer, "begin")
    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages[0]}")

    answer = lrs.post([made(), made(result={"response": "x" * 500_000})])
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "full" in answer.get_json()["error"]
    assert lrs.ids() == [known]
    pages[0] = 1_000_000
    assert lrs.post(made()).status_code == 200


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={EDITION + 1}")
    connection.close()
    with pytest.raises(ValueError, match="newer version"):
        Storage(path)


@pytest.mark.parametrize("terms", [(), (term(VERB, "a"),), (term(VERB, "a"), term(VERB, "b"))])
@pytest.mark.parametrize("is_ascending", [True, False])
def test_no_question_sorts_or_reads_the_whole_table(
    storage: Storage, terms: tuple[bytes, ...], is_ascending: bool
) -> None:
    many = Many(terms, 1, 2, 10, is_ascending, Shown("exact", False))
    with storage.reading() as connection:
        query = queries._query(connection, many).compile(connection)
        values = tuple(query.construct_params()[name] for name in query.positiontup or ())
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")], plan
