"""Statements on their way in: read, checked and completed, ready to be stored."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from lms.lrs import strict_json
from lms.lrs.editions import Edition
from lms.lrs.refusal import RefusalError
from lms.lrs.rules import formats
from lms.lrs.rules.checks import BrokenError
from lms.lrs.rules.statement import VOIDED, rule_of
from lms.lrs.statements.mentions import activities, terms, verbs, written

Json = dict[str, Any]

_VERSIONS = {Edition.ONE: "1.0.0", Edition.TWO: "2.0.0"}
"""The version of statements that name none (Data 2.4.10)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A valid statement with all that the store sets but the time of storing."""

    id: uuid.UUID
    content: Json
    text: str
    """The JSON of the content."""
    terms: Collection[bytes]
    own: Collection[bytes]
    """By what it alone is found, and no statement that refers to it."""
    target: uuid.UUID | None
    is_voiding: bool
    attachments: tuple[Json, ...]
    """What the statement says of its attachments."""

    def completed(self, stored: str) -> str:
        """The JSON of the statement as it is kept; without a timestamp, that of storing is set (Data 2.4.7)."""
        timestamp = "" if "timestamp" in self.content else f',"timestamp":"{stored}"'
        return f'{self.text[:-1]}{timestamp},"stored":"{stored}"}}'

    @property
    def digests(self) -> frozenset[str]:
        """SHA-2 of each attachment, in lower case."""
        return frozenset(one["sha2"].lower() for one in self.attachments)

    @property
    def definitions(self) -> Iterator[tuple[str, Json]]:
        """What is said of activities."""
        return ((one["id"], one["definition"]) for one in activities(self.content) if one.get("definition"))

    @property
    def displays(self) -> Iterator[tuple[str, Json]]:
        """How verbs are called."""
        return ((one["id"], one["display"]) for one in verbs(self.content) if one.get("display"))


def described(statement: Json) -> tuple[Json, ...]:
    """What a statement says of its attachments, and of those of a sub-statement."""
    return (*statement.get("attachments", ()), *statement["object"].get("attachments", ()))


def receive(sent: Any, edition: Edition, authority: Json) -> list[Incoming]:
    """The statements of a request's content: one, or an array of them. Raises RefusalError (400)."""
    rule = rule_of(edition)
    if not isinstance(sent, list):
        return [_receive_one(rule, sent, edition, authority)]
    received = [_receive_one(rule, one, edition, authority, place) for place, one in enumerate(sent)]
    _refuse_twins(received)
    return received


def _receive_one(rule: Any, sent: Any, edition: Edition, authority: Json, *place: int) -> Incoming:
    try:
        rule(sent)
        return _complete(sent, edition, authority)
    except BrokenError as broken:
        problem = broken.inside(*place)
        raise RefusalError(400, problem.reason, problem.path) from None
    except RefusalError as refusal:
        raise RefusalError(refusal.status, refusal.reason, BrokenError("", *place).path) from None


def _refuse_twins(received: list[Incoming]) -> None:
    seen: dict[uuid.UUID, int] = {}
    for place, one in enumerate(received):
        if one.id in seen:
            raise RefusalError(400, f"is the same as that of $[{seen[one.id]}]", f"$[{place}].id")
        seen[one.id] = place


def _complete(statement: Json, edition: Edition, authority: Json) -> Incoming:
    """Set what the store sets (Data 2.3.1): id, authority, version; contextActivities become arrays (Data 2.4.6.2)."""
    id_ = uuid.UUID(statement["id"]) if "id" in statement else uuid.uuid4()
    thing = statement["object"]
    for part in (statement, thing):
        _listed(part.get("context", {}).get("contextActivities", {}))
    content = {**statement, "id": str(id_), "authority": authority}
    content.setdefault("version", _VERSIONS[edition])
    content.pop("stored", None)
    if edition is Edition.TWO:
        _put_in_utc(content, thing)
    return Incoming(
        id=id_,
        content=content,
        text=strict_json.write(content),
        terms=terms(content),
        own=written(authority),
        target=uuid.UUID(thing["id"]) if thing.get("objectType") == "StatementRef" else None,
        is_voiding=statement["verb"]["id"] == VOIDED,
        attachments=described(statement),
    )


def _put_in_utc(*parts: Json) -> None:
    """2.0.0 (4.2.7): a time of another zone is not refused but converted."""
    for part in parts:
        if "timestamp" in part:
            part["timestamp"] = formats.in_utc(part["timestamp"])


def _listed(related: Json) -> None:
    for relation, value in related.items():
        if isinstance(value, dict):
            related[relation] = [value]
