"""What was made of a text before is not made again: a draft is read and checked after each change, mostly as it was.

Everything here depends on what is given alone, and is never changed once it is made, so that it can be shared.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar

MOST_CHARACTERS = 600_000
"""Of the files that are remembered and the drawings in them, together: three long modules.

What is made of texts takes some twenty times that.
"""
MOST_TEXTS = 8192
"""Texts of one kind; a long module has 4,000."""
Function = TypeVar("Function", bound=Callable[..., Any])
Made = TypeVar("Made")
_forgetting: list[Callable[[], None]] = []


def by_text(function: Function) -> Function:
    """Remember what a pure function gave for a short text; it must give what nobody can change."""
    cached = lru_cache(maxsize=MOST_TEXTS)(function)
    _forgetting.append(cached.cache_clear)
    return cached  # type: ignore[return-value]


class Files:
    """What was made of whole files, by what it was made of; who comes back least goes first."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()
        _forgetting.append(self.forget)

    def made(self, key: Hashable, characters: int, make: Callable[[], Made]) -> Made:
        """What was made for an equal key, or else is made now of so many characters.

        What is raised is not kept, nor what alone is larger than all that may be.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                known: Made = self._made[key][1]
                return known
        made = make()
        if characters > MOST_CHARACTERS:
            return made
        with self._lock:
            if key not in self._made:
                self._made[key] = characters, made
                self._characters += characters
            while self._characters > MOST_CHARACTERS:
                self._characters -= self._made.popitem(last=False)[1][0]
        return made

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._made.clear()
            self._characters = 0


def forget() -> None:
    """Forget everything: after a start, when nobody writes yet, and to compare with what is made anew."""
    for each in _forgetting:
        each()
