"""Whether a name is one that was typed. Values in, values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

FEWEST = 3
"""Letters: with fewer, one would read through everyone instead of finding somebody."""
_NOT_PLAIN = re.compile("[^a-hj-z0-9]")
_WORD = re.compile(r"[^\s\-.,;'’]+")


def has_enough(typed: str) -> bool:
    """Whether enough was typed to look for somebody."""
    return sum(map(len, _words(typed))) >= FEWEST


def rule_for(typed: str) -> Callable[[str], bool]:
    """The question whether each word that was typed begins another word of a name, however that is written."""
    # The longest first, so that a short one takes no word that only a longer one would fit.
    wanted = sorted(_words(typed), key=len, reverse=True)

    def fits(name: str) -> bool:
        plain = _plain(name)
        # Of a hundred thousand names nearly all end here.
        if not all(word in plain for word in wanted):
            return False
        free = _WORD.findall(plain)
        for word in wanted:
            found = next((one for one in free if one.startswith(word)), None)
            if found is None:
                return False
            free.remove(found)
        return True

    return fits


def likes(typed: str) -> list[str]:
    """Patterns for LIKE, in small letters, all of which every plain name fits that the rule takes; others do too.

    What is no plain letter or digit may be anything, so nothing has to be escaped; i too, of which Turkish has two.
    """
    return [f"%{_NOT_PLAIN.sub('_', word)}%" for word in _words(typed)]


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
