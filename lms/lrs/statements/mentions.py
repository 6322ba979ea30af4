"""What a statement can be found by: its terms.

A term is a digest of a kind and a value, or two of them together, so that one index serves every filter
(xAPI 1.0.3 Communication 2.1.3). In the index stand numbers in the place of digests (`numbering`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lms.lrs.callers import NAME
from lms.lrs.identity import both, identity, term

AGENT, RELATED_AGENT = b"agent", b"related agent"
ACTIVITY, RELATED_ACTIVITY = b"activity", b"related activity"
"""Related is what stands elsewhere than in actor and object: a question for related things looks for both kinds."""
VERB, REGISTRATION = b"verb", b"registration"
WRITER = b"writer"
"""Who stored it; this no statement takes over from another that it refers to."""
PAIRS = ((AGENT, VERB), (AGENT, ACTIVITY), (ACTIVITY, VERB), (RELATED_ACTIVITY, VERB))
"""What is asked for together most often. Two things that many statements have each, and hardly any has both, would be
looked for in vain for long; so what a statement has of these together is a term as well."""

Json = dict[str, Any]


def terms(statement: Json) -> set[bytes]:
    """Everything that a valid statement can be found by."""
    agents = [*_identities((statement["actor"], *_agent_object(statement["object"])))]
    verb = term(VERB, statement["verb"]["id"])
    found = {verb, *_alone_and_in_pairs(statement, agents, verb)}
    registration = statement.get("context", {}).get("registration")
    if registration:
        found.add(term(REGISTRATION, registration.lower()))
    found.update([term(RELATED_AGENT, who) for who in _identities(_related_agents(statement))])
    related = [term(RELATED_ACTIVITY, one["id"]) for one in _related_activities(statement)]
    found.update(related, [both(one, verb) for one in related])
    return found


def written(authority: Json) -> set[bytes]:
    """By which term whoever stored it finds it. The installation finds everything anyway."""
    name = authority["account"]["name"]
    return set() if name == NAME else {term(WRITER, name)}


def condensed(wanted: Mapping[bytes, bytes]) -> list[bytes]:
    """As few terms as say the same as these, which are named by their kinds."""
    pairs = [pair for pair in PAIRS if wanted.keys() >= set(pair)]
    paired = {kind for pair in pairs for kind in pair}
    alone = [term for kind, term in wanted.items() if kind not in paired]
    return [both(wanted[first], wanted[second]) for first, second in pairs] + alone


def _alone_and_in_pairs(statement: Json, identities: Iterable[str], verb: bytes) -> list[bytes]:
    """The agents and the activity alone, with each other and with the verb."""
    thing = statement["object"]
    agents = [term(AGENT, who) for who in identities]
    found = agents + [both(agent, verb) for agent in agents]
    if thing.get("objectType", "Activity") == "Activity":
        activity = term(ACTIVITY, thing["id"])
        found += [activity, both(activity, verb), *[both(agent, activity) for agent in agents]]
    return found


def activities(statement: Json) -> Iterator[Json]:
    """The object, the context's activities, and the same of a sub-statement."""
    thing = statement["object"]
    if thing.get("objectType", "Activity") == "Activity":
        yield thing
    yield from _related_activities(statement)


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


def _related_activities(statement: Json) -> Iterator[Json]:
    """The context's activities, and all of a sub-statement."""
    for related in statement.get("context", {}).get("contextActivities", {}).values():
        yield from related
    if statement["object"].get("objectType") == "SubStatement":
        yield from activities(statement["object"])


def _related_agents(statement: Json) -> Iterator[Json]:
    """Authority, instructor, team, all agents of a sub-statement; in 2.0.0 the context's as well."""
    thing, context = statement["object"], statement.get("context", {})
    for who in (statement.get("authority"), context.get("instructor"), context.get("team")):
        if who:
            yield who
    yield from (entry["agent"] for entry in context.get("contextAgents", ()))
    yield from (entry["group"] for entry in context.get("contextGroups", ()))
    if thing.get("objectType") == "SubStatement":
        yield thing["actor"]
        yield from _agent_object(thing["object"])
        yield from _related_agents(thing)
