"""The parts of a module that are written in a form: where each stands in its file, and what can be written in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from lms.authoring.files.shape import Field, Kind, fields_of
from lms.authoring.files.typed import Values, shaped, strangers
from lms.authoring.files.yaml_text import appended, dicts, edited, plain, without
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
    known: Collection[str] = ()
    """The names of all that may stand in it, in the form or not."""

    def changed(self, values: Values) -> str:
        """The file with these values. What the form does not show stays, if it is known there. Raises ContentError."""
        shown = {field.name for field in self.fields}
        kept = {name: value for name, value in self.values.items() if name not in shown and name in self.known}
        # Fields of another kind of question would keep the module from being published, and no form shows them.
        strange = [(name,) for name in self.values if name not in self.known and name not in shown]
        gone = [(*self.path, *path) for path in (*strange, *strangers(self.fields, self._as_it_stands))]
        return edited(without(self.text, self.file, gone), self.file, self.path, kept | values)

    def removed(self) -> str | None:
        """The file without it; None if it is all of the file. Raises ContentError."""
        return edited(self.text, self.file, self.path, None) if self.path else None

    @property
    def _as_it_stands(self) -> Any:
        found = plain(self.text, self.file)
        for step in self.path:
            found = found[step]
        return found


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
    """The type of an item: its own, that of its place in the quiz, or else what it looks like."""
    own, of_place = item.get("type"), type_of_place(item.get("slot"), bank)
    return next((str(type_) for type_ in (own, of_place) if isinstance(type_, str) and type_ in ITEMS), _guessed(item))


def type_of_place(slot_id: Any, bank: Mapping[str, Any]) -> str:
    """The type of questions that a place of the quiz asks for; empty if there is no such place."""
    slot = _slot_of(slot_id, bank)
    return str(slot.get("type")) if slot else ""


def questions_for(slot_id: str, bank: Mapping[str, Any]) -> list[str]:
    """The ids of the questions that are written for a place of the quiz."""
    return [str(item.get("id")) for item in dicts(bank.get("items")) if str(item.get("slot")) == slot_id]


def _slot_of(slot_id: Any, bank: Mapping[str, Any]) -> Values | None:
    return next((slot for slot in dicts(bank.get("blueprint")) if slot_id and slot.get("id") == slot_id), None)


def _guessed(item: Mapping[str, Any]) -> str:
    """The type by what stands in a question that has no place any more."""
    options = dicts(item.get("options"))
    if item.get("targets") or item.get("sources"):
        return "matching"
    if "answer" in item or "otherwise" in item:
        return "numeric"
    if any("marks" in option for option in options):
        return "situational"
    keys = sum(bool(option.get("key")) for option in options)
    if "choose" in item or keys > 1:
        return "multiple"
    return "single" if keys or not options else "ordering"


def _but(model: type[BaseModel], *names: str) -> tuple[Field, ...]:
    return tuple(field for field in fields_of(model) if field.name not in names)


def _module(kind: str, _id: str, module_id: str, read: Read) -> Part | None:
    return _whole(kind, "", module_file(module_id), read, ModuleFile, ("id", "sections"))


def _scenario(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    return _whole(kind, id_, scenario_file(module_id, id_), read, Scenario, ("id", "scenes"))


def _whole(kind: str, id_: str, file: str, read: Read, model: type[BaseModel], hidden: Collection[str]) -> Part | None:
    text = read(file)
    values = plain(text, file) if text is not None else None
    if text is None or not isinstance(values, dict):
        return None
    fields = _but(model, *hidden)
    return Part(kind, id_, file, (), fields, shaped(fields, values), text, tuple(model.model_fields))


def _scene(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    scenario_id, _, scene_id = id_.partition(":")
    return _one(kind, id_, scenario_file(module_id, scenario_id), ("scenes", scene_id), read, Scene, ("id",))


def _source(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    return _one(kind, id_, sources_file(module_id), ("sources", id_), read, Source, ("id",))


def _slot(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    # Questions that are written for it would have fields of another kind, which no form shows.
    hidden = ("id", "type") if questions_for(id_, _bank(module_id, read)) else ("id",)
    return _one(kind, id_, bank_file(module_id), ("blueprint", id_), read, Slot, hidden)


def _item(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    bank = _bank(module_id, read)
    found = _with_id(bank.get("items"), id_)
    if found is None:
        return None
    model = ITEMS[type_of(found[1], bank)]
    part = _one(kind, id_, bank_file(module_id), ("items", id_), read, model, ("id", *_FROM_SLOT))
    slot = _slot_of(found[1].get("slot"), bank)
    otherwise = [name for name in _FROM_SLOT if slot and found[1].get(name) != slot.get(name)]
    return replace(part, known=[name for name in part.known if name not in otherwise]) if part else None


def _check(kind: str, id_: str, module_id: str, read: Read) -> Part | None:
    found = _with_id(_bank(module_id, read).get("checks"), id_)
    if found is None:
        return None
    type_ = type_of(found[1], {})
    part = _one(kind, id_, bank_file(module_id), ("checks", id_), read, ITEMS[type_], ("id", "type", "slot"))
    # Without a type, or with one that there is not, it is saved as what it looks like.
    return replace(part, values={**part.values, "type": type_}) if part else None


def _bank(module_id: str, read: Read) -> Values:
    """All questions; nothing if there are none. Raises ContentError."""
    text = read(bank_file(module_id))
    bank = plain(text, bank_file(module_id)) if text else None
    return bank if isinstance(bank, dict) else {}


def _one(
    kind: str,
    id_: str,
    file: str,
    place: tuple[str, str],
    read: Read,
    model: type[BaseModel],
    hidden: Collection[str],
) -> Part | None:
    text = read(file)
    data = plain(text, file) if text else None
    found = _with_id(data.get(place[0]), place[1]) if isinstance(data, dict) else None
    if text is None or found is None:
        return None
    fields, path = _but(model, *hidden), (place[0], found[0])
    return Part(kind, id_, file, path, fields, shaped(fields, found[1]), text, tuple(model.model_fields))


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
