"""Two people who write the same thing: whether one has changed it while the other wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from lms.authoring.files.page_text import Piece, span

MARK_CHARACTERS = 16
MOST_TOGETHER = 8
"""Pieces that are looked for as one text."""


def mark(value: Any) -> str:
    """A short mark of what someone has before them: another one as soon as it is changed."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.strip().encode()).hexdigest()[:MARK_CHARACTERS]


def find_piece(pieces: Sequence[Piece], place: int, marked: str) -> tuple[int, int] | None:
    """Where a text is now that was at a place, and how many pieces it is: others may have come before it.

    It is several where its author wrote blocks into it. None: it was changed, or is gone.
    """
    if 0 <= place < len(pieces) and mark(pieces[place].text) == marked:
        return place, 1
    for count in range(1, min(len(pieces), MOST_TOGETHER) + 1):
        starts = range(len(pieces) - count + 1)
        found = [start for start in starts if mark(span(pieces, start, count)) == marked]
        if found:
            return (found[0], count) if len(found) == 1 else None
    return None


def counterpart(before: Sequence[Piece], now: Sequence[Piece], place: int) -> int | None:
    """Where the block that stood at a place is now, changed by somebody; None: it is gone, or nobody can tell.

    Blocks that did not change hold the others in their places, so that one is never taken for another.
    """
    marks = [mark(piece.text) for piece in before], [mark(piece.text) for piece in now]
    for _, first, last, there, end in SequenceMatcher(None, *marks, autojunk=False).get_opcodes():
        if first <= place < last:
            is_one_to_one = last - first == end - there
            return there + place - first if is_one_to_one else None
    return None
