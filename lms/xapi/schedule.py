"""What a relay may send next, and when: the whole store waits, or one registration does.

Times are seconds of a clock that never goes back; `roll` is random from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lms.outbox.queries import Waiting
from lms.xapi.answers import Verdict
from lms.xapi.backoff import delay
from lms.xapi.carrying import Outcome, Trouble

BATCH = 50
"""Statements in a batch: what suits all stores that were tried."""
BATCH_CHARACTERS = 500_000
PAUSE_SECONDS = 60.0
"""Between tries at a store that does not let us in."""
SICK_SECONDS = 5.0
"""The longest wait of all registrations for a store that fails: it may be the fault of one statement."""
HALVINGS = BATCH.bit_length()
"""So many quick tries find the guilty statement in a batch; after them the waits grow."""


@dataclass
class Schedule:
    """Which registrations may be sent, and how many statements at once."""

    failures: int = 0
    """Calls in a row without success, of any registration."""
    not_before: float = 0.0
    trouble: str | None = None
    """Why nothing is sent at present."""
    characters: int = BATCH_CHARACTERS
    _caps: dict[UUID, int] = field(default_factory=dict)
    """Registrations that a failing batch had in it: sent in ever smaller batches, until the guilty one stands alone."""
    _strikes: dict[UUID, int] = field(default_factory=dict)
    _held: dict[UUID, float] = field(default_factory=dict)
    """Registrations whose next statement alone makes the store fail, and until when they wait."""

    def held(self, now: float) -> set[UUID]:
        """Registrations that wait by themselves."""
        return {registration for registration, until in self._held.items() if until > now}

    def next_batch(self, waiting: Iterable[Waiting], busy: Collection[UUID], now: float) -> list[Waiting]:
        """The oldest statements that may be sent now, in order for each registration; none of a busy one."""
        if now < self.not_before:
            return []
        batch: list[Waiting] = []
        limit, characters, passed_over = BATCH, 0, {*busy, *self.held(now)}
        for statement in waiting:
            cap = min(limit, self._caps.get(statement.registration, BATCH))
            if len(batch) >= limit:
                break
            if statement.registration in passed_over:
                continue
            if batch and (len(batch) >= cap or characters + len(statement.body) > self.characters):
                # Once one is left out, all that follow it in its registration are too.
                passed_over.add(statement.registration)
                continue
            batch.append(statement)
            limit, characters = cap, characters + len(statement.body)
        return batch

    def follow(self, outcome: Outcome, now: float, roll: float) -> None:
        """Learn from what became of a batch."""
        if outcome.too_large is not None:
            self.characters = min(self.characters, max(outcome.too_large // 2, 1))
        if outcome.delivered or outcome.parked or outcome.is_refused:
            self._recover({statement.registration for statement in outcome.delivered})
        if outcome.trouble:
            self._endure(outcome.trouble, now, roll)
            if outcome.is_refused and outcome.trouble.verdict is not Verdict.SICK:
                self._go_on_searching(outcome.trouble.batch)

    def _recover(self, registrations: Collection[UUID]) -> None:
        if self.failures > 2:
            self._held.clear()  # it was the store: no registration is to blame
        self.failures, self.not_before, self.trouble = 0, 0.0, None
        for registration in registrations:
            self._strikes.pop(registration, None)
            self._held.pop(registration, None)
            cap = self._caps.pop(registration, BATCH) * 2
            if cap < BATCH:
                self._caps[registration] = cap

    def _endure(self, trouble: Trouble, now: float, roll: float) -> None:
        self.failures += 1
        self.trouble = trouble.reason
        self.not_before = now + self._wait(trouble, roll)
        if trouble.verdict is Verdict.SICK:
            self._suspect(trouble.batch, roll)

    def _wait(self, trouble: Trouble, roll: float) -> float:
        if trouble.wait is not None:
            return trouble.wait
        if trouble.verdict is Verdict.UNWELCOME:
            return PAUSE_SECONDS * (1 - roll / 2)
        if trouble.verdict is Verdict.SICK:
            return min(delay(max(self.failures - HALVINGS, 1), roll), SICK_SECONDS)
        return delay(self.failures, roll)

    def _go_on_searching(self, batch: Sequence[Waiting]) -> None:
        """A refused statement is looked for from where the search was broken off: a bad line would never let it end."""
        for statement in batch:
            self._caps[statement.registration] = len(batch)

    def _suspect(self, batch: Sequence[Waiting], roll: float) -> None:
        for registration in {statement.registration for statement in batch}:
            self._caps[registration] = max(len(batch) // 2, 1)
            if len(batch) == 1:
                strikes = self._strikes[registration] = self._strikes.get(registration, 0) + 1
                # Longer than all wait, so that others come first at the next try.
                self._held[registration] = self.not_before + delay(strikes, roll)
