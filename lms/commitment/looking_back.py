"""What a learner says of a plan when they look back at it, and what may become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 2000
"""Characters of what got in the way."""


class Happened(StrEnum):
    """How often the moment of the plan came."""

    NO = "no"
    ONCE = "once"
    OFTEN = "often"


class Did(StrEnum):
    """Whether the plan was carried out."""

    NO = "no"
    SOMETIMES = "sometimes"
    YES = "yes"


class Decision(StrEnum):
    """What becomes of the plan: the first three on the way, the others at the end."""

    KEEP = "keep"
    SHRINK = "shrink"
    CHANGE = "change"
    HABIT = "habit"
    GO_ON = "go on"
    LET_GO = "let go"


MIDWAY = (Decision.KEEP, Decision.SHRINK, Decision.CHANGE)
AT_THE_END = (Decision.HABIT, Decision.GO_ON, Decision.LET_GO)


@dataclass(frozen=True)
class Report:
    """What a learner says of a plan; every part may be left out."""

    happened: Happened | None = None
    did: Did | None = None
    decision: Decision | None = None
    obstacle: str = ""
    """What got in the way, for its author alone."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.happened or self.did or self.decision or self.obstacle.strip())


def read(form: Mapping[str, str], is_last: bool) -> Report:
    """The report in a form's fields; what is not among the choices is left out."""
    decisions = AT_THE_END if is_last else MIDWAY
    given = form.get("decision", "")
    return Report(
        next((one for one in Happened if one == form.get("happened")), None),
        next((one for one in Did if one == form.get("did")), None),
        next((one for one in decisions if one == given), None),
        form.get("obstacle", ""),
    )
