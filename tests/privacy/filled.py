"""A person of whom everything is kept: a row in every table that leads to them, each column with a value of its own.

It grows by itself: a new table, or a new column, is filled too.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    insert,
)
from sqlalchemy.orm import Session

from lms.accounts.models import Person, Site
from lms.content.models import Revision
from lms.db import Base, UTCDateTime, writing
from lms.enrolment.assignments.models import Assignment
from lms.migrations.tables import tables
from lms.outbox.models import Statement
from lms.workshop.models import Workshop

START = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
# Rows that say themselves whose they are, without a key that refers to the person.
BY_NAME = {Statement.__tablename__}


def of_a_person() -> list[Table]:
    """All tables of which a row belongs to one person, in the order in which they can be filled."""
    found = {"person"}
    for table in tables().sorted_tables:
        if any(key.column.table.name in found for key in table.foreign_keys):
            found.add(table.name)
    ours = [table for table in tables().sorted_tables if table.name in found]
    return ours + [Base.metadata.tables[name] for name in BY_NAME]


class Filler:
    """Fills the tables and remembers what was put where."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.kept: dict[tuple[str, str], Any] = {}
        """By table and column, as JSON would say it."""
        self.rows: dict[str, dict[str, Any]] = {}
        self._count = itertools.count(1)

    def fill(self, person: Person) -> None:
        """A row in every table, all of this person."""
        with writing(self.session):
            self.rows["person"] = {"id": person.id}
            for table in (Revision.__table__, Site.__table__, Assignment.__table__, Workshop.__table__):
                self._insert(Base.metadata.tables[table.name], {})
            self._forget_what_is_of_many("assignment")
            for table in of_a_person():
                if table.name != "person":
                    self._insert(table, {})
            self._fill_person(person)

    def _forget_what_is_of_many(self, name: str) -> None:
        """It had to be there, but it is nobody's own."""
        for key in [key for key in self.kept if key[0] == name]:
            del self.kept[key]

    def _fill_person(self, person: Person) -> None:
        table = Base.metadata.tables["person"]
        kept = {"data_key", "email", "uuid", "is_active", "is_password_temporary"}
        values = {
            column.name: self._value(column)
            for column in table.columns
            if column.name not in kept and not column.primary_key
        }
        self.session.execute(table.update().where(table.c.id == person.id).values(values))
        self._remember(table, values | {"email": person.email, "uuid": person.uuid})

    def _insert(self, table: Table, given: dict[str, Any]) -> int:
        values = {column.name: self._value(column) for column in table.columns if self._is_filled(column)} | given
        if table.name == Statement.__tablename__:
            values |= {"registration": self.rows["registration"]["uuid"], "delivery": "queued", "partition": 0}
            values["digest"] = None  # the text is whole
            said = {"id": str(values["uuid"]), "actor": {"account": {}}, "verb": {"id": "v"}, "text": values["body"]}
            values["body"] = json.dumps(said)
        if table.name == "scenario_run":
            values |= {"replay_of_id": None, "kept": None}
        key = self.session.execute(insert(table).values(values)).inserted_primary_key
        id_ = key[0] if key else 0
        self.rows[table.name] = {"id": id_, **values}
        self._remember(table, values)
        return int(id_)

    def _is_filled(self, column: Column[Any]) -> bool:
        return not column.primary_key or bool(column.foreign_keys) or isinstance(column.type, Enum)

    def _value(self, column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            return self.rows.get(key.column.table.name, {}).get("id")
        number = next(self._count)
        if isinstance(column.type, Enum):
            return column.type.enum_class(column.type.enums[-1]) if column.type.enum_class else column.type.enums[-1]
        for kind, value in self._by_kind(number):
            if isinstance(column.type, kind):
                text = str(value)
                return text[: column.type.length] if isinstance(column.type, String) and column.type.length else value
        raise TypeError(f"{column} is of a kind that no test has filled yet")

    def _by_kind(self, number: int) -> Iterator[tuple[Any, Any]]:
        yield Boolean, True
        yield (UTCDateTime, DateTime), START + dt.timedelta(minutes=number, seconds=7)
        yield (Text, String), f"Secret{number:04}words"
        yield Uuid, uuid.uuid4()
        yield LargeBinary, f"Sealed{number:04}bytes".encode()
        yield Float, number + 0.125
        yield Integer, 70_000 + number
        yield JSON, [f"Secret{number:04}words"]
        yield object, (START + dt.timedelta(days=number)).date()

    def _remember(self, table: Table, values: dict[str, Any]) -> None:
        for name, value in values.items():
            column = table.columns[name]
            if value is not None and not column.foreign_keys and not isinstance(column.type, LargeBinary):
                self.kept[table.name, name] = value


_STAYS = {("registration", "module_id"), ("statement", "delivery")}


def secrets(filler: Filler) -> set[str]:
    """Every text that must not be found anywhere after an erasure; which module it was is still counted.

    The word for how a statement stands is in the rules of the database itself.
    """
    found: set[str] = set()
    for (table, column), value in filler.kept.items():
        if table not in ("revision", "site", "workshop") and (table, column) not in _STAYS:
            values = value if isinstance(value, list) else [value]
            found |= {one for one in values if isinstance(one, str) and not isinstance(one, StrEnum)}
    return found
