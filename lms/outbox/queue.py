"""What waits for one store: rows of statements for the main one, of forwardings for each other, asked for alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, select, update

from lms.outbox.models import Forwarding, Statement

MAIN_NAME = "main"
"""Name of the store that the settings name."""
ON_THEIR_WAY = 100
"""Statements that a relay has on their way to a store at one time, at most."""


@dataclass(frozen=True)
class Queue:
    """The statements of one store with how they stand there."""

    store_id: int | None = None
    """None: the main store."""
    name: str = MAIN_NAME

    @property
    def state(self) -> type[Statement] | type[Forwarding]:
        """Whose columns `delivery`, `delivered_at` and `answer` tell it."""
        return Statement if self.store_id is None else Forwarding

    @property
    def key(self) -> Any:
        """The statement's number in those rows."""
        return Statement.id if self.store_id is None else Forwarding.statement_id

    def select(self, *columns: Any) -> Select[Any]:
        """Columns of statements and of how they stand, of all that this store is told of."""
        query = select(*columns).select_from(Statement)
        return query if self.store_id is None else query.join(Forwarding, self._is_ours_and_the_same)

    def select_state(self, *columns: Any) -> Select[Any]:
        """Columns of how statements stand alone, for counts."""
        return select(*columns).select_from(self.state).where(*self._is_ours)

    def update(self) -> Update:
        """A change of how its statements stand."""
        return update(self.state).where(*self._is_ours)

    def is_one_of(self, statements: Mapping[int, UUID]) -> ColumnElement[bool]:
        """By number, as they are found fast, and id: on SQLite a number comes again once the newest of all is gone."""
        is_so = Statement.id.in_(statements) & Statement.uuid.in_(statements.values())
        return is_so if self.store_id is None else Forwarding.statement_id.in_(select(Statement.id).where(is_so))

    @property
    def _is_ours(self) -> list[ColumnElement[bool]]:
        return [] if self.store_id is None else [Forwarding.store_id == self.store_id]

    @property
    def _is_ours_and_the_same(self) -> ColumnElement[bool]:
        return (Forwarding.statement_id == Statement.id) & (Forwarding.store_id == self.store_id)


MAIN = Queue()
