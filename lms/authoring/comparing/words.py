"""Which words of a text are new, and which are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\S+\s*")
_ALIKE = 0.35
"""Below this share of common words two texts are not versions of one another."""
MOST_STEPS = 2_000_000
"""Words of the one times words of the other: comparing takes as many steps at the worst, about a second."""

Mark = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Run:
    """Words in a row that fared alike."""

    mark: Mark
    text: str


def compared(old: str, new: str) -> tuple[Run, ...]:
    """The two texts as one, with what was taken out and what was put in."""
    if not old or not new:
        return tuple(_run("removed", old) + _run("added", new))
    before, after = _WORDS.findall(old.strip()), _WORDS.findall(new.strip())
    if len(before) * len(after) > MOST_STEPS:
        return tuple(_run("removed", old) + _run("added", new))
    return tuple(_runs(before, after))


def are_alike(old: str, new: str) -> bool:
    """Whether the one reads like a version of the other."""
    matcher = SequenceMatcher(None, old.split(), new.split(), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE


def _runs(before: list[str], after: list[str]) -> Iterator[Run]:
    plain_before, plain_after = [word.strip() for word in before], [word.strip() for word in after]
    for tag, i, j, k, m in SequenceMatcher(None, plain_before, plain_after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _run("same", "".join(after[k:m]))
        else:
            yield from _run("removed", "".join(before[i:j]))
            yield from _run("added", "".join(after[k:m]))


def _run(mark: Mark, text: str) -> list[Run]:
    # The last word of a text has nothing after it, and may come to stand before another.
    return [Run(mark, text if text[-1:].isspace() else f"{text} ")] if text else []
