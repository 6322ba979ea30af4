"""Citations stand where a list of sources follows: in prose and callouts of pages, nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lms.content.blocks import Block, Callout, Prose
from lms.content.markup import CITATION, Text
from lms.content.module import Module
from lms.content.problems import Problem
from lms.content.schema import Part
from lms.content.strict_yaml import Document, Path

_WHERE = "a citation stands where no list of sources follows"
_REMEDY = "cite in the prose or a callout of a page (an item: in `cites`)"


def stray_citations(module: Module, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Each text outside prose and callouts that holds a citation."""
    root = f"courses/{module.id}"
    for page, block in module.blocks():
        if not isinstance(block, Prose | Callout) and any(_cites(text) for _, text in texts_within(block)):
            yield Problem(page.file, block.line, _WHERE, _REMEDY)
    bank = f"quizzes/{module.id}.yaml"
    for key, items in (("items", module.bank.items), ("checks", module.bank.checks)):
        for index, item in enumerate(items):
            yield from _strays(documents.get(bank), bank, item, (key, index))
    for scenario in module.scenarios.values():
        file = f"{root}/scenarios/{scenario.id}.yaml"
        yield from _strays(documents.get(file), file, scenario, ())
    for tool in module.tools.values():
        if CITATION.search(tool.source):
            yield Problem(f"{root}/tools/{tool.id}.md", 1, _WHERE, _REMEDY)


def texts_within(part: Part | Block, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Every Markdown text inside a piece of content, with its path."""
    for name in type(part).model_fields:
        yield from _texts(getattr(part, name), (*path, name))


def _texts(value: object, path: Path) -> Iterator[tuple[Path, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, Part):
        yield from texts_within(value, path)
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _texts(part, (*path, index))


def _cites(text: Text) -> bool:
    return bool(CITATION.search(text.source))


def _strays(document: Document | None, file: str, part: Part, path: Path) -> Iterator[Problem]:
    for place, text in texts_within(part, path):
        if _cites(text):
            yield Problem(file, document.line(place) if document else 1, _WHERE, _REMEDY)
