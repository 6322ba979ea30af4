"""All that someone wrote, in the order of the module: what stands in the journal and in its workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.content.module import Module, Page, Section
from lms.reflection.prompts import Kind, Prompt, as_prompt, kinds, labels
from lms.reflection.revisiting import is_back
from lms.reflection.writing import Writing


@dataclass(frozen=True)
class Piece:
    """Writing of one kind on a prompt, with the labels of its boxes."""

    writing: Writing
    labels: tuple[str, ...]

    @property
    def boxes(self) -> list[tuple[str, str]]:
        """Label and text of each box."""
        return self.writing.words.boxes(self.labels)


@dataclass(frozen=True)
class Item:
    """A prompt with what was written on it."""

    prompt: Prompt
    page: Page
    own: Piece
    addition: Piece | None = None
    """What was added when the reflection came back; None where that is not asked for."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in (self.own, self.addition) if piece)

    @property
    def has_versions(self) -> bool:
        """Whether something was saved on it."""
        return any(piece.writing.has_versions for piece in self.pieces)

    def waits(self, at: dt.datetime) -> bool:
        """Whether the reflection has come back, and nothing was added yet."""
        is_there = self.addition is not None and is_back(self.own.writing.first_saved_at, at)
        return is_there and self.own.writing.is_kept and not (self.addition and self.addition.writing.is_kept)


@dataclass(frozen=True)
class Part:
    """A section with its prompts."""

    section: Section
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Volume:
    """A module with all its prompts; those that its authors took out come last."""

    module_id: str
    module: Module | None
    """None if it is no longer taught."""
    parts: tuple[Part, ...] = ()
    loose: tuple[Piece, ...] = ()

    @property
    def items(self) -> list[Item]:
        return [item for part in self.parts for item in part.items]


def volume(module_id: str, module: Module | None, writings: Iterable[Writing]) -> Volume:
    """What someone wrote in a module, by its sections."""
    left = {(writing.block_id, writing.kind): writing for writing in writings}
    parts = tuple(_part(section, module, left) for section in module.sections) if module else ()
    loose = tuple(Piece(writing, ()) for writing in left.values() if writing.has_versions)
    return Volume(module_id, module, tuple(part for part in parts if part.items), loose)


def _part(section: Section, module: Module, left: dict[tuple[str, Kind], Writing]) -> Part:
    prompts = ((page, as_prompt(block)) for page in section.pages for block in page.blocks)
    return Part(section, tuple(_item(module, page, prompt, left) for page, prompt in prompts if prompt))


def _item(module: Module, page: Page, prompt: Prompt, left: dict[tuple[str, Kind], Writing]) -> Item:
    pieces = [Piece(_take(left, module, prompt, kind), labels(prompt, kind)) for kind in kinds(prompt)]
    return Item(prompt, page, pieces[0], pieces[1] if len(pieces) > 1 else None)


def _take(left: dict[tuple[str, Kind], Writing], module: Module, prompt: Prompt, kind: Kind) -> Writing:
    return left.pop((prompt.id, kind), None) or Writing(kind, module.id, prompt.id)


def volumes(modules: Mapping[str, Module | None], writings: Iterable[Writing]) -> list[Volume]:
    """One for each module, in the order given."""
    by_module: dict[str, list[Writing]] = {module_id: [] for module_id in modules}
    for writing in writings:
        by_module.setdefault(writing.module_id, []).append(writing)
    return [volume(module_id, modules.get(module_id), found) for module_id, found in by_module.items()]
