"""Which passages of two texts belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lms.authoring.comparing.passages import Passage
from lms.authoring.comparing.words import MOST_STEPS, Run, are_alike, compared

_MOST_PAIRS = 10_000
"""Passages here times passages there that are looked at one by one."""


@dataclass(frozen=True)
class Line:
    """A passage that is not as it was."""

    label: str
    runs: tuple[Run, ...]

    @property
    def word(self) -> str:
        """What became of it as a whole."""
        marks = {run.mark for run in self.runs}
        return {frozenset({"added"}): "New", frozenset({"removed"}): "Gone"}.get(frozenset(marks), "Changed")


def lines(old: Sequence[Passage], new: Sequence[Passage]) -> list[Line]:
    """The passages that are not as they were, in the order of the new text."""
    found: list[Line] = []
    # In a text of thousands of passages those that come again and again would each be tried in every place.
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > MOST_STEPS)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            found += _unlike(old[i:j], new[k:m])
    return found


def _unlike(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[Line]:
    at = 0
    looks = len(old) * len(new) <= _MOST_PAIRS
    for before in old:
        match = next((i for i in range(at, len(new)) if looks and _is_version(before, new[i])), None)
        if match is None:
            yield Line(before.label, compared(before.text, ""))
            continue
        yield from (Line(one.label, compared("", one.text)) for one in new[at:match])
        yield Line(new[match].label, compared(before.text, new[match].text))
        at = match + 1
    yield from (Line(one.label, compared("", one.text)) for one in new[at:])


def _is_version(before: Passage, after: Passage) -> bool:
    # A title or a number is a version of its former self whatever it says.
    is_short = bool(before.label) and max(len(before.text), len(after.text)) < 100
    return before.label == after.label and (is_short or are_alike(before.text, after.text))
