"""Carrying one batch: sent whole, halved where it is refused, each statement asked for where that is unsure.

Nothing is ever sent before what precedes it in its registration has been taken or set aside. So a batch that is sent
late, or by a relay that has lost its claim, can do no harm: the store knows its statements by their ids.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.outbox.likeness import is_same
from lms.outbox.queries import Waiting
from lms.xapi.answers import Answer, Verdict, verdict
from lms.xapi.client import Client, NoAnswerError

_TROUBLES = (Verdict.UNWELCOME, Verdict.BUSY, Verdict.AWAY, Verdict.SICK)


@dataclass(frozen=True)
class Trouble:
    """Why the rest of a batch could not be sent."""

    verdict: Verdict
    reason: str
    wait: float | None
    batch: Sequence[Waiting]
    """What was being sent when it came."""


@dataclass
class Outcome:
    """What became of a batch; what is neither delivered nor parked is still queued."""

    delivered: list[Waiting] = field(default_factory=list)
    parked: list[tuple[Waiting, str]] = field(default_factory=list)
    trouble: Trouble | None = None
    is_refused: bool = False
    """The store has judged some of it: whatever came afterwards, it is there."""
    too_large: int | None = None
    """Characters of the smallest batch that was too large."""


def carry(client: Client, batch: Sequence[Waiting]) -> Outcome:
    """Send a batch, in its order. Raises nothing: whatever happens, the batch comes back."""
    outcome = Outcome()
    try:
        _carry(client, batch, outcome)
    except Exception as error:
        outcome.trouble = Trouble(Verdict.SICK, f"a fault of ours: {error!r}", None, batch)
    return outcome


def _carry(client: Client, batch: Sequence[Waiting], outcome: Outcome) -> None:
    if outcome.trouble or not batch:
        return
    try:
        answer = client.send([statement.body for statement in batch])
        _follow(client, batch, answer, outcome)
    except NoAnswerError as error:
        follows = Verdict.SICK if error.is_slow else Verdict.AWAY
        outcome.trouble = Trouble(follows, str(error), None, batch)


def _follow(client: Client, batch: Sequence[Waiting], answer: Answer, outcome: Outcome) -> None:
    follows = verdict(answer)
    if follows is Verdict.TAKEN:
        outcome.delivered += batch
    elif follows is Verdict.UNSURE:
        _ask_for_each(client, batch, answer, outcome)
    elif follows in (Verdict.REFUSED, Verdict.TOO_LARGE):
        outcome.is_refused = True
        if follows is Verdict.TOO_LARGE:
            outcome.too_large = sum(len(statement.body) for statement in batch)
        _halve(client, batch, answer, outcome)
    else:
        outcome.trouble = Trouble(follows, str(answer), answer.retry_after, batch)


def _halve(client: Client, batch: Sequence[Waiting], answer: Answer, outcome: Outcome) -> None:
    if len(batch) == 1:
        outcome.parked.append((batch[0], str(answer)))
        return
    middle = len(batch) // 2
    _carry(client, batch[:middle], outcome)
    _carry(client, batch[middle:], outcome)


def _ask_for_each(client: Client, batch: Sequence[Waiting], answer: Answer, outcome: Outcome) -> None:
    """A conflict may mean that some are there already, from a call whose answer was lost."""
    missing = []
    for place, statement in enumerate(batch):
        said, found = client.find(statement.uuid)
        if found is not None:
            _compare(statement, found, answer, outcome)
        elif said.status == 404 and answer.status == 409:
            missing.append(statement)
        else:
            outcome.trouble = _unanswered(answer, said, batch[place:])
            return
    if len(missing) < len(batch):
        _carry(client, missing, outcome)
    else:
        _halve(client, batch, answer, outcome)


def _compare(statement: Waiting, found: dict[str, Any], answer: Answer, outcome: Outcome) -> None:
    if is_same(json.loads(statement.body), found):
        outcome.delivered.append(statement)
    else:
        outcome.parked.append((statement, f"{answer} | it holds another statement with this id"))


def _unanswered(answer: Answer, said: Answer, rest: Sequence[Waiting]) -> Trouble:
    if said.status == 404:
        # It said that it took them, but nothing in its answer was a store's, and it has not got them.
        return Trouble(Verdict.AWAY, f"this is not a Learning Record Store: {answer}", None, rest)
    follows = verdict(said)
    return Trouble(
        follows if follows in _TROUBLES else Verdict.SICK, f"asked for a statement: {said}", said.retry_after, rest
    )
