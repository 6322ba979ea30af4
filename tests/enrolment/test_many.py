"""Asking many: what the database does grows with the number of people, and not with its square.

Counted are statements and what the database looks through, not the time: that says how busy a machine is. PostgreSQL
counted the rows of its tables when there were few, as on the day on which an organisation brings its first list.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from psycopg.pq import TransactionStatus
from sqlalchemy import event, func, insert, literal, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person, Placement, Role
from lms.accounts.queries import site_by_code
from lms.db import Base, UTCDateTime, db, writing
from lms.enrolment.assignments import service
from lms.enrolment.assignments.models import Obligation, Reminder
from tests.enrolment.conftest import DAY, NEW, WHY, MakePerson, SignIn, ask, clock_day, form, lead_of
from tests.enrolment.test_changing import shown
from tests.enrolment.test_lists import again

PEOPLE = 8_000
STATEMENTS = 120
"""Of one request, however many are asked: some thousands of rows go with each."""
LOOKED_AT = {"postgresql": 60, "sqlite": 1500}
"""For each person: rows that PostgreSQL looks at, steps of SQLite's machine."""
TABLES = tuple(table.name for table in Base.metadata.sorted_tables)
STEPS = 1000
"""SQLite tells each time that it has gone so many."""


@dataclass
class Work:
    """What a database had to do."""

    statements: int = 0
    looked_at: int = 0
    most: tuple[int, str] = (0, "")
    """The one for which PostgreSQL looked at the most rows."""


@contextmanager
def watched() -> Iterator[Work]:
    """What is done for the requests in here."""
    work, dialect = Work(), db.engine.dialect.name

    def step() -> int:
        work.looked_at += STEPS
        return 0

    def note(connection: Any, _: Any, statement: str, parameters: Any, __: Any, are_many: bool) -> None:
        work.statements += 1
        driver = connection.connection.driver_connection
        if dialect == "sqlite":
            driver.set_progress_handler(step, STEPS)
        else:
            rows = len(parameters) if are_many else explained(driver, statement, parameters)
            work.looked_at += rows
            work.most = max(work.most, (rows, statement))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield work
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert work.statements <= STATEMENTS
    assert work.looked_at <= PEOPLE * LOOKED_AT[dialect], work.most


