"""Where in the editor something is that stands on a line of a file: a page and its block, a question, a scene."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lms.authoring.files.page_text import pieces
from lms.authoring.files.parts import Read, bank_file, module_file, sources_file
from lms.content.strict_yaml import Document

_LISTS = {"blueprint": "slot", "items": "item", "checks": "check", "sources": "source", "scenes": "scene"}


@dataclass(frozen=True)
class Place:
    """A page of the editor."""

    kind: str
    """`page`, `outline`, `questions`, or a kind of part (parts.py)."""
    id: str = ""
    block: int | None = None
    """Of a page: which of its blocks."""


def place_of(file: str, line: int, module_id: str, read: Read, documents: Mapping[str, Document]) -> Place | None:
    """The place of a line; None for what has no form, such as a picture. `documents` are the files that were read."""
    if file.endswith(".md"):
        return _on_page(file, line, module_id, read)
    document = documents.get(file)
    found = _in_list(document, line) if document else None
    if "/scenarios/" in file:
        story = file.rsplit("/", 1)[-1].removesuffix(".yaml")
        return Place("scene", f"{story}:{found[1]}") if found else Place("scenario", story)
    if found:
        return Place(*found)
    whole = {bank_file(module_id): "questions", module_file(module_id): "module", sources_file(module_id): "sources"}
    if file == module_file(module_id) and document and line >= document.line(("sections",)):
        return Place("outline")
    return Place(whole[file]) if file in whole else None


def _on_page(file: str, line: int, module_id: str, read: Read) -> Place | None:
    if file.startswith(f"courses/{module_id}/tools/"):
        return Place("tool", file.rsplit("/", 1)[-1].removesuffix(".md"))
    folder, name = file.removeprefix(f"courses/{module_id}/").rpartition("/")[::2]
    text = read(file) if folder else None
    if text is None:
        return None
    blocks = bisect_right(_lines_of_pieces(text), line)
    return Place("page", name.removesuffix(".md"), blocks - 1 if blocks and line > 1 else None)


@lru_cache(maxsize=128)
def _lines_of_pieces(text: str) -> tuple[int, ...]:
    """On which line each block of a page begins; many things are found on one page."""
    return tuple(piece.line for piece in pieces(text))


def _in_list(document: Document, line: int) -> tuple[str, str] | None:
    """The kind and the id of the part of a list that a line is in."""
    parts, tops = _lines_of_lists(document)
    before = bisect_right(parts, line, key=itemgetter(0))
    if not before:
        return None
    key, index = parts[before - 1][1]
    is_past = bisect_right(tops, line) > bisect_right(tops, document.line((key,)))
    value = document.data[key][index]
    if is_past or not isinstance(value, dict) or not value.get("id"):
        return None
    return _LISTS[str(key)], str(value["id"])


def trail(document: Document, line: int) -> list[tuple[str, Any, int]]:
    """The parts of lists that a line is in, from the outermost: name of the list, the part, and which it is there.

    Where several begin on one line, nobody can say which of them is meant.
    """
    found: list[tuple[str, Any, int]] = []
    value, path = document.data, tuple[str | int, ...]()
    while isinstance(value, dict | list):
        steps = value if isinstance(value, dict) else range(len(value))
        begun = [(at, step) for step in steps if 0 < (at := document.lines.get((*path, step), 0)) <= line]
        if not begun:
            break
        last, step = max(begun, key=itemgetter(0))
        if sum(at == last for at, _ in begun) > 1:
            break
        value = value[step]
        if isinstance(step, int):
            found.append((str(path[-1]) if path else "", value, step))
        path = (*path, step)
    return found


@lru_cache(maxsize=16)
def _lines_of_lists(document: Document) -> tuple[Sequence[tuple[int, Any]], Sequence[int]]:
    """In order: on which line each part of a list begins, and each key at the top."""
    parts = [(at, path) for path, at in document.lines.items() if len(path) == 2 and path[0] in _LISTS]
    return sorted(parts), sorted(at for path, at in document.lines.items() if len(path) == 1)
