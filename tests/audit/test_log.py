"""The log only grows, each entry follows the one before, and whatever is changed, missing or foreign is seen."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.audit.actions import SYSTEM, Action, Actor, ActorKind, Entry, Way, operator, person, way
from lms.audit.models import AuditCut, AuditEvent
from lms.audit.queries import Wanted, entries, own_entries, prove
from lms.audit.rules_in_sql import REFUSAL
from lms.audit.service import cut, record
from lms.db import Base, engine_options, writing
from lms.migrations.service import upgrade
from lms.migrations.stepping import configuration

NOW = dt.datetime.now(dt.UTC)
ADA, BEN = uuid.uuid4(), uuid.uuid4()
TABLES = ("audit_event", "audit_cut")


@pytest.fixture
def engine(ready_url: str) -> Iterator[Engine]:
    engine = create_engine(**engine_options(ready_url))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


def note(session: Session, *actions: Action, about: uuid.UUID = ADA, at: dt.datetime = NOW) -> None:
    with writing(session):
        record(session, SYSTEM, at, *(Entry(action, about, {"roles": ["trainer"], "count": 3}) for action in actions))


def without_rules(session: Session, statement: str) -> None:
    """What whoever owns the tables can do."""
    if session.get_bind().dialect.name == "postgresql":
        statements = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES] + [statement]
        statements += [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    else:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        statements = [f"DROP TRIGGER {name}" for name in names] + [statement]
    session.rollback()
    with writing(session):
        for one in statements:
            session.execute(text(one))


def test_entries_follow_each_other(session: Session) -> None:
    note(session, Action.ADDED, Action.CHANGED)
    note(session, Action.DISABLED, about=BEN)
    proof = prove(session)
    assert (proof.is_whole, proof.entries, proof.removed) == (True, 3, 0)
    assert [event.action for event in entries(session, Wanted(), 10)] == [
        Action.DISABLED,
        Action.CHANGED,
        Action.ADDED,
    ]
    assert [event.action for event in own_entries(session, BEN)] == [Action.DISABLED]
    assert prove(session, proof.head).is_noted_there
    assert not prove(session, "f" * 64).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'nothing'",
        "UPDATE audit_event SET at = at",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE id = 3",
        "DELETE FROM audit_cut",
        "UPDATE audit_cut SET up_to = 99",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = 3",
        "REPLACE INTO audit_event SELECT 99, at, actor_kind, actor_uuid, actor_was, came_from, action, about, facts,"
        " previous, digest FROM audit_event WHERE id = 3",
        "TRUNCATE audit_event",
        "TRUNCATE audit_cut",
    ],
)
def test_the_database_refuses_to_change_it(session: Session, statement: str) -> None:
    old = NOW - dt.timedelta(days=400)
    note(session, Action.ADDED, at=old)
    with writing(session):
        assert cut(session, SYSTEM, NOW, NOW, 10) == 1
    note(session, Action.ADDED, at=old)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if ("TRUNCATE" in statement and is_sqlite) or ("REPLACE" in statement and not is_sqlite):
        pytest.skip("the other database's words")
    before = [row.digest for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    with pytest.raises(DBAPIError, match=REFUSAL), writing(session):
        session.execute(text(statement))
    session.expire_all()
    assert [row.digest for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == before
    assert prove(session).is_whole


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit_event SET actor_was = 'someone else' WHERE id = 2", 2),
        ("UPDATE audit_event SET about = NULL WHERE id = 3", 3),
        ("DELETE FROM audit_event WHERE id = 2", 3),
        ("DELETE FROM audit_event WHERE id = 1", 2),
        ("UPDATE audit_event SET digest = previous || 'x' WHERE id = 4", 4),
        ("UPDATE audit_event SET facts = '{}' WHERE id = 1", 1),
    ],
)
def test_what_its_owner_changes_is_seen(session: Session, statement: str, first: int) -> None:
    note(session, *[Action.CHANGED] * 5)
    without_rules(session, statement.replace("previous || 'x'", "'x'"))
    assert prove(session).first_break == first


def test_missing_newest_entries_are_seen_by_a_noted_head(session: Session) -> None:
    note(session, *[Action.CHANGED] * 5)
    noted = prove(session).head
    without_rules(session, "DELETE FROM audit_event WHERE id > 3")
    assert prove(session).first_break is None, "a chain alone cannot know how long it was"
    assert not prove(session, noted).is_whole


def test_the_oldest_go_when_their_time_is_over_and_leave_a_trace(session: Session) -> None:
    for days in (500, 400, 100, 10):
        note(session, Action.ADDED, at=NOW - dt.timedelta(days=days))
    noted = list(session.scalars(select(AuditEvent.digest).order_by(AuditEvent.id)))
    with writing(session):
        assert cut(session, SYSTEM, NOW - dt.timedelta(days=365), NOW, 1) == 1
    with writing(session):
        assert cut(session, SYSTEM, NOW - dt.timedelta(days=365), NOW, 10) == 1
    with writing(session):
        assert cut(session, SYSTEM, NOW, NOW, 10) == 1, "what is younger than 90 days stays, whatever is asked for"
    with writing(session):
        assert cut(session, SYSTEM, NOW, NOW, 10) == 0
    proof = prove(session, noted[-1])
    assert (proof.is_whole, proof.removed, proof.entries) == (True, 3, 4)
    assert [event.action for event in entries(session, Wanted(), 10)] == [*[Action.CUT] * 3, Action.ADDED]
    assert session.scalar(select(AuditCut.entries).limit(1)) == 1


def test_a_cut_that_is_written_by_hand_does_not_reach_what_is_young(session: Session) -> None:
    note(session, Action.ADDED)
    with pytest.raises(DBAPIError, match=REFUSAL), writing(session):
        session.add(AuditCut(at=NOW, up_to=99, digest="0" * 64, entries=1))
        session.flush()
        session.execute(text("DELETE FROM audit_event"))
    assert prove(session).entries == 1


def test_what_is_rolled_back_is_not_written_down(session: Session) -> None:
    with pytest.raises(RuntimeError, match="no"), writing(session):
        record(session, SYSTEM, NOW, Entry(Action.ADDED, ADA))
        raise RuntimeError("no")
    assert prove(session).entries == 0


def test_many_at_once_make_one_chain(engine: Engine) -> None:
    def write() -> None:
        for _ in range(10):
            with Session(engine) as session:
                note(session, Action.CHANGED, Action.CHANGED)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        proof = prove(session)
    assert (proof.is_whole, proof.entries) == (True, 80)


def test_the_step_makes_the_rules_that_the_models_make(database_url: str) -> None:
    engine = create_engine(**engine_options(database_url.replace("postgresql:", "postgresql+psycopg:", 1)))
    upgrade(engine)
    by_step = _rules(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert _rules(engine) == by_step != []
    engine.dispose()


def test_who_acts() -> None:
    ours = operator()
    assert (ours.kind, ours.uuid) == (ActorKind.OPERATOR, None)
    assert ours.was
    assert person(ADA, [], "127.0.0.1") == Actor(ActorKind.PERSON, "learner", ADA, Way.IPV4)
    assert [way(address) for address in ("::1", "10.0.0.1", None, "x")] == [Way.IPV6, Way.IPV4, Way.NONE, Way.NONE]


def test_nothing_in_it_refers_to_another_table(engine: Engine) -> None:
    assert inspect(engine).get_foreign_keys("audit_event") == []


def _rules(engine: Engine) -> list[str]:
    sqlite = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    postgresql = (
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
        " SELECT prosrc FROM pg_proc WHERE proname = 'audit_only_grows' ORDER BY 1"
    )
    with engine.connect() as connection:
        return list(connection.scalars(text(sqlite if engine.dialect.name == "sqlite" else postgresql)))


def test_the_step_keeps_the_people_that_are_there(database_url: str) -> None:
    engine = create_engine(**engine_options(database_url.replace("postgresql:", "postgresql+psycopg:", 1)))
    with engine.connect() as connection, connection.begin():
        command.upgrade(configuration(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO person (id, uuid, email, name, created_at, is_active, is_password_temporary)"
                " VALUES (7, :uuid, 'ada@example.org', 'Ada', '2026-01-01', false, false)"
            ),
            {"uuid": ADA.hex},
        )
        connection.execute(text("INSERT INTO sign_in VALUES (1, 'x', 7, '2026-01-01', '2026-01-01', 'a test')"))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, name, disabled_at FROM person")).all() == [(7, "Ada", None)]
        assert connection.scalar(text("SELECT person_id FROM sign_in")) == 7
    engine.dispose()
