"""Anything that is written in a module as passages: short texts, each with what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from lms.authoring.files.shape import Field, Kind, fields_of
from lms.authoring.wording import BLOCKS, WORDS, words_of
from lms.content.blocks import Block, Prose
from lms.content.markup import Text
from lms.content.module import Page

_UNSEEN = {"id", "line", "html", "svg"}
"""Made by rule, or the name of the whole."""


@dataclass(frozen=True)
class Passage:
    """A paragraph, a title, an answer; its label is empty where it needs none."""

    label: str
    text: str


def of_page(page: Page) -> tuple[Passage, ...]:
    """What stands on a page, from its head to its end."""
    head = {
        "title": page.title,
        "outcomes": page.outcomes,
        "words": page.words_budget,
        "sensitive": page.sensitive or None,
        "review_by": page.review_by,
    }
    found = [passage for name, value in head.items() for passage in _of_value(words_of(name).label, value)]
    return tuple(found + [passage for block in page.blocks for passage in _of_block(block)])


def of_part(part: BaseModel, prefix: str = "") -> tuple[Passage, ...]:
    """What is written in a part, field by field, without its own id."""
    return tuple(
        passage
        for name, field in type(part).model_fields.items()
        if name not in _UNSEEN and (value := getattr(part, name)) != field.default
        for passage in _of_value(f"{prefix}{words_of(name).label}", value)
    )


def of_fields(fields: Iterable[Field], values: Mapping[str, Any], prefix: str = "") -> Iterator[Passage]:
    """The same for what stands in a form, which may not be whole."""
    for field in fields:
        value, label = values.get(field.name), f"{prefix}{words_of(field.name).label}"
        if field.name == "id" or value in (None, "", [], {}):
            continue
        if field.kind is Kind.PARTS and field.part and isinstance(value, list):
            for number, part in enumerate(value, 1):
                known = part if isinstance(part, Mapping) else {}
                yield from of_fields(fields_of(field.part), known, f"{label} {known.get('id', number)}, ")
        elif field.kind is Kind.LINES and isinstance(value, list):
            yield Passage(label, ", ".join(map(str, value)))
        elif field.kind is Kind.CHOICE:
            yield Passage(label, WORDS.get(str(value), str(value)))
        else:
            yield from _of_value(label, value)


def _of_block(block: Block) -> tuple[Passage, ...]:
    if isinstance(block, Prose):
        return tuple(_paragraphs("", block.source))
    word = BLOCKS.get(block.kind, "Block")
    # The block itself is a passage: one without fields would not be seen to come or go.
    return (Passage(word, block.id), *of_part(block, f"{word}, "))


def _of_value(label: str, value: Any) -> Iterator[Passage]:
    if value is None or value == "" or value == ():
        return
    if isinstance(value, Text):
        yield from _paragraphs(label, value.source)
    elif isinstance(value, tuple):
        yield from _of_several(label, value)
    elif isinstance(value, Mapping):
        yield Passage(label, ", ".join(f"{name} {number}" for name, number in value.items()))
    elif isinstance(value, bool):
        yield Passage(label, "yes" if value else "no")
    else:
        yield from _paragraphs(label, str(value))


def _of_several(label: str, values: tuple[Any, ...]) -> Iterator[Passage]:
    if not isinstance(values[0], BaseModel):
        yield Passage(label, ", ".join(map(str, values)))
        return
    for number, part in enumerate(values, 1):
        yield from of_part(part, f"{label} {getattr(part, 'id', number)}, ")


def _paragraphs(label: str, source: str) -> Iterator[Passage]:
    for paragraph in source.strip().split("\n\n"):
        if paragraph.strip():
            yield Passage(label, paragraph.strip())
