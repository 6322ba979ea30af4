"""Proving that the Learning Record Store holds what was delivered to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lms.db import writing
from lms.outbox import queries, service
from lms.outbox.queries import ALWAYS, Span
from lms.xapi.client import Client, NoAnswerError


@dataclass(frozen=True)
class Checked:
    """One registration, compared."""

    registration: UUID
    statements: int
    missing: int
    """Queued again: the relay sends them with their old ids."""


def reconcile(session: Session, client: Client, span: Span = ALWAYS) -> Iterator[Checked]:
    """Ask for every statement of a time that the store should hold, and queue again what it does not.

    Each registration is compared and written down by itself, so that it can be stopped at any time.
    Raises NoAnswerError when the store does not answer.
    """
    for registration in queries.registrations(session, span):
        due = queries.delivered(session, registration, span)
        missing = {statement for statement in due - set(client.ids(registration)) if _is_missing(client, statement)}
        if missing:
            with writing(session):
                service.send_again(session, missing)
        yield Checked(registration, len(due), len(missing))


def _is_missing(client: Client, statement: UUID) -> bool:
    # A list leaves out what was voided, and what a store has taken but not yet made visible in lists.
    answer, found = client.find(statement)
    if found is None and answer.status != 404:
        raise NoAnswerError(f"asked for a statement it says: {answer}")
    return found is None
