"""The order of the modules in the programme file."""

from __future__ import annotations

from typing import Any

from lms.authoring.files.yaml_text import edited, plain

FILE = "courses/programme.yaml"
MOST_DAYS = 365


def listed(text: str) -> list[dict[str, Any]]:
    """The modules in order, each with `id` and `after_days`. Raises ContentError."""
    data = plain(text, FILE)
    return [dict(one) for one in data.get("modules") or () if isinstance(one, dict)]


def with_order(text: str, modules: list[dict[str, Any]]) -> str:
    """The file with the modules in another order; all else stays. Raises ContentError."""
    return edited(text, FILE, ("modules",), modules)


def changed(modules: list[dict[str, Any]], do: str, module_id: str, days: int) -> list[dict[str, Any]]:
    """The list after `add`, `remove`, `up`, `down` or `days`; what it does not know changes nothing."""
    places = [place for place, one in enumerate(modules) if one["id"] == module_id]
    if do == "add" and not places:
        return [*modules, {"id": module_id, "after_days": days}]
    if not places:
        return modules
    place = places[0]
    if do == "remove" and len(modules) > 1:
        return [one for one in modules if one["id"] != module_id]
    if do == "days":
        return [one | {"after_days": days} if one["id"] == module_id else one for one in modules]
    other = place + {"up": -1, "down": 1}.get(do, 0)
    if 0 <= other < len(modules):
        modules = list(modules)
        modules[place], modules[other] = modules[other], modules[place]
    return modules
