"""What would change for how many people, and for whom; in the fewest figures that it takes to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from lms.quiz.regrading.marking import Change
from lms.quiz.regrading.queries import Found

SHOWN = 200
"""People of one kind who are named at once."""
PASSES = "would now pass"


@dataclass(frozen=True)
class Line:
    """One person, and what would change for them. Neither marks nor answers: those are theirs."""

    person: UUID
    """The opaque name, for the audit log."""
    name: str
    email: str
    said: str
    attempt: str = ""
    """By which a form names it."""


@dataclass
class Group:
    """All for whom the same kind of thing would change."""

    by_person: dict[int, Line] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.by_person)

    @property
    def lines(self) -> list[Line]:
        """Some of them, by name."""
        return sorted(self.by_person.values(), key=lambda line: (line.name.casefold(), line.email))[:SHOWN]


def by_change(found: Iterable[Found]) -> dict[Change, Group]:
    """Everybody in the group of what would change for them; once in each, however often they have tried."""
    groups = {change: Group() for change in Change}
    for one in found:
        lines, said = groups[one.outcome.change].by_person, _said(one)
        if one.person.id not in lines or said == PASSES:
            lines[one.person.id] = Line(one.person.uuid, one.person.name, one.person.email, said, str(one.attempt.uuid))
    return groups


def _said(one: Found) -> str:
    change = one.outcome.change
    if change is Change.LOST:
        return "would no longer pass"
    if one.outcome.is_now_passed and one.registration.passed_at is None:
        return PASSES
    return "the score goes up, nothing else" if change is Change.BETTER else "the score goes down, nothing else"
