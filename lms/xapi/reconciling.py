"""Proving that a Learning Record Store holds what was delivered to it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lms.db import writing
from lms.outbox import queries, service
from lms.outbox.likeness import digest
from lms.outbox.queries import ALWAYS, Delivered, Span
from lms.outbox.queue import MAIN, Queue
from lms.xapi.client import Client
from lms.xapi.stores.service import texts


@dataclass(frozen=True)
class Checked:
    """One registration, compared."""

    registration: UUID
    statements: int
    missing: int
    """Queued again: the relay sends them with their old ids."""
    nowhere: int = 0
    """Missing there, thinned here, and in no other store either."""
    different: tuple[UUID, ...] = ()
    """It holds something else under these ids."""


@dataclass
class Total:
    """All of them."""

    statements: int = 0
    missing: int = 0
    nowhere: int = 0
    different: int = 0

    def add(self, checked: Checked) -> None:
        """One registration more."""
        self.statements += checked.statements
        self.missing += checked.missing
        self.nowhere += checked.nowhere
        self.different += len(checked.different)

    @property
    def is_wrong(self) -> bool:
        """Whether something cannot be put right by sending it again."""
        return bool(self.nowhere or self.different)

    def __str__(self) -> str:
        said = f"{self.statements} statements asked for, {self.missing} were missing"
        if self.nowhere:
            said += f", {self.nowhere} are lost"
        return f"{said}, {self.different} differ" if self.different else said


def said_of(checked: Checked) -> Iterator[str]:
    """What is worth telling of one registration."""
    if checked.missing:
        yield f"{checked.missing} missing, queued again"
    if checked.nowhere:
        yield f"{checked.nowhere} missing, of which only the proof is kept here, and no other store holds them"
    for statement in checked.different:
        yield f"it holds something else as {statement}"


def reconcile(
    session: Session,
    client: Client,
    span: Span = ALWAYS,
    queue: Queue = MAIN,
    *,
    others: Sequence[Client] = (),
    word_for_word: bool = False,
) -> Iterator[Checked]:
    """Ask for every statement of a time that a store should hold, and queue again what it does not.

    What is thinned here comes from one of the `others`. `word_for_word`: also whether what it holds says the same.
    Each registration is compared and written down by itself, so that it can be stopped at any time.
    Raises NoAnswerError when the store does not answer.
    """
    look = _contents if word_for_word else _ids
    for registration in queries.registrations(session, span, queue):
        due = queries.delivered(session, registration, span, queue)
        held = look(client, registration, due)
        missing = {one.uuid for one in due if one.uuid not in held}
        again, nowhere = _send_again(session, others, registration, missing, queue)
        different = tuple(one.uuid for one in due if held.get(one.uuid) not in (None, digest_of(one)))
        yield Checked(registration, len(due), again, nowhere, different)


def _send_again(
    session: Session, others: Sequence[Client], registration: UUID, missing: set[UUID], queue: Queue
) -> tuple[int, int]:
    """Queue what a store does not hold, with its text from another one where it is thinned.

    How many were queued, and how many have no text anywhere.
    """
    count, left = 0, missing
    while left:
        known = [one for one in queries.delivered(session, registration, ALWAYS, queue) if one.uuid in left]
        found = texts(others, registration, known)
        with writing(session):
            service.make_whole(session, found)
            queued = service.send_again(session, [one.uuid for one in known], dt.datetime.now(dt.UTC), queue)
        count += len(queued)
        nowhere = [one for one in known if one.uuid not in queued]
        if all(one.digest for one in nowhere):
            return count, len(nowhere)
        # One that had its text was thinned while others were asked: they are asked for it too.
        left = {one.uuid for one in nowhere}
    return count, 0


def digest_of(statement: Delivered) -> bytes:
    """Of what a store must hold."""
    return statement.digest or digest(json.loads(statement.body))


def _ids(client: Client, registration: UUID, due: Collection[Delivered]) -> Mapping[UUID, bytes | None]:
    """What it holds of a registration; what is said is not looked at."""
    held: dict[UUID, bytes | None] = dict.fromkeys(client.ids(registration))
    return held | {one.uuid: None for one in due if one.uuid not in held and client.held(one.uuid)}


def _contents(client: Client, registration: UUID, due: Collection[Delivered]) -> Mapping[UUID, bytes | None]:
    """The same with the digest of each."""
    listed = {UUID(one["id"]): digest(one) for one in client.statements(registration)}
    # A list leaves out what was voided, and what a store has taken but not yet made visible in lists.
    asked = {one.uuid: client.held(one.uuid) for one in due if one.uuid not in listed}
    return listed | {uuid: digest(found) for uuid, found in asked.items() if found}
