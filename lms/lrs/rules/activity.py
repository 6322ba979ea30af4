"""Activities, their definitions and interactions (xAPI 1.0.3 Data 2.4.4.1)."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules import formats
from lms.lrs.rules.checks import BrokenError, anything, list_of, map_of, one_of, shape, text

language_map = map_of(formats.language_tag, text)
extensions = map_of(formats.iri, anything)

COMPONENTS: dict[str, tuple[str, ...]] = {
    "true-false": (),
    "choice": ("choices",),
    "fill-in": (),
    "long-fill-in": (),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "numeric": (),
    "other": (),
}
"""Interaction types and the lists of components that each may have."""
LISTS = ("choices", "scale", "source", "target", "steps")

_components = list_of(shape({"id": text, "description": language_map}, required=("id",)))


def components(value: Any) -> None:
    """A list of interaction components with different ids."""
    _components(value)
    ids = [component["id"] for component in value]
    if len(set(ids)) < len(ids):
        raise BrokenError("has an id twice")


def _interaction(value: dict[str, Any]) -> None:
    kind = value.get("interactionType")
    if kind is None and ("correctResponsesPattern" in value or any(name in value for name in LISTS)):
        raise BrokenError("is missing", "interactionType")
    for name in LISTS:
        if name in value and name not in COMPONENTS[kind or "other"]:
            raise BrokenError(f"does not go with the interaction type {kind}", name)


definition = shape(
    {
        "name": language_map,
        "description": language_map,
        "type": formats.iri,
        "moreInfo": formats.iri,
        "extensions": extensions,
        "interactionType": one_of(*COMPONENTS),
        "correctResponsesPattern": list_of(text),
        **dict.fromkeys(LISTS, components),
    },
    together=(_interaction,),
)
activity = shape(
    {"objectType": one_of("Activity"), "id": formats.iri, "definition": definition},
    required=("id",),
)
