"""Which save is undone next, and which undo is taken back: read off the saves of a draft in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Save:
    """One save of a draft."""

    version: int
    by: UUID | None
    takes_back: int | None = None
    """The save that it undid; of a redo, the undo."""


def next_undo(saves: Iterable[Save]) -> Save | None:
    """What “Undo” takes back: the last save that stands; None if there is none."""
    standing, _ = _walked(saves)
    return standing[-1] if standing else None


def next_redo(saves: Iterable[Save]) -> Save | None:
    """The undo that “Redo” takes back: the last one, unless something was written since."""
    _, undone = _walked(saves)
    return undone[-1] if undone else None


def _walked(saves: Iterable[Save]) -> tuple[list[Save], list[Save]]:
    """The saves that stand, and the undos that can be taken back; the undo of a save that is not kept is neither."""
    standing: list[Save] = []
    undone: list[Save] = []
    for save in saves:
        if standing and save.takes_back == standing[-1].version:
            standing.pop()
            undone.append(save)
        elif undone and save.takes_back == undone[-1].version:
            undone.pop()
            standing.append(save)
        elif save.takes_back is None:
            standing.append(save)
            undone.clear()
    return standing, undone
