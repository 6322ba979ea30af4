"""What it would change to ask other people, in numbers and in words. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lms.ui.counting import counted


@dataclass(frozen=True)
class Effect:
    """What it would change to take other people in, in numbers of people."""

    comes: int
    """Who would newly be asked."""
    goes: int
    """Who would be asked no more."""
    goes_met: int
    """How many of those have completed it."""
    stays: int
    due_on: dt.date | None
    """The last day of whoever would newly be asked."""
    names: int = 0
    """Who would newly be named, or be named no more."""
    names_aside: int = 0
    """How many of those are not asked today, before or after: they have left, or work elsewhere."""

    @property
    def is_none(self) -> bool:
        """Whether nothing would change for anybody today."""
        return not self.comes and not self.goes


def between(asked: Mapping[int, bool], wanted: Collection[int], due_on: dt.date | None) -> Effect:
    """From whom it is asked of, and whether they have met it, to whom it would be asked of; a person is a number."""
    after = set(wanted)
    goes = asked.keys() - after
    return Effect(
        comes=len(after - asked.keys()),
        goes=len(goes),
        goes_met=sum(asked[person_id] for person_id in goes),
        stays=len(after & asked.keys()),
        due_on=due_on,
    )


def done(made: Effect | None) -> str:
    """A sentence on what was changed; None: it was so already."""
    if made is None:
        return "Nothing was changed: it is so already."
    if made.is_none:
        return "It is changed. Today the same people are asked as before."
    parts = []
    if made.comes:
        parts.append(f"{_are(made.comes)} newly asked")
    if made.goes:
        parts.append(f"{_are(made.goes)} asked no more")
    return f"It is changed: {' and '.join(parts)}."


def _are(count: int) -> str:
    return counted(count, "person is", "people are")
