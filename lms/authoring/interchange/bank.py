"""Questions taken out of a bank and put into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms.authoring.files.parts import type_of
from lms.authoring.files.typed import Values
from lms.authoring.files.yaml_text import edited, plain
from lms.authoring.interchange.neutral import Left, Place, fault_in, short

_LISTS = ("blueprint", "items", "checks")


def finished_items(bank: Any) -> tuple[list[Values], tuple[Left, ...]]:
    """Every question of a bank with its type, outcome and level, those of the quiz first; and those without a form yet.

    A draft holds questions that are still being written: no format has a way to say half a question.
    """
    items: list[Values] = []
    left: list[Left] = []
    for number, item in enumerate(_items_of(bank if isinstance(bank, dict) else {}), 1):
        fault = fault_in(item)
        if fault:
            left.append(Left(number, 0, short(str(item.get("id") or "")), f"it is not finished: {fault}"))
        else:
            items.append(item)
    return items, tuple(left)


def _items_of(bank: Mapping[str, Any]) -> list[Values]:
    slots = _parts(bank, "blueprint")
    facts = {str(slot.get("id")): _facts(slot) for slot in slots}
    graded = [{**facts.get(str(item.get("slot")), {}), **item} for item in _parts(bank, "items")]
    return [{**item, "type": type_of(item, {"blueprint": slots})} for item in [*graded, *_parts(bank, "checks")]]


def _parts(bank: Mapping[str, Any], key: str) -> list[Values]:
    found = bank.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def place_for(bank: Any, *, slot: str | None, outcome: str | None, level: str) -> Place:
    """Where new questions go. Raises LookupError with a sentence if there is no such place."""
    if not isinstance(bank, dict) or not all(isinstance(bank.get(key, []), list | None) for key in _LISTS):
        raise LookupError("the file of questions in the draft must be mended first: its parts are no lists")
    slots = _parts(bank, "blueprint")
    taken = tuple(str(one.get("id")) for key in ("items", "checks") for one in _parts(bank, key))
    if slot is None:
        return Place(outcome or str(slots[0].get("outcome", "1.1") if slots else "1.1"), level, taken=taken)
    found = next((one for one in slots if one.get("id") == slot), None)
    if found is None:
        raise LookupError(f"the quiz has no place {slot!r}")
    return Place(str(found.get("outcome")), str(found.get("level")), slot, str(found.get("type")), taken)


def with_items(text: str, file: str, key: str, items: Sequence[Values]) -> str:
    """A bank with more questions at the end of `items` or `checks`. Raises ContentError if it grows too large."""
    there = plain(text, file).get(key) or []
    changed = edited(text, file, (key,), [*there, *items])
    plain(changed, file)
    return changed


def _facts(slot: Mapping[str, Any]) -> Values:
    return {name: slot[name] for name in ("outcome", "level") if name in slot}
