"""A draft as far as it can be shown: what is half-written is left out, and all that is sound stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from lms.authoring.files.outline import page_file, sections_of, title_in
from lms.authoring.files.parts import bank_file, module_file, sources_file
from lms.authoring.files.yaml_text import dicts
from lms.content.bundle import Bundle
from lms.content.loader import Reading, read_module
from lms.content.module import Module
from lms.content.schema import (
    BankFile,
    Item,
    ItemBase,
    Outcome,
    Part,
    SectionPlan,
    Slot,
    Source,
    SupportLine,
    completed,
)

Named = TypeVar("Named", Slot, ItemBase, Outcome)
_ITEM: TypeAdapter[Any] = TypeAdapter(Item)
_SLOT, _SOURCE, _SECTION = TypeAdapter(Slot), TypeAdapter(Source), TypeAdapter(SectionPlan)
_OUTCOME, _SUPPORT = TypeAdapter(Outcome), TypeAdapter(SupportLine)
_HEAD = re.compile(r"\A---\n(?:.*?\n)??---\n", re.DOTALL)
_TO_WRITE = "…"
"""In the place of what is still to be written."""
_NO_OUTCOME = {"id": "0.0", "text": _TO_WRITE, "level": "understand"}


def sound(files: Bundle, found: Reading, module_id: str) -> Module | None:
    """The module without what cannot be read of it; None if not even its outline can be."""
    if found.module and not found.problems:
        return found.module
    files = _with_module_file(files, found, module_id)
    files = _with_heads(files, module_id)
    module = read_module(files, module_id).module
    return replace(module, bank=_bank(module, found), sources=_sources(module, found)) if module else None


def headed(text: str, page_id: str) -> str:
    """A page with nothing but a title above it; every line of it stays where it is."""
    text = text.replace("\r\n", "\n")
    match = _HEAD.match(text)
    head = match[0] if match else ""
    title = json.dumps(title_in(head)[:200] or page_id)
    blank = "\n" * max(head.count("\n") - 3, 0)
    return f"---\ntitle: {title}\n{blank}---\n{text[len(head) :]}"


def _with_module_file(files: Bundle, found: Reading, module_id: str) -> Bundle:
    """The same with a module.yaml that can be read, made of what is sound in it."""
    document = found.documents.get(module_file(module_id))
    if found.module or document is None or not isinstance(document.data, dict):
        return files
    data = document.data
    made = {
        "id": module_id,
        "title": str(data.get("title") or module_id)[:300],
        **{name: str(data.get(name) or _TO_WRITE) for name in ("summary", "promise")},
        "outcomes": _raw(_once(_each(_OUTCOME, data.get("outcomes")))) or [_NO_OUTCOME],
        "sections": _raw(_each(_SECTION, list(map(_titled, sections_of(_text(files, document.file), module_id))))),
        "support": _raw(_each(_SUPPORT, data.get("support"))),
    }
    return _with(files, document.file, json.dumps(made))


def _titled(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section as far as it is needed to show its pages."""
    return {"id": section["id"], "title": str(section.get("title") or section["id"]), "pages": section["pages"]} | {
        "minutes": 10  # nobody sees how long it is planned to take on a page
    }


def _with_heads(files: Bundle, module_id: str) -> Bundle:
    """The same with another head for every page whose own cannot be read."""
    module = read_module(files, module_id).module
    if module is None:
        return files
    read = {page.id for page in module.pages}
    for section in sections_of(_text(files, module_file(module_id)), module_id):
        for page_id in section["pages"]:
            file = page_file(module_id, section["id"], page_id)
            if page_id not in read:
                files = _with(files, file, headed(_text(files, file), page_id))
    return files


def _bank(module: Module, found: Reading) -> BankFile:
    """The questions that are whole, and the places of the quiz that have one."""
    bank, document = module.bank, found.documents.get(bank_file(module.id))
    if not bank.blueprint and document and isinstance(document.data, dict):
        data = document.data
        plans = {one["id"]: one for one in dicts(data.get("blueprint")) if isinstance(one.get("id"), str)}
        bank = BankFile.model_construct(
            module=module.id,
            blueprint=_once(_each(_SLOT, data.get("blueprint"))),
            items=_once(_each(_ITEM, [completed(one, plans) for one in dicts(data.get("items"))])),
            checks=_once(_each(_ITEM, data.get("checks"))),
        )
    filled = {item.slot for item in bank.items}
    return bank.model_copy(update={"blueprint": tuple(slot for slot in bank.blueprint if slot.id in filled)})


def _sources(module: Module, found: Reading) -> Mapping[str, Source]:
    document = found.documents.get(sources_file(module.id))
    if module.sources or document is None or not isinstance(document.data, dict):
        return module.sources
    return {one.id: one for one in _each(_SOURCE, document.data.get("sources"))}


def _each(kind: TypeAdapter[Any], values: Any) -> list[Any]:
    """Those of the parts of a list that are whole."""
    found = []
    for value in dicts(values):
        try:
            found.append(kind.validate_python(value))
        except ValidationError:
            continue
    return found


def _once(parts: Iterable[Named]) -> tuple[Named, ...]:
    """The first of each id."""
    found: dict[str, Named] = {}
    for one in parts:
        found.setdefault(one.id, one)
    return tuple(found.values())


def _raw(parts: Sequence[Part]) -> list[Any]:
    return [one.model_dump(mode="json") for one in parts]


def _text(files: Bundle, file: str) -> str:
    return files.files.get(file, b"").decode("utf-8-sig", "replace")


def _with(files: Bundle, file: str, text: str) -> Bundle:
    return Bundle({**files.files, file: text.encode()})
