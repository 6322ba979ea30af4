"""What there is to choose from in a form: outcomes, places in the quiz, scenes, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lms.authoring.files.parts import Part, Read, bank_file, module_file, scenario_file
from lms.authoring.files.yaml_text import plain

Choices = list[tuple[str, str]]
"""A value and what it is called."""


def choices_for(part: Part, module_id: str, read: Read) -> Mapping[str, Choices]:
    """For the fields of a part that name something else: what there is. Raises ContentError."""
    found: dict[str, Choices] = {}
    if part.kind in ("check", "slot"):
        found["outcome"] = _named(_list(read, module_file(module_id), "outcomes"), "text")
    if part.kind == "item":
        found["slot"] = _slots(_list(read, bank_file(module_id), "blueprint"))
    if part.kind in ("scene", "scenario"):
        file = scenario_file(module_id, part.id.partition(":")[0])
        scenes = _named(_list(read, file, "scenes"), "title")
        found["first"], found["next"] = scenes, [*scenes, ("end", "the end")]
    if part.values.get("targets"):
        found["target"] = _named(part.values["targets"], "text")
    return found


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


def _slots(slots: Iterable[Any]) -> Choices:
    return [
        (str(one["id"]), f"{one['id']}: {one.get('type')}, outcome {one.get('outcome')}, {one.get('level')}")
        for one in slots
        if isinstance(one, dict) and one.get("id")
    ]
