"""Where in the editor something is that stands on a line of a file: a page and its block, a question, a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    blocks = [place for place, piece in enumerate(pieces(text)) if piece.line <= line]
    return Place("page", name.removesuffix(".md"), blocks[-1] if blocks and line > 1 else None)


def _in_list(document: Document, line: int) -> tuple[str, str] | None:
    """The kind and the id of the part of a list that a line is in."""
    parts = [(at, path) for path, at in document.lines.items() if len(path) == 2 and path[0] in _LISTS and at <= line]
    if not parts:
        return None
    key, index = max(parts)[1]
    later = [at for path, at in document.lines.items() if len(path) == 1 and document.line((key,)) < at <= line]
    value = document.data[key][index]
    if later or not isinstance(value, dict) or not value.get("id"):
        return None
    return _LISTS[str(key)], str(value["id"])
