"""The forms in which statements are given back: `ids` and `canonical` (xAPI 1.0.3 Communication 2.1.3).

The third, `exact`, is the statement as it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lms.lrs.rules.activity import LISTS
from lms.lrs.rules.actor import IDENTIFIERS

Json = dict[str, Any]
Choose = Callable[[Json], Json]
"""Leaves one entry of a language map."""


def ids(statement: Json) -> Json:
    """Agents, groups, activities and verbs with no more than what identifies them."""
    return _changed(statement, agent=_bare_actor, activity=_bare, verb=_bare)


def canonical(statement: Json, definitions: Mapping[str, Json], displays: Mapping[str, Json], choose: Choose) -> Json:
    """Activities and verbs as the store knows them, each in one language."""

    def activity(one: Json) -> Json:
        definition = definitions.get(one["id"]) or one.get("definition")
        return {**one, "definition": _chosen(definition, choose)} if definition else one

    def verb(one: Json) -> Json:
        display = displays.get(one["id"]) or one.get("display")
        return {**one, "display": choose(display)} if display else one

    return _changed(statement, agent=lambda one: one, activity=activity, verb=verb)


def _bare(one: Json) -> Json:
    return {"id": one["id"]}


def _bare_actor(one: Json) -> Json:
    bare = {name: one[name] for name in ("objectType", *IDENTIFIERS) if name in one}
    if "member" in one and not any(name in one for name in IDENTIFIERS):
        bare["member"] = [_bare_actor(member) for member in one["member"]]
    return bare


def _chosen(definition: Json, choose: Choose) -> Json:
    """A definition with one language in each map, those of interaction components too."""
    chosen: Json = {
        name: choose(value) if name in ("name", "description") else value for name, value in definition.items()
    }
    for name in LISTS:
        if name in chosen:
            chosen[name] = [
                {**part, "description": choose(part["description"])} if "description" in part else part
                for part in chosen[name]
            ]
    return chosen


def _changed(part: Json, **change: Choose) -> Json:
    """A statement or sub-statement with its agents, activities and verbs changed."""
    changed = {**part, "actor": change["agent"](part["actor"]), "verb": change["verb"](part["verb"])}
    changed["object"] = _changed_object(part["object"], change)
    if "authority" in part:
        changed["authority"] = change["agent"](part["authority"])
    if "context" in part:
        changed["context"] = _changed_context(part["context"], change)
    return changed


def _changed_object(thing: Json, change: Mapping[str, Choose]) -> Json:
    kind = thing.get("objectType", "Activity")
    if kind == "SubStatement":
        return _changed(thing, **change)
    if kind == "Activity":
        return change["activity"](thing)
    return change["agent"](thing) if kind in ("Agent", "Group") else thing


def _changed_context(context: Json, change: Mapping[str, Choose]) -> Json:
    changed = dict(context)
    for name in ("instructor", "team"):
        if name in context:
            changed[name] = change["agent"](context[name])
    for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in context:
            changed[name] = [{**entry, inner: change["agent"](entry[inner])} for entry in context[name]]
    if "contextActivities" in context:
        changed["contextActivities"] = {
            relation: [change["activity"](one) for one in related]
            for relation, related in context["contextActivities"].items()
        }
    return changed
