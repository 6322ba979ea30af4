"""The database file: shared commits, moments of storing, trouble with the disk, indexes that are used."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
import time
from hashlib import blake2b
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.lrs.app import Application
from lms.lrs.callers import Scope
from lms.lrs.clients import service
from lms.lrs.clock import Clock
from lms.lrs.identity import term
from lms.lrs.models import EDITION, mention, metadata, thing
from lms.lrs.rules.statement import VOIDED
from lms.lrs.sqlite_file import CHECKPOINT_PAGES
from lms.lrs.statements import queries
from lms.lrs.statements.mentions import VERB, WRITER
from lms.lrs.statements.numbering import known, numbers
from lms.lrs.statements.question import Many, Shown
from lms.lrs.storage import Storage
from tests.databases import new_database
from tests.lrs.conftest import CLIENT, HOME, VERSION, Json, Lrs, basic, made

COMMENTED = "http://adlnet.gov/expapi/verbs/commented"
REGISTRATION = "0463bceb-c486-4e3d-80e4-63c7e2cac0e0"
FIRST_EDITION = ("statement", "mention", "activity", "verb", "attachment")
POSTGRESQL = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@SQLITE
def test_the_file_is_for_its_owner_alone_and_safe_when_the_power_fails(storage: Storage, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "lrs.db").stat().st_mode) == 0o600
    with storage.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() in ("wal", "truncate")


@SQLITE
def test_the_journal_is_carried_to_its_place_beside_the_writing(storage: Storage, tmp_path: Path) -> None:
    """It does not grow for ever, and is gone at the end."""
    lrs = Lrs(Application(storage, CLIENT, HOME))
    known = [lrs.keep(result={"response": "x" * 4_000_000}) for _ in range(20)]
    assert (tmp_path / "lrs.db-wal").stat().st_size < 2 * (CHECKPOINT_PAGES + 1000) * 4096
    assert lrs.ids(ascending=True)[:2] == known[:2]
    storage.close()
    assert not (tmp_path / "lrs.db-wal").exists()
    with sqlite3.connect(tmp_path / "lrs.db") as connection:
        assert connection.execute("SELECT count(*) FROM statement").fetchone() == (20,)


@SQLITE
def test_a_checkpoint_that_fails_is_tried_again(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread goes on: what hinders it passes, such as too many readers."""
    tried = threading.Semaphore(0)

    def fail() -> None:
        tried.release()
        raise sa.exc.TimeoutError("no connection is left")

    monkeypatch.setattr(storage._database._checkpoints, "_look", fail)  # type: ignore[attr-defined]
    lrs = Lrs(Application(storage, CLIENT, HOME))
    for _ in range(2):
        lrs.keep()
        assert tried.acquire(timeout=5)


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


@SQLITE
def test_a_full_disk_is_said_and_nothing_is_half_stored(storage: Storage) -> None:
    lrs = Lrs(Application(storage, CLIENT, HOME))
    known = lrs.keep()

    with storage.reading() as connection:
        pages = [connection.exec_driver_sql("PRAGMA page_count").scalar()]

    @sa.event.listens_for(storage._database.writer, "begin")
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
        Storage(f"sqlite:///{path}")


@SQLITE
@pytest.mark.parametrize("terms", [(), (term(VERB, "a"),), (term(VERB, "a"), term(VERB, "b"))])
@pytest.mark.parametrize("is_ascending", [True, False])
@pytest.mark.parametrize("writer", [None, "rare", "common"])
def test_no_question_sorts_or_reads_the_whole_table(
    storage: Storage, terms: tuple[bytes, ...], is_ascending: bool, writer: str | None
) -> None:
    own = term(WRITER, writer) if writer else None

    def mention_one(connection: sa.Connection, _clock: Clock) -> None:
        number = numbers(connection, [*terms, *([own] if own else [])])
        if own and terms:
            more_common = number[own if writer == "common" else terms[0]]
            connection.execute(mention.insert(), {"term": more_common, "stored": 1, "origin": 0})

    storage.write(mention_one)
    many = Many((terms,), 1, 2, 10, is_ascending, Shown("exact", False), own)
    with storage.reading() as connection:
        query = queries._query(connection, many, terms).compile(connection)
        values = tuple(query.construct_params()[name] for name in query.positiontup or ())
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")], plan


@pytest.mark.parametrize("edition", [1, 2])
def test_a_file_of_an_earlier_edition_is_opened_and_goes_on(tmp_path: Path, edition: int) -> None:
    path = tmp_path / "old.db"
    old = sa.create_engine(f"sqlite:///{path}")
    names = (*FIRST_EDITION, "document") if edition == 2 else FIRST_EDITION
    metadata.create_all(old, tables=[metadata.tables[name] for name in names])
    with old.begin() as connection:
        if edition == 2:
            connection.exec_driver_sql("ALTER TABLE document DROP COLUMN writer")
        connection.exec_driver_sql(f"PRAGMA user_version={edition}")
    old.dispose()
    storage = Storage(f"sqlite:///{path}")
    lrs = Lrs(Application(storage, CLIENT, HOME))
    known = lrs.keep()
    agent = json.dumps({"mbox": "mailto:ada@example.org"})
    address = f"agents/profile?agent={agent}&profileId=one"
    assert lrs.ask("PUT", address, {"a": 1}, If_None_Match="*").status_code == 204
    assert lrs.ids() == [known]
    storage.close()


