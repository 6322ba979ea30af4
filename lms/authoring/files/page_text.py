"""The text of a page as pieces, each a block as its author wrote it: joined they are the text again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lms.authoring.files.unfit import EMPTY, MERGED, UnfitError
from lms.content.markup import closed, parse

FRONT, PROSE = "front matter", "prose"
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCE_INFO = re.compile(r"\{([a-z-]+)\}(?:\s+(\S+))?")


@dataclass(frozen=True)
class Piece:
    """One block with the blank lines that follow it."""

    kind: str
    """The kind of block, `prose` or `front matter`; empty for a fence that names none."""
    id: str
    source: str
    line: int
    """Where it begins in its file."""

    @property
    def text(self) -> str:
        """What an author edits: without the blank lines after it."""
        return self.source.rstrip("\n")


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a page in order; `"".join` of their sources is the page."""
    front = _FRONT_MATTER.match(text)
    head = front[0] if front else ""
    first_line = head.count("\n") + 1
    lines = [f"{line}\n" for line in text[len(head) :].split("\n")]
    lines[-1] = lines[-1][:-1]
    begin = _with_blanks(lines, 0) if head else 0
    found = [Piece(FRONT, "", head + "".join(lines[:begin]), 1)] if head else []
    for token in parse("".join(lines)):
        if token.type != "colon_fence" or token.level or token.map is None:
            continue
        found += _prose(lines, begin, token.map[0], first_line)
        begin = _with_blanks(lines, token.map[1])
        info = _FENCE_INFO.match(token.info.strip())
        source = "".join(lines[token.map[0] : begin])
        found.append(Piece(info[1] if info else "", (info[2] or "") if info else "", source, first_line + token.map[0]))
    found += _prose(lines, begin, len(lines), first_line)
    return _blank_lines_to_the_piece_before(found)


def _prose(lines: Sequence[str], begin: int, end: int, first_line: int) -> list[Piece]:
    source = "".join(lines[begin:end])
    return [Piece(PROSE, "", source, first_line + begin)] if source else []


def _with_blanks(lines: Sequence[str], end: int) -> int:
    while end < len(lines) and not lines[end].strip():
        end += 1
    return end


def _blank_lines_to_the_piece_before(found: Iterable[Piece]) -> tuple[Piece, ...]:
    kept: list[Piece] = []
    for piece in found:
        if kept and not piece.source.strip():
            last = kept.pop()
            kept.append(Piece(last.kind, last.id, last.source + piece.source, last.line))
        else:
            kept.append(piece)
    return tuple(kept)


def replaced(text: str, place: int, new: str, count: int = 1) -> str:
    """The page with another text for a piece, or for so many pieces; it may be several pieces itself.

    A fence that it leaves open is closed. Raises UnfitError for an empty text and for one that would become one with
    its neighbours: its form would then stand for theirs as well. Raises IndexError.
    """
    found, given = pieces(text), _plain(new)
    if place >= len(found):
        raise IndexError(place)
    if given == span(found, place, count):
        return text
    if not given.strip():
        raise UnfitError(EMPTY)
    before, after = found[:place], found[place + count :]
    changed = _joined([*before, closed(given), *after])
    now = pieces(changed)
    made = len(now) - len(before) - len(after)
    if made < 1 or not _are_same(before, now[:place]) or not _are_same(after, now[place + made :]):
        raise UnfitError(MERGED)
    return changed


def span(found: Sequence[Piece], place: int, count: int) -> str:
    """Pieces that follow each other, as one text; empty if there are none."""
    return "".join(piece.source for piece in found[place : place + count]).rstrip("\n")


def _are_same(before: Iterable[Piece], now: Iterable[Piece]) -> bool:
    return [(one.kind, one.text) for one in before] == [(one.kind, one.text) for one in now]


def inserted(text: str, place: int, new: str) -> str:
    """The page with another piece before the one at a place; at the end if there is none."""
    found = pieces(text)
    return _joined([*found[:place], _plain(new), *found[place:]])


def removed(text: str, place: int, count: int = 1) -> str:
    """The page without a piece, or without so many. Raises IndexError."""
    found = pieces(text)
    return _joined([*found[:place], *found[place + count :]]) if found[place] else text


def moved(text: str, place: int, by: Literal[-1, 1]) -> str:
    """The page with one piece changed for its neighbour; the front matter stays first. Raises IndexError."""
    found = list(pieces(text))
    other, first = place + by, 1 if found and found[0].kind == FRONT else 0
    if not first <= place < len(found):
        raise IndexError(place)
    if not first <= other < len(found):
        return text
    found[place], found[other] = found[other], found[place]
    return _joined(found)


def _joined(parts: Sequence[Piece | str]) -> str:
    """Pieces, and texts that are new, as one page. Blank lines are set only where something new begins or ends."""
    sources: list[str] = []
    for number, part in enumerate(parts):
        if sources and not _stood_together(parts[number - 1], part):
            sources[-1] = f"{closed(sources[-1].rstrip(chr(10)))}\n\n"
        sources.append(part.source if isinstance(part, Piece) else f"{part}\n")
    whole = "".join(sources)
    return f"{whole.rstrip(chr(10))}\n" if whole.strip() else whole


def _stood_together(before: Piece | str, after: Piece | str) -> bool:
    """Whether two pieces were neighbours already, so that what is between them is as their author had it."""
    if isinstance(before, str) or isinstance(after, str):
        return False
    return after.line == before.line + before.source.count("\n")


def _plain(text: str) -> str:
    """As a file has it: line feeds only, and nothing blank around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
