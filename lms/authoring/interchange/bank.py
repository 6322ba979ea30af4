"""Questions taken out of a bank and put into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms.authoring.files.parts import type_of
from lms.authoring.files.typed import Values
from lms.authoring.files.yaml_text import edited, plain
from lms.authoring.interchange.neutral import Place

_LISTS = ("blueprint", "items", "checks")


def items_of(bank: Mapping[str, Any]) -> list[Values]:
    """Every question of a bank with its type, outcome and level, those of the quiz first."""
    slots = {slot["id"]: slot for slot in bank.get("blueprint") or ()}
    graded = [{**_facts(slots.get(item.get("slot"), {})), **item} for item in bank.get("items") or ()]
    return [{**item, "type": type_of(item, bank)} for item in [*graded, *(bank.get("checks") or ())]]


def place_for(bank: Any, *, slot: str | None, outcome: str | None, level: str) -> Place:
    """Where new questions go. Raises LookupError with a sentence if there is no such place."""
    if not isinstance(bank, dict) or not all(isinstance(bank.get(key, []), list | None) for key in _LISTS):
        raise LookupError("the file of questions in the draft must be mended first: its parts are no lists")
    slots = [one for one in bank.get("blueprint") or () if isinstance(one, dict)]
    taken = tuple(
        str(one.get("id")) for key in ("items", "checks") for one in bank.get(key) or () if isinstance(one, dict)
    )
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
