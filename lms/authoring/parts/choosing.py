"""What there is to choose from in a form: outcomes, places in the quiz, scenes, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lms.authoring.files.parts import Part, Read, bank_file, module_file, scenario_file, sources_file, type_of
from lms.authoring.files.yaml_text import plain
from lms.authoring.wording import ITEM_TYPES
from lms.content.problems import ContentError

Choices = list[tuple[str, str]]
"""A value and what it is called."""


def choices_for(part: Part, module_id: str, read: Read) -> Mapping[str, Choices]:
    """For the fields of a part that name something else: what there is. Raises ContentError."""
    found: dict[str, Choices] = {}
    if part.kind in ("check", "slot"):
        found["outcome"] = outcomes(module_id, read)
    if part.kind in ("check", "item"):
        found["cites"] = _named(_list(read, sources_file(module_id), "sources"), "title")
    if part.kind == "item":
        blueprint = _list(read, bank_file(module_id), "blueprint")
        found["slot"] = _slots(blueprint, type_of(part.values, {"blueprint": blueprint}))
    if part.kind in ("scene", "scenario"):
        file = scenario_file(module_id, part.id.partition(":")[0])
        scenes = _named(_list(read, file, "scenes"), "title")
        found["first"], found["next"] = scenes, [*scenes, ("end", "The story ends")]
        found["outcomes"] = outcomes(module_id, read)
        found["effects"] = found["at_least"] = _named(_list(read, file, "meters"), "title")
    if part.values.get("targets"):
        found["target"] = _named(part.values["targets"], "text")
    return found


def chosen_first(chosen: Iterable[Any], known: Choices) -> Choices:
    """What is chosen, in the order in which it is, and then the rest of what there is."""
    names = dict(known)
    first = [(str(key), names.get(str(key), str(key))) for key in chosen]
    return [*first, *[(key, label) for key, label in known if key not in dict(first)]]


def outcomes(module_id: str, read: Read) -> Choices:
    """The outcomes of a module; none if its file cannot be read."""
    try:
        return _named(_list(read, module_file(module_id), "outcomes"), "text")
    except ContentError:
        return []


def places(module_id: str, read: Read) -> Choices:
    """The places of a quiz; none if the file of questions cannot be read."""
    try:
        return _slots(_list(read, bank_file(module_id), "blueprint"))
    except ContentError:
        return []


def first_outcome(module_id: str, read: Read) -> str:
    """What a new question is about until somebody says otherwise."""
    return next((id_ for id_, _ in outcomes(module_id, read)), "1.1")


def _list(read: Read, file: str, name: str) -> list[Any]:
    text = read(file)
    data: Any = plain(text, file) if text else None
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _named(values: Iterable[Any], name: str) -> Choices:
    return [
        (str(one["id"]), f"{one['id']}: {str(one.get(name, '')).strip()}"[:100])
        for one in values
        if isinstance(one, dict) and one.get("id")
    ]


def _slots(slots: Iterable[Any], type_: str | None = None) -> Choices:
    """All places, or those for questions of a type: in another one a question would have fields of others."""
    return [
        (str(one["id"]), f"{one['id']}: {_type(one)}, outcome {one.get('outcome')}, {one.get('level')}")
        for one in slots
        if isinstance(one, dict) and one.get("id") and type_ in (None, one.get("type"))
    ]


def _type(slot: Mapping[str, Any]) -> str:
    return ITEM_TYPES.get(str(slot.get("type")), "question").lower()
