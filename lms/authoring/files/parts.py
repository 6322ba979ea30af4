"""The parts of a module that are written in a form: where each stands in its file, and what can be written in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from lms.authoring.files.shape import Field, Kind, fields_of
from lms.authoring.files.typed import Values, shaped
from lms.authoring.files.yaml_text import appended, dicts, edited, plain
from lms.content.page_file import ToolFrontMatter
from lms.content.schema import (
    MatchingItem,
    ModuleFile,
    MultipleItem,
    NumericItem,
    OrderingItem,
    Scenario,
    Scene,
    SingleItem,
    SituationalItem,
    Slot,
    Source,
)

Read = Callable[[str], str | None]
"""The text of a file of the draft; None if there is none."""
ITEMS: Mapping[str, type[BaseModel]] = {
    "single": SingleItem,
    "multiple": MultipleItem,
    "situational": SituationalItem,
    "ordering": OrderingItem,
    "matching": MatchingItem,
    "numeric": NumericItem,
}
_FROM_SLOT = ("type", "outcome", "level")
"""What an item of the graded bank takes from its slot."""


@dataclass(frozen=True)
class Part:
    """Something with a form of its own."""

    kind: str
    id: str
    file: str
    path: tuple[str | int, ...]
    fields: tuple[Field, ...]
    values: Values
    text: str
    """The file that it stands in."""

    def changed(self, values: Values) -> str:
        """The file with these values; what the form does not show stays. Raises ContentError."""
        kept = {name: value for name, value in self.values.items() if name not in {field.name for field in self.fields}}
        return edited(self.text, self.file, self.path, kept | values)

    def removed(self) -> str:
        """The file without it. Raises ContentError."""
        return edited(self.text, self.file, self.path, None)


def find(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    """The part of this kind and id. Raises ContentError if its file cannot be read."""
    finder = _FINDERS.get(kind)
    return finder(kind, id_, module_id, read) if finder else None


def bank_file(module_id: str) -> str:
    """Where the questions of a module are."""
    return f"quizzes/{module_id}.yaml"


def module_file(module_id: str) -> str:
    """Where a module says what it is."""
    return f"courses/{module_id}/module.yaml"


def sources_file(module_id: str) -> str:
    """Where its sources are."""
    return f"courses/{module_id}/sources.yaml"


def scenario_file(module_id: str, scenario_id: str) -> str:
    """Where a scenario is."""
    return f"courses/{module_id}/scenarios/{scenario_id}.yaml"


def with_item(text: str, module_id: str, key: str, values: Values) -> str:
    """A bank with one question more, in `items` or `checks`. Raises ContentError."""
    return appended(text, bank_file(module_id), (key,), values)


def type_of(item: Mapping[str, Any], bank: Mapping[str, Any]) -> str:
    """The type of an item, its own or that of its slot; empty if there is neither."""
    if item.get("type"):
        return str(item["type"])
    slots = dicts(bank.get("blueprint"))
    return next((str(slot.get("type")) for slot in slots if slot.get("id") == item.get("slot")), "")


def _but(model: type[BaseModel], *names: str) -> tuple[Field, ...]:
    return tuple(field for field in fields_of(model) if field.name not in names)


def _module(kind: str, _id: str, module_id: str, read: Read) -> Part | None:
    return _whole(kind, "", module_file(module_id), read, _but(ModuleFile, "id", "sections"))


def _scenario(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    return _whole(kind, id_, scenario_file(module_id, id_), read, _but(Scenario, "id", "scenes"))


def _whole(kind: str, id_: str, file: str, read: Read, fields: tuple[Field, ...]) -> Part | None:
    text = read(file)
    if text is None:
        return None
    values = plain(text, file)
    return Part(kind, id_, file, (), fields, shaped(fields, values), text) if isinstance(values, dict) else None


def _scene(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    scenario_id, _, scene_id = id_.partition(":")
    return _one(kind, id_, scenario_file(module_id, scenario_id), ("scenes", scene_id), read, _but(Scene, "id"))


def _source(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    return _one(kind, id_, sources_file(module_id), ("sources", id_), read, _but(Source, "id"))


def _slot(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    return _one(kind, id_, bank_file(module_id), ("blueprint", id_), read, _but(Slot, "id"))


def _item(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    text = read(bank_file(module_id))
    bank: Any = plain(text, bank_file(module_id)) if text else None
    found = _with_id(bank.get("items"), id_) if isinstance(bank, dict) else None
    model = ITEMS.get(type_of(found[1], bank)) if found else None
    if model is None:
        return None
    return _one(kind, id_, bank_file(module_id), ("items", id_), read, _but(model, "id", *_FROM_SLOT))


def _check(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    text = read(bank_file(module_id))
    bank: Any = plain(text, bank_file(module_id)) if text else None
    found = _with_id(bank.get("checks"), id_) if isinstance(bank, dict) else None
    model = ITEMS.get(str(found[1].get("type"))) if found else None
    if model is None:
        return None
    return _one(kind, id_, bank_file(module_id), ("checks", id_), read, _but(model, "id", "type", "slot"))


def _one(kind: str, id_: str, file: str, place: tuple[str, str], read: Read, fields: tuple[Field, ...]) -> Part | None:
    text = read(file)
    data = plain(text, file) if text else None
    if text is None or not isinstance(data, dict):
        return None
    found = _with_id(data.get(place[0]), place[1])
    return Part(kind, id_, file, (place[0], found[0]), fields, shaped(fields, found[1]), text) if found else None


def _with_id(values: Any, id_: str) -> tuple[int, Values] | None:
    for place, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict) and str(value.get("id")) == id_:
            return place, value
    return None


@dataclass(frozen=True)
class ToolPart(Part):
    """A tool, which is no YAML but a page of its own."""

    def changed(self, values: Values) -> str:
        """The file with these values. Raises ContentError."""
        head, _, body = self.text.removeprefix("---\n").partition("\n---\n")
        front = {name: value for name, value in values.items() if name != "text"}
        same = str(values.get("text", "")) == body.strip("\n")
        text = body if same else f"\n{str(values.get('text', '')).strip(chr(10))}\n"
        return f"---\n{edited(f'{head}{chr(10)}', self.file, (), front)}---\n{text}"


def _tool(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    file = f"courses/{module_id}/tools/{id_}.md"
    text = (read(file) or "").replace("\r\n", "\n")
    head, fence, body = text.removeprefix("---\n").partition("\n---\n")
    values = plain(f"{head}\n", file) if fence else None
    if not isinstance(values, dict):
        return None
    fields = (*fields_of(ToolFrontMatter), Field("text", Kind.TEXT, is_needed=True))
    return ToolPart(kind, id_, file, (), fields, {**values, "text": body.strip("\n")}, text)


_FINDERS: Mapping[str, Callable[[str, str, str, Read], Part | None]] = {
    "module": _module,
    "item": _item,
    "check": _check,
    "slot": _slot,
    "source": _source,
    "scenario": _scenario,
    "scene": _scene,
    "tool": _tool,
}
