"""What a statement can be found by: its terms.

A term is a digest of a kind and a value, so that one index serves every filter (xAPI 1.0.3 Communication 2.1.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lms.lrs.identity import identity, term

AGENT, RELATED_AGENT = b"agent", b"related agent"
ACTIVITY, RELATED_ACTIVITY = b"activity", b"related activity"
VERB, REGISTRATION = b"verb", b"registration"
WRITER = b"writer"
"""Who stored it; this no statement takes over from another that it refers to."""

Json = dict[str, Any]


def terms(statement: Json) -> set[bytes]:
    """Everything that a valid statement can be found by."""
    found = {term(VERB, statement["verb"]["id"])}
    thing = statement["object"]
    registration = statement.get("context", {}).get("registration")
    if registration:
        found.add(term(REGISTRATION, registration.lower()))
    for who in _identities((statement["actor"], *_agent_object(thing))):
        found.add(term(AGENT, who))
    for who in _identities(_related_agents(statement)):
        found.add(term(RELATED_AGENT, who))
    if thing.get("objectType", "Activity") == "Activity":
        found.add(term(ACTIVITY, thing["id"]))
    for one in activities(statement):
        found.add(term(RELATED_ACTIVITY, one["id"]))
    return found


def activities(statement: Json) -> Iterator[Json]:
    """The object, the context's activities, and the same of a sub-statement."""
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        yield thing
    for related in statement.get("context", {}).get("contextActivities", {}).values():
        yield from related
    if kind == "SubStatement":
        yield from activities(thing)


def verbs(statement: Json) -> Iterator[Json]:
    """The verb and that of a sub-statement."""
    thing = statement["object"]
    yield statement["verb"]
    if thing.get("objectType") == "SubStatement":
        yield thing["verb"]


def _identities(actors: Iterable[Json]) -> Iterator[str]:
    """The actors themselves and the members of groups."""
    for actor in actors:
        for one in (actor, *actor.get("member", ())):
            who = identity(one)
            if who:
                yield who


def _agent_object(thing: Json) -> tuple[Json, ...]:
    return (thing,) if thing.get("objectType") in ("Agent", "Group") else ()


def _related_agents(statement: Json) -> Iterator[Json]:
    """Actor, object, authority, instructor, team, and the same of a sub-statement; in 2.0.0 the context's as well."""
    thing, context = statement["object"], statement.get("context", {})
    yield statement["actor"]
    yield from _agent_object(thing)
    for who in (statement.get("authority"), context.get("instructor"), context.get("team")):
        if who:
            yield who
    yield from (entry["agent"] for entry in context.get("contextAgents", ()))
    yield from (entry["group"] for entry in context.get("contextGroups", ()))
    if thing.get("objectType") == "SubStatement":
        yield from _related_agents(thing)
