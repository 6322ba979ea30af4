"""What is sealed: the texts of the boxes with what stood above them, and the points ticked off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One person's words on one prompt. The labels are kept, since authors may change theirs."""

    labels: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """One for each label."""
    ticks: tuple[str, ...] = ()
    """Points as they stood on the page."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it but blanks."""
        return not any(text.strip() for text in self.texts) and not self.ticks

    @property
    def characters(self) -> int:
        """How much is written."""
        return sum(len(text) for text in self.texts)

    def says_the_same(self, other: Words) -> bool:
        """Whether the texts and ticks are the same, whatever stands above them; an empty box at the end is none."""
        return _filled(self.texts) == _filled(other.texts) and set(self.ticks) == set(other.ticks)

    def text(self, place: int) -> str:
        """The text of one box, counted from 0."""
        return self.texts[place] if place < len(self.texts) else ""

    def boxes(self, labels: Sequence[str]) -> list[tuple[str, str]]:
        """Label and text of each box of a prompt as it is now; written boxes that it no longer has stay."""
        now = [(label, self.text(place)) for place, label in enumerate(labels)]
        gone = list(zip(self.labels, self.texts, strict=True))[len(labels) :]
        return now + [(label, text) for label, text in gone if text.strip()]


def to_json(words: Words) -> str:
    """As it is sealed."""
    return json.dumps({"labels": words.labels, "texts": words.texts, "ticks": words.ticks}, ensure_ascii=False)


def from_json(text: str) -> Words:
    """The words again."""
    found = json.loads(text)
    return Words(tuple(found["labels"]), tuple(found["texts"]), tuple(found["ticks"]))


def _filled(texts: tuple[str, ...]) -> tuple[str, ...]:
    while texts and not texts[-1]:
        texts = texts[:-1]
    return texts
