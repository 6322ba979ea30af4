"""Whether a name is one that was typed. Values in, values out."""

from __future__ import annotations

import unicodedata

FEWEST = 3
"""Letters: with fewer, one would read through everyone instead of finding somebody."""
_NO_LETTERS = {ord(sign): " " for sign in "-.,;'’"}


def has_enough(typed: str) -> bool:
    """Whether enough was typed to look for somebody."""
    return sum(map(len, _words(typed))) >= FEWEST


def is_called(name: str, typed: str) -> bool:
    """Whether each word that was typed begins another word of the name, however it is written."""
    free = _words(name)
    # The longest first, so that a short one takes no word that only a longer one would fit.
    for word in sorted(_words(typed), key=len, reverse=True):
        found = next((one for one in free if one.startswith(word)), None)
        if found is None:
            return False
        free.remove(found)
    return True


def _words(text: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return plain.translate(_NO_LETTERS).split()
