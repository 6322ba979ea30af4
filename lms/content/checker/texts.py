"""Every text of a module that a person may read, with its place and what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lms.content.blocks import (
    Block,
    Callout,
    Commitment,
    Figure,
    OwnWords,
    Prose,
    Reflection,
    SelfAssessment,
)
from lms.content.checker.subject import Subject, feedback_of, options_of
from lms.content.markup import Text
from lms.content.schema import Item

Kind = Literal["prose", "evidence", "story", "activity", "item", "feedback", "scenario", "label"]


@dataclass(frozen=True)
class Passage:
    """Some text; `source` is the author's Markdown, `plain` what is seen."""

    file: str
    line: int
    kind: Kind
    source: str
    plain: str
    is_dated: bool = False
    """Whether it belongs to an item that has a review date."""

    def line_of(self, text: str) -> int:
        """The line on which some words of it stand; the first line if they are not found."""
        return self.line + line_within(self.source, text)


def line_within(source: str, text: str) -> int:
    """How many lines down a text begins, whatever markup or quotation marks stand between its letters."""
    wanted = re.sub(r"[\W_]", "", text)[:30].lower()
    letters = [
        (character.lower(), at)
        for at, line in enumerate(source.split("\n"))
        for character in line
        if character.isalnum()
    ]
    at = "".join(letter for letter, _ in letters).find(wanted)
    return letters[at][1] if wanted and at >= 0 else 0


def passages(subject: Subject) -> Iterator[Passage]:
    """All texts: pages, items, scenarios, tools, titles and outcomes."""
    for page in subject.module.pages:
        yield Passage(page.file, 1, "label", page.title, page.title)
        for block in page.blocks:
            yield from block_passages(page.file, block)
    yield from _item_passages(subject)
    yield from _scenario_passages(subject)
    for file, tool in subject.tools:
        yield Passage(file, 1, "activity", tool.source, Text(tool.source).plain)
    yield from _labels(subject)


def block_passages(file: str, block: Block) -> Iterator[Passage]:
    """The texts of one block."""
    if isinstance(block, Prose):
        yield Passage(file, block.line, "prose", block.source, Text(block.source).plain)
        return
    kind: Kind = "activity"
    if isinstance(block, Callout):
        kind = "story" if block.type in ("story", "try") else "evidence"
    for name in ("text", "model", "caption"):
        part = getattr(block, name, None)
        if isinstance(part, Text):
            yield Passage(file, block.line, kind, part.source, part.plain)
    for text in _short_texts(block):
        yield Passage(file, block.line, "label", text, text)


def _short_texts(block: Block) -> tuple[str, ...]:
    """Labels and one-line texts of a block."""
    title = str(getattr(block, "title", ""))
    more: tuple[str, ...] = ()
    if isinstance(block, OwnWords):
        more = tuple(point.plain for point in block.points)
    if isinstance(block, Reflection):
        more = block.boxes
    if isinstance(block, Commitment):
        more = block.examples
    if isinstance(block, SelfAssessment):
        more = (*block.scale, *(statement.text for statement in block.statements))
    if isinstance(block, Figure):
        more = (block.alt,)
    return tuple(text for text in (title, *more) if text)


def _item_passages(subject: Subject) -> Iterator[Passage]:
    file = subject.bank_file
    for placed in subject.items:
        is_dated = placed.item.review_by is not None
        for path, text in _item_texts(placed.item):
            line = subject.line(file, (*placed.path, *path))
            yield Passage(file, line, "item", text.source, text.plain, is_dated)
        for path, plain in feedback_of(placed.item):
            yield Passage(file, subject.line(file, (*placed.path, *path)), "feedback", plain, plain, is_dated)


def _item_texts(item: Item) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    yield ("stem",), item.stem
    for index, option in enumerate(options_of(item)):
        yield ("options", index, "text"), option.text
    for name in ("targets", "sources"):
        for index, part in enumerate(getattr(item, name, ())):
            yield (name, index, "text"), part.text


def _scenario_passages(subject: Subject) -> Iterator[Passage]:
    for file, scenario in subject.scenarios:
        for path, text in scenario.texts():
            yield Passage(file, subject.line(file, path), "scenario", text.source, text.plain)
        for name in ("title", "role", "setting", "replay"):
            text_of = str(getattr(scenario, name))
            yield Passage(file, subject.line(file, (name,)), "label", text_of, text_of)


def _labels(subject: Subject) -> Iterator[Passage]:
    module, file = subject.module, subject.module_file
    for name in ("title", "summary", "promise"):
        text = str(getattr(module, name))
        yield Passage(file, subject.line(file, (name,)), "label", text, text)
    for index, section in enumerate(module.sections):
        yield Passage(file, subject.line(file, ("sections", index, "title")), "label", section.title, section.title)
    for index, outcome in enumerate(module.outcomes):
        yield Passage(file, subject.line(file, ("outcomes", index, "text")), "label", outcome.text, outcome.text)