def test_what_an_earlier_edition_indexed_in_its_own_way_is_found(lrs: Lrs, storage: Storage) -> None:
    """Statements, what refers to them, and what one key stored; indexed in the way of edition 3, then opened again."""
    key = service.drawn()
    storage.write(lambda connection, _clock: service.add(connection, "simulator", key, [Scope.WRITE]))
    lrs.ask("POST", "statements", made(), Authorization=basic(key))
    known = lrs.keep(context={"registration": REGISTRATION})
    comment = lrs.keep(verb={"id": COMMENTED}, object={"objectType": "StatementRef", "id": known})
    questions: list[Json] = [
        {"agent": {"mbox": "mailto:ada@example.org"}},
        {"agent": {"mbox": "mailto:ada@example.org"}, "verb": "http://example.org/verbs/did"},
        {"verb": "http://example.org/verbs/did", "activity": "http://example.org/things/one"},
        {"activity": "http://example.org/things/one", "related_activities": True},
        {"registration": REGISTRATION},
        {"verb": COMMENTED},
    ]
    before = [lrs.ids(**question) for question in questions]
    assert before[4] == [comment, known]
    writer = term(WRITER, "simulator")
    with storage.reading() as connection:
        url = storage._database.reader.url.render_as_string(hide_password=False)
        kept = _found_by(connection, writer)
    assert len(kept) == 1
    storage.write(_make_old)
    again = Storage(url)
    assert [Lrs(Application(again, CLIENT, HOME)).ids(**question) for question in questions] == before
    with again.reading() as connection:
        assert _found_by(connection, writer) == kept
    again.close()


def _found_by(connection: sa.Connection, one: bytes) -> list[int]:
    return [*connection.scalars(sa.select(mention.c.stored).where(mention.c.term == known(connection, [one])[one]))]


def _make_old(connection: sa.Connection, _clock: Clock) -> None:
    """Digests in the place of numbers, as until edition 4; other ones than today's, and the number of edition 3."""
    rows = connection.execute(sa.select(mention)).all()
    mention.drop(connection)
    thing.drop(connection)
    old = sa.Table(
        "mention",
        sa.MetaData(),
        sa.Column("term", sa.LargeBinary(16), primary_key=True),
        *(sa.Column(name, sa.BigInteger, primary_key=True) for name in ("stored", "origin")),
        sqlite_with_rowid=False,
    )
    old.create(connection)
    values = [
        {"term": blake2b(str(row.term).encode(), digest_size=16).digest(), "stored": row.stored, "origin": row.origin}
        for row in rows
    ]
    connection.execute(old.insert(), values)
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("PRAGMA user_version=3" if is_sqlite else "COMMENT ON SCHEMA lrs IS '3'")


def test_a_batch_may_have_more_statements_than_a_question_has_room_for(
    lrs: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PART", 3)
    batch = [made(object={"id": f"http://example.org/{n}", "definition": {"name": {"en": str(n)}}}) for n in range(10)]
    batch += [made(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": one["id"]}) for one in batch[:7]]
    for _ in range(2):
        assert lrs.post(batch).status_code == 200
    assert sorted(lrs.ids()) == sorted(one["id"] for one in batch[7:])
    things = [one["object"] for one in lrs.find(format="canonical")]
    assert {one["definition"]["name"]["en"] for one in things if "definition" in one} == {"7", "8", "9"}


@POSTGRESQL
def test_stores_on_one_database_give_moments_in_one_order(storage: Storage, store_in_postgres: str) -> None:
    """Who asks with `since` what came after the last look misses nothing, whichever process stored it."""
    other = Storage(store_in_postgres)
    stores = [Lrs(Application(one, CLIENT, HOME)) for one in (storage, other)]
    looked, is_done = [], threading.Event()

    def write(lrs: Lrs) -> None:
        for _ in range(40):
            lrs.keep()

    def look() -> None:
        since = "2000-01-01T00:00:00Z"
        is_last = False
        while not is_last:
            is_last = is_done.is_set()
            answer = stores[0].get(since=since, ascending=True)
            looked.extend(one["id"] for one in answer.get_json()["statements"])
            through = answer.headers["X-Experience-API-Consistent-Through"]
            found = answer.get_json()["statements"]
            since = max(since, through, *(one["stored"] for one in found))

    writers = [threading.Thread(target=write, args=(lrs,)) for lrs in stores * 2]
    reader = threading.Thread(target=look)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    is_done.set()
    reader.join()
    assert len(looked) == len(set(looked)) == 160
    other.close()


@POSTGRESQL
def test_tables_of_a_newer_version_are_left_alone(storage: Storage, store_in_postgres: str) -> None:
    storage.write(lambda connection, _: connection.execute(sa.text("COMMENT ON SCHEMA lrs IS '99'")))
    with pytest.raises(ValueError, match="newer version"):
        Storage(store_in_postgres)
    storage.write(lambda connection, _: connection.execute(sa.text(f"COMMENT ON SCHEMA lrs IS '{EDITION}'")))


def test_a_database_that_does_not_answer_is_said_in_one_sentence() -> None:
    with pytest.raises(OSError, match="cannot be opened") as raised:
        Storage("postgresql+psycopg://nobody:secret@127.0.0.1:9/none")
    assert "secret" not in str(raised.value)


def test_a_database_that_is_gone_for_a_while_is_said_as_the_standard_wants_it(postgres_url: str) -> None:
    with new_database(postgres_url) as url:
        storage = Storage(url.replace("postgresql:", "postgresql+psycopg:", 1))
        lrs = Lrs(Application(storage, CLIENT, HOME))
        lrs.keep()
    for answer in (lrs.get(), lrs.post(made())):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] and answer.headers[VERSION] == "1.0.3"
    assert lrs.ask("GET", "about").status_code == 200
    storage.close()
