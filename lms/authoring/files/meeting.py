"""Two people who write the same thing: whether one has changed it while the other wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from lms.authoring.files.page_text import Piece

MARK_CHARACTERS = 16


def mark(value: Any) -> str:
    """A short mark of what someone has before them: another one as soon as it is changed."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.strip().encode()).hexdigest()[:MARK_CHARACTERS]


def find_piece(pieces: Sequence[Piece], place: int, marked: str) -> int | None:
    """Where a piece is now that was at a place: others may have come before it. None: it was changed, or is gone."""
    if 0 <= place < len(pieces) and mark(pieces[place].text) == marked:
        return place
    found = [number for number, piece in enumerate(pieces) if mark(piece.text) == marked]
    return found[0] if len(found) == 1 else None
