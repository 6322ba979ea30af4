"""What an if-then plan says, and when to look back at it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

LONGEST = 500
"""Characters of each part: a plan is one sentence."""


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
