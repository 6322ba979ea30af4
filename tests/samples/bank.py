"""Items of every type, small enough to be read in a test."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from lms.content.schema import BankFile, Item

ITEM: TypeAdapter[Item] = TypeAdapter(Item)

_COMMON = {"outcome": "1.1", "level": "apply", "stem": "It is 06:50. What now?"}
_OPTIONS = [{"id": name, "text": f"Option {name}", "feedback": f"About {name}."} for name in "abcd"]

SINGLE: dict[str, Any] = {
    **_COMMON,
    "id": "single-one",
    "type": "single",
    "options": [{**option, "key": option["id"] == "c"} for option in _OPTIONS],
}
MULTIPLE: dict[str, Any] = {
    **_COMMON,
    "id": "multiple-one",
    "type": "multiple",
    "choose": 2,
    "options": [{**option, "key": option["id"] in "ac"} for option in _OPTIONS],
}
SITUATIONAL: dict[str, Any] = {
    **_COMMON,
    "id": "situational-one",
    "type": "situational",
    "options": [{**option, "marks": marks} for option, marks in zip(_OPTIONS, (2, 1, 0, 0), strict=True)],
}
ORDERING: dict[str, Any] = {**_COMMON, "id": "ordering-one", "type": "ordering", "options": _OPTIONS}
MATCHING: dict[str, Any] = {
    **_COMMON,
    "id": "matching-one",
    "type": "matching",
    "targets": [{"id": name, "text": f"Target {name}"} for name in ("slip", "drift", "deliberate")],
    "sources": [
        {"id": "s1", "text": "Signed the wrong line", "target": "slip", "feedback": "A slip."},
        {"id": "s2", "text": "Skipped a step", "target": "drift", "feedback": "Drift."},
        {"id": "s3", "text": "Pressed the wrong key", "target": "slip", "feedback": "A slip too."},
    ],
}
NUMERIC: dict[str, Any] = {
    **_COMMON,
    "id": "numeric-one",
    "type": "numeric",
    "answer": 16,
    "tolerance": 0.5,
    "unit": "shifts",
    "feedback": "That is it.",
    "responses": [{"value": 6, "feedback": "That is what they did."}],
    "otherwise": "Work in two steps.",
}
ALL = (SINGLE, MULTIPLE, SITUATIONAL, ORDERING, MATCHING, NUMERIC)


def items() -> list[Item]:
    """One item of each type."""
    return [ITEM.validate_python(item) for item in ALL]


def bank(each: int = 2) -> BankFile:
    """A bank with one slot for each type, and as many items for each slot as said."""
    slots = [{"id": f"slot-{item['type']}", "outcome": "1.1", "level": "apply", "type": item["type"]} for item in ALL]
    copies = [
        {**item, "id": f"{item['id']}-{number}", "slot": f"slot-{item['type']}"}
        for item in ALL
        for number in range(each)
    ]
    return BankFile.model_validate({"module": "sample", "blueprint": slots, "items": copies})
