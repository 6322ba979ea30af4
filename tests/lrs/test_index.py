"""Whatever is stored, voided, forgotten and indexed anew in whichever order: questions find what the rules say."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.lrs.app import Application
from lms.lrs.clock import Clock
from lms.lrs.forgetting import service as forgetting
from lms.lrs.identity import identity
from lms.lrs.models import mention, thing
from lms.lrs.rules.statement import VOIDED
from lms.lrs.statements.reindexing import OLD, reindex
from lms.lrs.storage import Storage
from tests.lrs.conftest import CLIENT, HOME, Json, Lrs, made, wipe

AGENTS = [{"mbox": f"mailto:{name}@example.org"} for name in ("ada", "ben", "cy")]
VERBS = [f"http://example.org/verbs/{name}" for name in ("did", "saw")]
THINGS = [f"http://example.org/things/{name}" for name in ("one", "two")]
IDS = [str(uuid.UUID(int=number + 1, version=4)) for number in range(8)]
REGISTRATIONS = [str(uuid.UUID(int=number + 99, version=4)) for number in range(2)]

people, verbs, things = st.sampled_from(AGENTS), st.sampled_from(VERBS), st.sampled_from(THINGS)
registrations = st.sampled_from(REGISTRATIONS)
references = st.builds(lambda id_: {"objectType": "StatementRef", "id": id_}, st.sampled_from(IDS))
contexts = st.fixed_dictionaries(
    {},
    optional={
        "registration": registrations,
        "instructor": people,
        "contextActivities": st.builds(lambda iri: {"parent": [{"id": iri}]}, things),
    },
)
spoken = st.fixed_dictionaries(
    {
        "actor": people,
        "verb": verbs.map(lambda iri: {"id": iri}),
        "object": st.one_of(
            things.map(lambda iri: {"id": iri}), people.map(lambda who: {**who, "objectType": "Agent"})
        ),
        "context": contexts,
    }
)
referring = st.builds(lambda one, to: {**one, "object": to}, spoken, references)
voiding = st.builds(lambda one, to: {**one, "verb": {"id": VOIDED}, "object": to}, spoken, references)
batches = st.lists(st.one_of(spoken, referring, voiding), min_size=1, max_size=3)
steps = st.one_of(batches, batches, people, st.just("index anew"))
questions = st.fixed_dictionaries(
    {"related_agents": st.booleans(), "related_activities": st.booleans(), "ascending": st.booleans()},
    optional={
        "agent": people,
        "verb": st.sampled_from([*VERBS, VOIDED]),
        "activity": things,
        "registration": registrations,
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, min_size=1, max_size=8), asked=st.lists(questions, min_size=6, max_size=12))
def test_after_any_sequence_of_steps_a_question_finds_what_the_rules_say(
    storage: Storage, taken: list[Any], asked: list[Json]
) -> None:
    storage.write(wipe)
    lrs, kept = Lrs(Application(storage, CLIENT, HOME)), dict[str, Json]()
    for step in taken:
        nobody = _take(storage, lrs, kept, step)
        if nobody:
            asked += [{**question, "agent": nobody} for question in asked[:3]]
        for question in asked:
            found = [id_ for id_, one in kept.items() if not _is_voided(kept, one) and _is_found(kept, one, question)]
            assert lrs.ids(**question) == (found if question["ascending"] else found[::-1]), question


def _take(storage: Storage, lrs: Lrs, kept: dict[str, Json], step: Any) -> Json | None:
    """The new name of an agent that is forgotten."""
    if isinstance(step, list):
        batch = [made(**{"id": id_, **parts}) for id_, parts in zip(IDS[len(kept) :], step, strict=False)]
        assert lrs.post(batch).status_code == 200
        kept |= {one["id"]: one for one in batch}
        return None
    if isinstance(step, dict):
        nobody = {"account": {"homePage": "https://nobody.invalid", "name": str(uuid.uuid4())}}
        _forget(storage, step, nobody)
        for one in kept.values():
            _rename(one, step, nobody)
        return nobody
    storage.write(_index_anew)
    return None


def _forget(storage: Storage, who: Json, nobody: Json) -> None:
    done: list[forgetting.Forgotten] = []
    while not done or done[-1].statements:
        storage.write(
            lambda connection, _clock: done.append(forgetting.forget(connection, identity(who) or "", dict(nobody)))
        )


def _rename(one: Json, who: Json, nobody: Json) -> None:
    if one["actor"] == who:
        one["actor"] = nobody
    if _identified(one["object"]) == who:
        one["object"] = {"objectType": "Agent", **nobody}
    if one["context"].get("instructor") == who:
        one["context"] = {**one["context"], "instructor": nobody}


def _index_anew(connection: sa.Connection, _clock: Clock) -> None:
    connection.execute(thing.delete())
    connection.execute(sa.update(mention).values(term=-mention.c.term))
    reindex(connection, OLD)


# The rules


def _is_voided(kept: dict[str, Json], one: Json) -> bool:
    by = [other for other in kept.values() if other["verb"]["id"] == VOIDED and other["object"]["id"] == one["id"]]
    return bool(by) and one["verb"]["id"] != VOIDED


def _is_found(kept: dict[str, Json], one: Json, question: Json) -> bool:
    return any(_matches(own, question) for own in _chain(kept, one))


def _chain(kept: dict[str, Json], one: Json | None) -> Iterator[Json]:
    """The statement and all that it leads to; it may lead to itself."""
    seen: list[str] = []
    while one is not None and one["id"] not in seen:
        yield one
        seen.append(one["id"])
        one = kept.get(one["object"].get("id")) if one["object"].get("objectType") == "StatementRef" else None


def _matches(one: Json, question: Json) -> bool:
    context = one["context"]
    agents = [one["actor"], _identified(one["object"])]
    if question["related_agents"]:
        agents.append(context.get("instructor"))
    activities = [one["object"].get("id")]
    if question["related_activities"]:
        activities += [parent["id"] for parent in context.get("contextActivities", {}).get("parent", ())]
    return all(
        name not in question or question[name] in have
        for name, have in {
            "agent": agents,
            "verb": [one["verb"]["id"]],
            "activity": activities,
            "registration": [context.get("registration")],
        }.items()
    )


def _identified(thing_: Json) -> Json:
    return {name: value for name, value in thing_.items() if name != "objectType"}