def explained(driver: Any, statement: str, parameters: Any) -> int:
    """How many rows PostgreSQL looks at for a statement, by doing it and undoing what it wrote."""
    is_in_transaction = driver.info.transaction_status == TransactionStatus.INTRANS
    is_read = statement.lstrip().startswith(("SELECT", "WITH"))
    if not is_read and not (is_in_transaction and statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))):
        return 0
    with driver.cursor() as own:
        if is_in_transaction:
            own.execute("SAVEPOINT explained")
        own.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
        (found,) = own.fetchone()
        if is_in_transaction:
            own.execute("ROLLBACK TO explained")
    return rows_of((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def rows_of(plan: dict[str, Any]) -> int:
    """The rows that a step of a plan and those below it have in hand, also those that they throw away."""
    each = plan["Actual Rows"] + sum(count for name, count in plan.items() if name.startswith("Rows Removed by"))
    return int(each * plan["Actual Loops"]) + sum(rows_of(one) for one in plan.get("Plans", ()))


def addresses() -> list[str]:
    return [f"invented-{number}@example.org" for number in range(PEOPLE)]


@pytest.fixture
def many(app: Flask, ada: Person) -> Iterator[int]:
    """So many invented people at one place, every second of whom counts as a manager.

    PostgreSQL counted the rows before they came, and found few in the room of many; it does not count them meanwhile.
    """
    with app.app_context():
        is_postgresql = db.engine.dialect.name == "postgresql"
        if is_postgresql:
            # Without what other tests have left behind.
            change(*(f"ALTER TABLE {table} SET (autovacuum_enabled = false)" for table in TABLES), "VACUUM")
            bring(db.session)
            db.session.rollback()
            change("ANALYZE")
        with writing(db.session) as session:
            bring(session, are_asked=False)
    yield PEOPLE
    if is_postgresql:
        with app.app_context():
            change(*(f"ALTER TABLE {table} RESET (autovacuum_enabled)" for table in TABLES))


def bring(session: Session, are_asked: bool = True) -> None:
    """The people, where they work, and, if asked for, that something is asked of them."""
    if are_asked:
        session.connection().exec_driver_sql("BEGIN")
    north = site_by_code(session, "north")
    assert north
    rows = [{"uuid": uuid.uuid4(), "email": one, "name": one, "created_at": DAY} for one in addresses()]
    session.execute(insert(Person), rows)
    invented = Person.email.startswith("invented-")
    people = select(Person.id, literal(north.id), Person.id % 2 == 0, literal(dt.date(2027, 1, 1))).where(invented)
    session.execute(insert(Placement).from_select(["person_id", "site_id", "is_manager", "from_on"], people))
    if are_asked:
        wanted = service.Wanted(None, "For all.", is_mandatory=True, is_rule=False)
        whose = session.scalars(select(Person.id).where(invented)).all()
        made = service.assign(session, wanted, whose, uuid.uuid4(), uuid.uuid4(), DAY, DAY.date())
        service.settle(session, [], DAY.date(), only=made.id)


def change(*statements: str) -> None:
    """Something about a table."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def asked_now(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Obligation.ended_on.is_(None))) or 0


@pytest.mark.slow
def test_to_ask_many_by_a_rule_and_to_change_it(
    app: Flask, lead: FlaskClient, many: int, person: MakePerson, sign_in: SignIn
) -> None:
    nora = sign_in(app.test_client(), person("Nora Lead", roles=[Role.SITE_LEAD], site="north"))
    with app.app_context(), watched():
        assert f"<strong>{PEOPLE + 2:,} people</strong> would be asked" in lead.submit(NEW, form(do="look")).text
    with app.app_context(), watched():
        address = ask(lead)
    assert asked_now(app) == many + 2
    for browser in (lead, nora):
        with app.app_context(), watched():
            assert f'<td class="number">{PEOPLE + 2:,}</td>' in browser.get("/assignments").text
        with app.app_context(), watched():
            assert f"All: {PEOPLE + 2:,}" in browser.get(address).text
        with app.app_context(), watched():
            assert browser.get(f"{address}/people.csv").data.count(b"\r\n") == many + 3
        assert browser.get(f"{address}/people.xlsx").location == address
        assert "Take the CSV" in browser.get(address).text
    path = f"{address}/whom"
    given = shown(lead, path, site="north", group="", managers_only="y")
    with app.app_context(), watched():
        assert f"<strong>{PEOPLE // 2 + 2:,} people</strong> will no longer be asked" in lead.submit(path, given).text
    with app.app_context(), watched():
        assert lead.submit(path, given | {"do": "change"}).status_code == 303
    assert asked_now(app) == many / 2
    given = shown(lead, path, site="north", group="", do="change")
    with app.app_context(), watched():
        assert lead.submit(path, given).status_code == 303
    assert asked_now(app) == many + 2


@pytest.mark.slow
def test_another_day_for_many_who_are_overdue(
    app: Flask, lead: FlaskClient, many: int, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead)
    with app.app_context(), writing(db.session) as session:
        asked = select(Obligation.id, literal("assigned"), literal(DAY, UTCDateTime), literal(value=True))
        session.execute(insert(Reminder).from_select(["obligation_id", "kind", "at", "is_sent"], asked))
    clock.move_to(DAY + dt.timedelta(days=40))
    sign_in(lead, lead_of(app))
    with app.app_context(), watched():
        assert lead.submit(address, {"reason": WHY, "due_on": "2027-05-10"}).status_code == 303
    assert asked_now(app) == many + 1
    with app.app_context():
        kept = select(func.count()).where(Obligation.ended_on == clock_day(40))
        assert db.session.scalar(kept) == many + 1
        assert db.session.scalar(select(func.count()).select_from(Reminder)) == 2 * (many + 1)


@pytest.mark.slow
def test_to_ask_many_by_a_list_and_to_take_them_off(app: Flask, lead: FlaskClient, many: int) -> None:
    file = (io.BytesIO("\n".join(["email", *addresses()]).encode()), "people.csv")
    with app.app_context(), watched():
        page = lead.submit(NEW, form(whom="named") | {"file": file}, content_type="multipart/form-data")
    assert f"<strong>{PEOPLE:,} people</strong> would be asked" in page.text
    given = again(page, do="ask")
    with app.app_context(), watched():
        answer = lead.submit(NEW, given, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert asked_now(app) == many
    off = {"change": "off", "emails": "\n".join(addresses()[:-1]), "do": "change"}
    with app.app_context(), watched():
        path = f"{answer.headers['Location']}/people"
        assert lead.submit(path, off, content_type="multipart/form-data").status_code == 303
    assert asked_now(app) == 1


@pytest.mark.slow
def test_what_a_lead_of_few_looks_at_costs_no_more_where_many_work_elsewhere(
    app: Flask, lead: FlaskClient, many: int, person: MakePerson, sign_in: SignIn
) -> None:
    person("Ben Cole", site="south")
    sol = sign_in(app.test_client(), person("Sol Lead", roles=[Role.SITE_LEAD], site="south"))
    address = ask(lead, site="")
    assert asked_now(app) > many
    for path, words in (("/assignments", '<td class="number">2</td>'), (address, "All: 2")):
        with app.app_context(), watched() as work:
            assert words in sol.get(path).text
        assert work.looked_at < PEOPLE / 2, path
