"""A database as a large organisation has it: so many people, each in the middle of the first module."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, func, select, text

from lms.accounts.models import Person
from lms.db import engine_options
from lms.enrolment.models import Registration

_DIALECTS = {
    "sqlite": {
        "series": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n)",
        "uuid": "lower(hex(randomblob(16)))",
        "now": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
        "yes": "1",
    },
    "postgresql": {
        "series": "generate_series(1, :count) AS n(i)",
        "uuid": "gen_random_uuid()",
        "now": "now()",
        "yes": "true",
    },
}
_STEPS = (
    "INSERT INTO person (id, uuid, email, name, is_active, is_password_temporary, created_at)"
    " SELECT :person + i, {uuid}, 'crowd-' || (:person + i) || '@example.org', 'Crowd ' || i, {yes}, NOT {yes}, {now}"
    " FROM {series}",
    "INSERT INTO registration (id, uuid, person_id, module_id, state, registered_at, started_at, seconds)"
    " SELECT :registration + i, {uuid}, :person + i, :module, 'started', {now}, {now}, 900 FROM {series}",
    "INSERT INTO place (registration_id, page_id, anchor, at) SELECT :registration + i, :page, '', {now} FROM {series}",
    "INSERT INTO page_progress (registration_id, page_id, opened_at, seconds)"
    " SELECT :registration + i, :page, {now}, 60 FROM {series}",
    "INSERT INTO page_progress (registration_id, page_id, opened_at, seconds)"
    " SELECT :registration + i, :second, {now}, 60 FROM {series}",
    "INSERT INTO visit (uuid, registration_id, started_at, seen_at, ended_at, seconds)"
    " SELECT {uuid}, :registration + i, {now}, {now}, {now}, 900 FROM {series}",
    "INSERT INTO statement (uuid, registration, partition, body, written_at, delivery, delivered_at)"
    " SELECT {uuid}, {uuid}, i % 16, :body, {now}, 'delivered', {now} FROM {series}",
)
_BODY = '{"stands for": "a statement of the usual length", "filled": "' + "x" * 700 + '"}'


def grow(url: str, registrations: int, module: str, pages: list[str]) -> None:
    """Add people until there are so many registrations, each with a visit, a place, two pages and a statement."""
    engine = create_engine(**engine_options(url) | _unhurried(url))
    with engine.connect() as connection:
        words = _DIALECTS[connection.dialect.name]
        asked = {
            "count": registrations - _count(connection),
            "person": connection.scalar(select(func.coalesce(func.max(Person.id), 0))),
            "registration": connection.scalar(select(func.coalesce(func.max(Registration.id), 0))),
            "module": module,
            "page": pages[0],
            "second": pages[1],
            "body": _BODY,
        }
        for step in _STEPS:
            question = step.format(**words)
            needed = {name: value for name, value in asked.items() if f":{name}" in question}
            connection.execute(text(question), needed)
        _count_on(connection)
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _unhurried(url: str) -> dict[str, object]:
    """Without the limit on a statement's time, which is for pages."""
    return {} if url.startswith("sqlite") else {"connect_args": {"options": "-c timezone=utc"}}


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(Registration)) or 0


def _count_on(connection: Connection) -> None:
    """Let the numbers that PostgreSQL gives go on behind those that were given here."""
    if connection.dialect.name == "postgresql":
        for table in ("person", "registration"):
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )
