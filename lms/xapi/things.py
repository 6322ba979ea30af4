"""What a statement is about, in words."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from lms.xapi import vocabulary as v
from lms.xapi.who import Known, who
from lms.xapi.words import in_english, word

Json = dict[str, Any]
ADDRESS = 120
"""Characters of an address that is shown in place of a name."""

_KINDS = {
    v.SECTION: "section",
    v.PAGE: "page",
    v.QUIZ: "quiz",
    v.ITEM: "item",
    v.SIMULATION: "scenario",
    v.CHECKLIST: "exercise",
    v.TASK: "task",
    v.SURVEY: "self-assessment",
}


class Thing(NamedTuple):
    """The object of a sentence."""

    name: str
    kind: str = ""
    """What it is; empty where the name says it, and where nobody does."""
    refers_to: UUID | None = None
    """The statement that it is."""


def thing(given: object, known: Known) -> Thing:
    """An object of any type but a SubStatement."""
    if not isinstance(given, dict):
        return Thing("something that is not told")
    type_ = given.get("objectType", "Activity")
    if type_ in ("Agent", "Group"):
        return Thing(who(given, known))
    if type_ == "StatementRef":
        return Thing(f"statement {word(given.get('id')) or 'without an id'}", refers_to=as_uuid(given.get("id")))
    return _activity(given, known.url)


def as_uuid(value: object) -> UUID | None:
    """An id of a statement; None for what is none."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _activity(given: Json, url: str) -> Thing:
    definition = given.get("definition")
    definition = definition if isinstance(definition, dict) else {}
    name = in_english(definition.get("name")) or word(given.get("id"), ADDRESS) or "something without a name"
    kind = _kind(given.get("id"), definition, url)
    return Thing(name, "" if name.lower().startswith(kind) else kind)


def _kind(id_: object, definition: Json, url: str) -> str:
    type_ = definition.get("type")
    if not isinstance(type_, str):
        return ""
    if definition.get("interactionType") == "long-fill-in" and type_ == v.ITEM:
        return "reflection"
    if type_ == v.COURSE:
        return _course(id_, f"{url}/xapi/activities/")
    return _KINDS.get(type_) or last_part(type_)


def _course(id_: object, root: str) -> str:
    """Programmes and modules have the same type; a module's address is one step longer."""
    if not isinstance(id_, str) or not id_.startswith(root):
        return "course"
    return "module" if "/" in id_.removeprefix(root) else "programme"


def last_part(address: str) -> str:
    """The last word of an address, which mostly says what it stands for."""
    return word(address[-200:].rstrip("/#").replace("#", "/").rpartition("/")[2], 40)
