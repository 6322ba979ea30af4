"""Whether two texts are one text, perhaps better said."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

ALIKE = 0.3
"""Two texts that share fewer of their words than this say something quite different."""
_SPELT_ALIKE = 0.8
"""Of the letters of a single word or two, in which a slip of the pen was mended."""
_WORD = re.compile(r"\w+")


def likeness(first: str, second: str) -> float:
    """How much of two texts is the same, word by word: from 0 to 1."""
    one, other = _WORD.findall(first.casefold()), _WORD.findall(second.casefold())
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def are_alike(first: str, second: str) -> bool:
    """Whether both say the same, as far as words can show it."""
    if likeness(first, second) >= ALIKE:
        return True
    return SequenceMatcher(None, first.casefold(), second.casefold(), autojunk=False).ratio() >= _SPELT_ALIKE
