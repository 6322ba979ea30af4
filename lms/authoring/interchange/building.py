"""Our items, type by type, made of what the other formats have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_lowercase

from lms.authoring.files.typed import Values
from lms.authoring.interchange.neutral import CannotTakeError

UNWRITTEN = "The feedback on this answer is still to be written."
"""Stands where the other format has none."""
MOST_OPTIONS = 6
_NEAR = 0.01
_FIGURE = re.compile(r"[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST_NUMBER = 24
"""Characters that a learner may type (lms/quiz/responding.py)."""


@dataclass(frozen=True)
class Offered:
    """An answer that is offered, and the share of the mark that it earns: 1 for all of it, below 0 if it costs some."""

    text: str
    share: float = 0.0
    feedback: str = ""
    id: str = ""


@dataclass(frozen=True)
class Pair:
    """A line and what it belongs to."""

    text: str
    target: str
    feedback: str = ""
    id: str = ""


@dataclass(frozen=True)
class Number:
    """A number that may be given, with the share that it earns."""

    value: float
    share: float = 1.0
    tolerance: float = 0.0
    feedback: str = ""


def figure(written: str) -> Decimal:
    """A number as other systems write it, exactly. Raises CannotTakeError."""
    if not _FIGURE.fullmatch(written.strip()):
        raise CannotTakeError(f"{written.strip()[:40]!r} is not a number")
    return Decimal(written.strip())


def between(least: Decimal, most: Decimal) -> tuple[float, float]:
    """The middle of a range and how far off still counts.

    Grading takes both as the decimals that are written here, so each end must be no further off than that.
    """
    middle = float((least + most) / 2)
    written = Decimal(repr(middle))
    return middle, no_less(max(abs(least - written), abs(most - written)))


def no_less(number: Decimal) -> float:
    """The number; where its last digits get lost, the next that is not below it."""
    near = float(number)
    return near if Decimal(repr(near)) >= number else math.nextafter(near, math.inf)


def choice(stem: str, offered: Sequence[Offered], notes: list[str], *, several: bool, general: str = "") -> Values:
    """A single, situational or multiple item: whichever says what the shares say. Raises CannotTakeError."""
    _count(offered, 2, MOST_OPTIONS, "options")
    if several and sum(one.share > 0 for one in offered) > 1:
        return _multiple(stem, offered, notes, general)
    if several:
        notes.append("several answers could be picked; it has one right answer, so here one is picked")
    best = [one for one in offered if one.share >= 1 - _NEAR]
    if len(best) != 1:
        raise CannotTakeError(f"{len(best) or 'no'} options earn the whole mark; one must")
    if not several and any(one.share < -_NEAR for one in offered):
        notes.append("wrong answers cost marks; here they earn none")
    if any(_NEAR < one.share < 1 - _NEAR for one in offered):
        return _situational(stem, offered, notes, general)
    options = [_option(at, one, general) | ({"key": True} if one is best[0] else {}) for at, one in enumerate(offered)]
    return {"type": "single", "stem": stem, "options": options} | _note(general, offered)


def ordering(stem: str, options: Sequence[Offered], general: str = "") -> Values:
    """Options that stand in their right order. Raises CannotTakeError."""
    _count(options, 3, 8, "things to put in order")
    made = [_option(at, one, "") for at, one in enumerate(options)]
    return {"type": "ordering", "stem": stem, "options": made} | _kept(general)


def matching(
    stem: str, pairs: Sequence[Pair], spare: Mapping[str, str] | Sequence[str] = (), general: str = ""
) -> Values:
    """Lines and targets. Raises CannotTakeError.

    `spare` are targets that fit no line; or all of them in order with their ids.
    """
    texts = list(
        dict.fromkeys([*(spare if isinstance(spare, Mapping) else ()), *(one.target for one in pairs), *spare])
    )
    _count(pairs, 2, 12, "lines to match")
    _count(texts, 2, 12, "different things to match them with")
    letters = {text: ascii_lowercase[at] for at, text in enumerate(texts)}
    targets = letters | (dict(spare) if isinstance(spare, Mapping) else {})
    sources = [
        {
            "id": pair.id or f"s{at}",
            "text": pair.text,
            "target": targets[pair.target],
            "feedback": pair.feedback or UNWRITTEN,
        }
        for at, pair in enumerate(pairs, 1)
    ]
    listed = [{"id": targets[text], "text": text} for text in texts]
    return {"type": "matching", "stem": stem, "targets": listed, "sources": sources} | _kept(general)


def numeric(
    stem: str, numbers: Sequence[Number], notes: list[str], *, unit: str = "", otherwise: str = "", general: str = ""
) -> Values:
    """A number; those that earn nothing are common wrong ones. Raises CannotTakeError."""
    right = [one for one in numbers if one.share >= 1 - _NEAR]
    if len(right) != 1:
        raise CannotTakeError(f"{len(right) or 'no'} numbers earn the whole mark; one must")
    if not all(_can_be_typed(one.value) and math.isfinite(one.tolerance) for one in numbers):
        raise CannotTakeError("its number is none that can be typed")
    answer, tolerance = right[0].value, abs(right[0].tolerance)
    others = [one for one in numbers if one.value != answer]
    if len(others) + 1 < len(numbers):
        notes.append("a wider range around the right number, for a part of the mark, was left out")
    if any(one.share > _NEAR for one in others):
        notes.append("a number that earned a part of the mark earns nothing here")
    if any(one.tolerance for one in others):
        notes.append("the tolerance of wrong numbers was left out")
    responses = [{"value": _plain(one.value), "feedback": one.feedback or general or UNWRITTEN} for one in others]
    values: Values = {"type": "numeric", "stem": stem, "answer": _plain(answer)}
    values |= {"tolerance": _plain(tolerance)} if tolerance else {}
    values |= {"unit": unit} if unit else {}
    values |= {"feedback": right[0].feedback or general or UNWRITTEN}
    values |= {"responses": responses} if responses else {}
    values |= {"otherwise": otherwise or general or UNWRITTEN}
    is_used = not (right[0].feedback and otherwise and all(one.feedback for one in others))
    return values | ({} if is_used else _kept(general))


def _multiple(stem: str, offered: Sequence[Offered], notes: list[str], general: str) -> Values:
    keys = [one for one in offered if one.share > 0]
    _count(offered, 3, MOST_OPTIONS, "options")
    _count(keys, 2, 5, "right answers")
    if max(one.share for one in keys) - min(one.share for one in keys) > _NEAR:
        notes.append("its right answers weigh differently; here each weighs the same")
    if any(abs(one.share + keys[0].share) > _NEAR for one in offered if one.share <= 0):
        notes.append("here a wrong pick takes away what a right one earns")
    options = [_option(at, one, general) | ({"key": True} if one.share > 0 else {}) for at, one in enumerate(offered)]
    made = {"type": "multiple", "stem": stem, "choose": len(keys), "options": options}
    return made | _note(general, offered)


def _situational(stem: str, offered: Sequence[Offered], notes: list[str], general: str) -> Values:
    if any(_NEAR < one.share < 1 - _NEAR and abs(one.share - 0.5) > _NEAR for one in offered):
        notes.append("a part of the mark counts as half of it here")
    options = []
    for at, one in enumerate(offered):
        half = 1 if one.share > _NEAR else 0
        options.append(_option(at, one, "") | {"marks": 2 if one.share >= 1 - _NEAR else half})
    made = {"type": "situational", "stem": stem, "options": options}
    return made | ({"rationale": general} if general else {})


def _option(at: int, one: Offered, general: str) -> Values:
    return {"id": one.id or ascii_lowercase[at], "text": one.text, "feedback": one.feedback or general or UNWRITTEN}


def _note(general: str, offered: Sequence[Offered]) -> Values:
    """What is said to everyone stands in for what is not said to some; else it is kept for the editors."""
    return _kept(general) if all(one.feedback for one in offered) else {}


def _kept(general: str) -> Values:
    return {"note": f"Feedback on the whole question: {general}"} if general else {}


def _count(parts: Sequence[object], least: int, most: int, what: str) -> None:
    if not least <= len(parts) <= most:
        raise CannotTakeError(f"it has {len(parts)} {what}; here there are {least} to {most}")


def _can_be_typed(number: float) -> bool:
    return math.isfinite(number) and len(f"{Decimal(repr(number)):f}") <= _LONGEST_NUMBER


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) and abs(number) < 10**15 else number
