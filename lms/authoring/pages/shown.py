"""The blocks of a page as its editor shows them, each with what is to be mended in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lms.authoring.files.block_text import fields_of_block, values_of
from lms.authoring.files.meeting import mark
from lms.authoring.files.page_text import FRONT, Piece, pieces
from lms.authoring.files.shape import Field, fields_of
from lms.authoring.files.typed import fits
from lms.authoring.files.yaml_text import plain
from lms.authoring.wording import BLOCKS
from lms.content.blocks import KINDS
from lms.content.page_file import FrontMatter
from lms.content.problems import ContentError, Problem


@dataclass(frozen=True)
class Shown:
    """A block as it is written: in a form, or as text where no form can show it."""

    place: int
    piece: Piece
    mark: str
    word: str
    nth: int = 1
    """Which it is of its kind and id."""
    fields: tuple[Field, ...] = ()
    values: Mapping[str, Any] | None = None
    """None: it is shown as text."""
    problems: tuple[Problem, ...] = ()
    """What keeps the page from being published."""
    advice: tuple[Problem, ...] = ()
    """What the checker would have better."""

    @property
    def about(self) -> str:
        """By what a comment finds it again."""
        return self.piece.id or self.mark

    @property
    def kept_as(self) -> str:
        """The name of what a device keeps of it: the same wherever the block stands on its page."""
        return ":".join((self.piece.kind.replace(" ", "-"), self.piece.id, str(self.nth)))


def shown(text: str, problems: Iterable[Problem], advice: Iterable[Problem]) -> list[Shown]:
    """All blocks of a page."""
    found = pieces(text)
    ends = [piece.line for piece in found[1:]] + [10**9]
    kinds = [(piece.kind, piece.id) for piece in found]
    return [
        replace(
            _shown(place, piece),
            nth=kinds[:place].count(kinds[place]) + 1,
            problems=tuple(one for one in problems if piece.line <= one.line < end),
            advice=tuple(one for one in advice if piece.line <= one.line < end),
        )
        for place, (piece, end) in enumerate(zip(found, ends, strict=True))
    ]


def yaml_of(piece: Piece) -> str:
    """The lines of the front matter between its fences."""
    return piece.source.removeprefix("---\n").partition("\n---\n")[0] + "\n"


def _shown(place: int, piece: Piece) -> Shown:
    word = "About this page" if piece.kind == FRONT else BLOCKS.get(piece.kind, "Block")
    seen = Shown(place, piece, mark(piece.text), word)
    try:
        if piece.kind == FRONT:
            return _in_form(seen, fields_of(FrontMatter), plain(yaml_of(piece), "page") or {})
        if piece.kind in KINDS:
            return _in_form(seen, fields_of_block(piece.kind), values_of(piece.text))
    except (ContentError, ValueError):
        return seen
    return seen


def _in_form(seen: Shown, fields: tuple[Field, ...], values: Any) -> Shown:
    is_shown = isinstance(values, dict) and fits(fields, values)
    return replace(seen, fields=fields, values=values) if is_shown else seen
