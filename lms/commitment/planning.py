"""What an if-then plan says, and when to look back at it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

LONGEST = 500
"""Characters of each part: a plan is one sentence."""
TOO_LONG = f"Please keep each part within {LONGEST} characters: one sentence is enough."
WRONG_DAY = "Please give a day that is not to come, or leave it empty."
_OPENING = re.compile(r"^[\s.…]*when\b[\s,.…]*", re.IGNORECASE)
_PROMISE = re.compile(r"^[\s.,…]*(?:then\b[\s,]*)?i(?:\s+will|['’]ll)\b[\s,.…]*", re.IGNORECASE)
"""What the labels of the boxes say already."""


@dataclass(frozen=True)
class Plan:
    """When this happens, I will do that."""

    when: str = ""
    will: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether both parts have words."""
        return bool(self.when.strip() and self.will.strip())

    @property
    def is_empty(self) -> bool:
        """Whether neither part has words."""
        return not (self.when.strip() or self.will.strip())

    @property
    def sentence(self) -> str:
        """`When the radio goes, I will breathe first.`, whether or not the author began with those words."""
        when = _OPENING.sub("", self.when.strip()).rstrip(" ,.;…")
        will = _PROMISE.sub("", self.will.strip())
        return f"When {when}, I will {will}" + ("" if will.endswith((".", "!", "?")) else ".")

    @property
    def too_long(self) -> list[str]:
        """The parts that are longer than they may be."""
        return [name for name, words in asdict(self).items() if len(words) > LONGEST]

    def to_text(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_text(text: str) -> Plan:
        """The plan again."""
        return Plan(**json.loads(text))


def due(made_at: dt.datetime, days: Iterable[int]) -> list[dt.datetime]:
    """When to look back, the earliest first."""
    return [made_at + dt.timedelta(days=count) for count in sorted(days)]


def done_on(text: str, at: dt.datetime) -> dt.date | None:
    """The day on which an exercise was done, as a form sends it; None if it was left empty.

    Raises ValueError for what is no day, or is still to come wherever one lives.
    """
    if not text.strip():
        return None
    day = dt.date.fromisoformat(text.strip())
    if day > (at + dt.timedelta(hours=14)).date():
        raise ValueError("a day that is still to come")
    return day
