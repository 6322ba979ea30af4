"""The steps lead to the very tables that the models describe, and a start that is killed leaves nothing half done."""

from __future__ import annotations

import ast
import json
import re
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from bench.crowd import grow
from lms.db import Base, engine_options
from lms.migrations.service import upgrade
from lms.migrations.state import MigrationError, is_current, newest
from lms.migrations.stepping import configuration
from lms.migrations.tables import tables

WORKING = (
    "INSERT INTO site (id, code, name) VALUES (1, 'north', 'North'), (2, 'south', 'South')",
    "INSERT INTO membership (person_id, site_id, role) VALUES (1, 2, 'site lead'), (1, 1, NULL), (2, 1, 'trainer')",
    "INSERT INTO membership (person_id, site_id, role) VALUES (3, NULL, 'admin')",
    "UPDATE person SET is_active = FALSE WHERE id = 2",
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(**engine_options(_normal(database_url)))
    yield engine
    engine.dispose()


def test_upgraded_empty_database_equals_the_models(engine: Engine) -> None:
    assert upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        # `make migration` writes the step that is missing; before the first release the first one is made anew.
        assert compare_metadata(context, tables()) == []
    upgraded = _shape(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert upgraded == _shape(engine)


def test_a_second_upgrade_does_nothing(engine: Engine) -> None:
    upgrade(engine)
    assert is_current(engine)
    assert not upgrade(engine)


def test_steps_lead_back_to_an_empty_database(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection, connection.begin():
        command.downgrade(configuration(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_a_full_database_of_the_first_release_keeps_every_row(engine: Engine, database_url: str) -> None:
    upgrade(engine)
    grow(_normal(database_url), 200, "notice-and-listen", ["first", "second"])
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # as in _prepare_sqlite
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            connection.detach()
        with connection.begin():
            command.downgrade(configuration(connection), "0001")
    with engine.begin() as connection:
        for step in WORKING:
            connection.execute(text(step))
    before = _rows(engine)
    assert len(before["registration"]) == 200
    assert upgrade(engine)
    after = _rows(engine)
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows
    placements = [(row["person_id"], row["site_id"], row["until_on"] is None) for row in after["placement"]]
    assert sorted(placements) == [(1, 1, True), (2, 1, False)], "since when people work where they work"
    tree = sorted(
        (row["site_id"], row["parent_id"], str(row["from_on"]), row["until_on"]) for row in after["site_parent"]
    )
    assert tree == [(1, None, "1900-01-01", None), (2, None, "1900-01-01", None)], "as it is, for all of the past"


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'f00'"))
    before = _shape(engine)
    with pytest.raises(MigrationError, match=r"newer version of Cares .*f00"):
        upgrade(engine)
    with pytest.raises(MigrationError, match="newer"):
        is_current(engine)
    assert _shape(engine) == before


def test_the_version_before_works_on_with_a_database_that_was_added_to(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        connection.execute(text("CREATE TABLE of_the_next_version (id integer)"))
    assert is_current(engine)
    assert not upgrade(engine)
    with engine.connect() as connection:  # gone forward again, the next version finds its own step
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0099"


def test_the_names_of_the_files_are_those_of_the_steps(engine: Engine) -> None:
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))
    assert newest() == scripts.get_current_head()
    assert all(Path(step.path).name.startswith(f"{step.revision}_") for step in scripts.walk_revisions())


def test_steps_of_a_series_only_add(engine: Engine) -> None:
    with engine.connect() as connection:
        steps = ScriptDirectory.from_config(configuration(connection)).walk_revisions()
        paths = [Path(step.path) for step in steps if step.revision != "0001" and not step.revision.endswith("00")]
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        (forward,) = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == "upgrade"]
        called = {one.attr for one in ast.walk(forward) if isinstance(one, ast.Attribute)}
        takes_away = {name for name in called if name.startswith(("drop_", "rename_", "alter_"))}
        assert not takes_away, f"{path.name}: {takes_away}; a step that takes away begins a new series (docs/deploy.md)"


def test_tables_of_unknown_origin_are_left_alone(engine: Engine) -> None:
    tables().create_all(engine)
    with pytest.raises(MigrationError, match="does not say of which version"):
        upgrade(engine)


def test_several_at_once_take_turns(engine: Engine) -> None:
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(upgrade(engine))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]


def test_an_upgrade_that_fails_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine.begin() as connection:  # in the way of a table in the middle of the first step
        connection.execute(text("CREATE TABLE stranger (id integer)"))
        connection.execute(text("CREATE INDEX uq_visit_open ON stranger (id)"))
    with pytest.raises(Exception, match="uq_visit_open"):
        upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"stranger"}
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE stranger"))
    assert upgrade(engine)


def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Whatever is in tables that are not empty."""
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        read = {
            name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names
        }
    return {name: sorted(rows, key=str) for name, rows in read.items() if rows}


def _normal(url: str) -> str:
    return re.sub(r"^postgres(ql)?:", "postgresql+psycopg:", url)


def _shape(engine: Engine) -> dict[str, Any]:
    """All that can be said of the tables, in no order: what is created by steps may stand in another."""
    looked = inspect(engine)
    names = set(looked.get_table_names()) - {"alembic_version"}
    return {name: _table(engine, name) for name in names}


def _table(engine: Engine, name: str) -> dict[str, Any]:
    looked = inspect(engine)
    columns = looked.get_columns(name)
    return {
        "columns": {column["name"]: (str(column["type"]), column["nullable"], column["default"]) for column in columns},
        "primary key": looked.get_pk_constraint(name),
        "foreign keys": _sorted(looked.get_foreign_keys(name)),
        "unique": _sorted(looked.get_unique_constraints(name)),
        "checks": _sorted(looked.get_check_constraints(name)),
        "indexes": _indexes(engine, name),
        "rules": _rules(engine, name),
    }


def _indexes(engine: Engine, table: str) -> list[str]:
    """As the database tells them, with their conditions."""
    sqlite = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
    postgresql = "SELECT indexdef FROM pg_indexes WHERE tablename = :table"
    with engine.connect() as connection:
        query = text(sqlite if engine.dialect.name == "sqlite" else postgresql)
        return sorted(connection.scalars(query, {"table": table}))


def _rules(engine: Engine, table: str) -> list[str]:
    """The triggers of a table, with what they do."""
    sqlite = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    postgresql = (
        "SELECT pg_get_triggerdef(pg_trigger.oid) || prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND relname = :table"
    )
    with engine.connect() as connection:
        query = text(sqlite if engine.dialect.name == "sqlite" else postgresql)
        return sorted(connection.scalars(query, {"table": table}))


def _sorted(found: list[Any]) -> list[str]:
    return sorted(str(sorted(one.items())) for one in found)


def test_stores_of_some_verbs_are_told_what_was_taken_back_before(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        command.upgrade(configuration(connection), "0016")
    verbs = "http://adlnet.gov/expapi/verbs"
    ids = [uuid.UUID(int=number) for number in range(4)]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO store (id, name, endpoint, key, sealed_secret, verbs, added_at)"
                " VALUES (1, 'national', 'x', 'k', :secret, :verbs, '2026-01-01')"
            ),
            {"secret": b"x", "verbs": json.dumps([f"{verbs}/completed"])},
        )
        for number, (verb, taken_back) in enumerate(
            [("completed", None), ("progressed", None), ("voided", 0), ("voided", 1)]
        ):
            said = {"verb": {"id": f"{verbs}/{verb}"}}
            if taken_back is not None:
                said["object"] = {"id": str(ids[taken_back])}
            kept = ids[number].hex if engine.dialect.name == "sqlite" else str(ids[number])
            connection.execute(
                text(
                    "INSERT INTO statement (id, uuid, registration, partition, body, written_at, delivery)"
                    " VALUES (:id, :uuid, :uuid, 0, :body, '2026-02-01', 'delivered')"
                ),
                {"id": number, "uuid": kept, "body": json.dumps(said)},
            )
    assert _forwarded(engine) == {0: "queued"}
    with engine.connect() as connection, connection.begin():
        command.upgrade(configuration(connection), "head")
    assert _forwarded(engine) == {0: "queued", 2: "queued"}


def _forwarded(engine: Engine) -> dict[int, str]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT statement_id, delivery FROM forwarding"))
        return {row[0]: row[1] for row in rows}
