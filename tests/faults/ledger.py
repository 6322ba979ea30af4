"""What learners were told is done: each deed is written here when its answer has come whole, and not before."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Opened:
    """A page was shown."""

    learner: UUID
    page: str


@dataclass(frozen=True)
class Checked:
    """An answer to a check was taken."""

    learner: UUID
    item: str
    token: UUID


@dataclass(frozen=True)
class Wrote:
    """A private text was saved; a later one takes its place."""

    learner: UUID
    block: str
    text: str


@dataclass(frozen=True)
class Planned:
    """A plan was saved; a later one takes its place."""

    learner: UUID
    when: str
    will: str


@dataclass(frozen=True)
class Answered:
    """An answer in a quiz was kept; a later one takes its place."""

    learner: UUID
    attempt: UUID
    place: int
    fields: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Submitted:
    """A quiz was handed in."""

    learner: UUID
    attempt: UUID


Deed = Opened | Checked | Wrote | Planned | Answered | Submitted


@dataclass
class Ledger:
    """All deeds in the order of their answers; several threads write."""

    deeds: list[Deed] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    """Answers that no learner should ever see, such as a 500."""
    retries: int = 0
    refusals: int = 0
    """How often something was answered with 503."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, deed: Deed) -> None:
        """This was acknowledged."""
        with self._lock:
            self.deeds.append(deed)

    def wonder(self, surprise: str) -> None:
        """This should not have been answered."""
        with self._lock:
            self.surprises.append(surprise)

    def tried_again(self, was_refused: bool) -> None:
        """An answer did not come, or it was 503, and the same was sent again."""
        with self._lock:
            self.retries += 1
            self.refusals += was_refused

    @property
    def counts(self) -> Counter[str]:
        """How many deeds of each kind."""
        return Counter(type(deed).__name__.lower() for deed in self.deeds)
