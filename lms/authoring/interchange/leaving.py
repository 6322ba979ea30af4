"""What stays behind when our items are written in another format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lms.authoring.files.typed import Values
from lms.authoring.interchange.neutral import Left

SINGLY = "feedback on each line"
"""For formats that have feedback on a whole question only."""
_OURS = {
    "cites": "its sources",
    "cast": "the people in it",
    "note": "the note for editors",
    "review_by": "the day to check it again",
}


class Leaving:
    """Gathers it, question by question."""

    def __init__(self) -> None:
        self._left: list[Left] = []
        self._number, self._id = 0, ""

    @property
    def left(self) -> tuple[Left, ...]:
        """All that stays behind."""
        return tuple(self._left)

    def begin(self, number: int, item: Values) -> None:
        """Another question; what no other format has is noted at once."""
        self._number, self._id = number, item["id"]
        for name, what in _OURS.items():
            if item.get(name):
                self.note(what)
        self.note("its outcome, level and place in the quiz")
        if item["type"] == "ordering":
            self.note("half the mark for one swap of neighbours")

    def note(self, what: str) -> None:
        """A piece of the question stays behind."""
        self._left.append(Left(self._number, 0, self._id, what, False))

    def note_if(self, item: Values, told: Callable[[str], bool], what: str) -> None:
        """A piece stays behind if any text of the question says so."""
        if any(told(text) for text in _texts(item)):
            self.note(what)

    def begin_whole(self, number: int, item: Values, reason: str) -> None:
        """Another question, of which nothing comes along."""
        self._left.append(Left(number, 0, item["id"], reason))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from _texts(inside)
