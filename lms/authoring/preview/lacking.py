"""What of a page cannot be shown, and where it is mended; all else of the page is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.authoring.files.page_text import FRONT, PROSE, Piece
from lms.authoring.files.places import Place
from lms.content.blocks import Block, Check, Practice, Quiz, ScenarioBlock, ToolBlock
from lms.content.markup import Citations
from lms.content.module import Module, Page
from lms.content.problems import Problem

_WORDS = {"check": "question", "scenario": "story", "tool": "tool", "source": "source"}


@dataclass(frozen=True)
class Lack:
    """Something that stands on a page and cannot be shown."""

    said: str
    place: Place
    """Where it is mended."""
    problems: tuple[Problem, ...] = ()
    """What is to be mended there."""


@dataclass(frozen=True)
class Written:
    """A draft: what is sound in it, and what is wrong with the rest."""

    module: Module
    faults: Mapping[Place, Sequence[Problem]]
    """By the place where it is mended."""
    exists: Callable[[str, str], bool]
    """Whether a part of this kind and id is written, sound or not."""

    def lines(self, page: Page, pieces: Sequence[Piece]) -> list[Block | Lack]:
        """A page from above to below: its sound blocks, and in the place of each other one what is to be mended."""
        places = {piece.line: place for place, piece in enumerate(pieces)}
        shown = [
            (block.line, line)
            for block in page.blocks
            for line in self._seen(block, Place("page", page.id, places.get(block.line)))
        ]
        kept = {block.line for block in page.blocks}
        lost = [
            (piece.line, self._broken("block", Place("page", page.id, places[piece.line])))
            for piece in pieces
            if piece.kind not in (FRONT, PROSE) and piece.line not in kept
        ]
        return [line for _, line in sorted([*shown, *lost], key=lambda one: one[0])]

    def head(self, page_id: str) -> Lack | None:
        """What is said about a page above its text, if that cannot be read."""
        found = [Place("page", page_id, None), Place("page", page_id, 0)]
        problems = tuple(problem for place in found for problem in self.faults.get(place, ()))
        said = "What is said about this page cannot be shown until it is mended:"
        return Lack(said, found[1], problems) if problems else None

    def sources(self, page: Page) -> tuple[Citations, list[Lack]]:
        """What a page cites that can be shown, and what cannot."""
        known = {id_: number for id_, number in page.citations.numbers.items() if id_ in self.module.sources}
        unknown = [id_ for id_ in page.citations.numbers if id_ not in known]
        return Citations(known, page.citations.caveats), [
            self._part("source", id_, Place("sources")) for id_ in unknown
        ]

    def _seen(self, block: Block, here: Place) -> Iterator[Block | Lack]:
        if isinstance(block, Practice) and block.items:
            yield from self._practice(block, here)
        elif isinstance(block, Check) and not self.module.check(block.id):
            yield self._part("check", block.id, here)
        elif isinstance(block, ScenarioBlock) and block.id not in self.module.scenarios:
            yield self._part("scenario", block.id, here)
        elif isinstance(block, ToolBlock) and block.id not in self.module.tools:
            yield self._part("tool", block.id, here)
        else:
            yield block
        if isinstance(block, Quiz):
            yield from self._left_out()

    def _practice(self, block: Practice, here: Place) -> Iterator[Block | Lack]:
        whole = tuple(item_id for item_id in block.items if self.module.check(item_id))
        if whole:
            yield block.model_copy(update={"items": whole})
        yield from (self._part("check", item_id, here) for item_id in block.items if item_id not in whole)

    def _left_out(self) -> Iterator[Lack]:
        broken = [found for place, found in self.faults.items() if place.kind in ("item", "slot", "questions")]
        said = "What cannot be shown is left out of the quiz until it is mended:"
        if broken:
            yield Lack(said, Place("questions"), tuple(problem for found in broken for problem in found))

    def _part(self, kind: str, id_: str, here: Place) -> Lack:
        """A question, story, tool or source that a page names; `here` is where it is named."""
        word = _WORDS[kind]
        if self.exists(kind, id_):
            return self._broken(word, Place(kind, id_))
        return Lack(f"There is no {word} “{id_}”. Add it, or take its name away here.", here)

    def _broken(self, word: str, place: Place) -> Lack:
        """Scenes belong to their story."""
        found = [
            problem
            for other, problems in self.faults.items()
            if other == place or (place.kind == "scenario" and other.id.startswith(f"{place.id}:"))
            for problem in problems
        ]
        return Lack(f"This {word} cannot be shown until it is mended:", place, tuple(found))
