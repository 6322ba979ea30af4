"""What xAPI 1.0.3 asks of a statement that this system makes, beside what the model of it checks.

The model lets through scores out of range, NaN, naive times, relative IRIs, agents with no identifier or two, and
wrong durations. An empty list of problems means: any Learning Record Store should take it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from lms.xapi import vocabulary as v

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ANY_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_TIMESTAMP = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z")
_IDENTIFIERS = ("account", "mbox", "mbox_sha1sum", "openid")
_PARTS = {"id", "actor", "verb", "object", "result", "context", "timestamp"}
_INTERACTIONS = {"choice", "sequencing", "matching", "numeric", "long-fill-in"}
_OPTIONS = {"choices": {"choice", "sequencing"}, "source": {"matching"}, "target": {"matching"}}


def problems(statement: dict[str, Any]) -> list[str]:
    """What is wrong, each as `where: what`; empty when nothing is."""
    return list(_problems(statement))


def _problems(statement: dict[str, Any]) -> Iterator[str]:
    yield from _emptiness(statement, "statement")
    for part in statement.keys() - _PARTS:
        yield f"{part}: not a part of our statements"
    checks: dict[str, Callable[[Any], Iterator[str]]] = {
        "id": lambda value: _matches(_UUID, value, "id", "a random UUID"),
        "timestamp": lambda value: _matches(_TIMESTAMP, value, "timestamp", "a moment in UTC with milliseconds"),
        "actor": _actor,
        "verb": _verb,
        "object": _object,
    }
    for part, check in checks.items():
        if part in statement:
            yield from check(statement[part])
        else:
            yield f"{part}: missing"
    yield from _result(statement.get("result", {}))
    yield from _context(statement.get("context", {}))
    yield from _together(statement)


def _emptiness(value: Any, where: str) -> Iterator[str]:
    """xAPI 1.0.3 Data 2.2: no null and nothing empty, and numbers that JSON can write."""
    if value is None or value in ("", {}):
        yield f"{where}: empty"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{where}: {value} is not a number"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _emptiness(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _emptiness(inner, f"{where}[]")


def _matches(form: re.Pattern[str], value: Any, where: str, what: str) -> Iterator[str]:
    if not isinstance(value, str) or not form.fullmatch(value):
        yield f"{where}: {value!r} is not {what}"


def _iri(value: Any, where: str) -> Iterator[str]:
    return _matches(_IRI, value, where, "an absolute IRI")


def _actor(actor: dict[str, Any]) -> Iterator[str]:
    given = [name for name in _IDENTIFIERS if name in actor]
    if len(given) != 1:
        yield f"actor: {len(given)} identifiers instead of one"
    account = actor.get("account")
    if account is not None:
        yield from _iri(account.get("homePage"), "actor.account.homePage")
        if not isinstance(account.get("name"), str):
            yield "actor.account.name: missing"


def _verb(verb: dict[str, Any]) -> Iterator[str]:
    yield from _iri(verb.get("id"), "verb.id")
    if not verb.get("display", {}).get("en"):
        yield "verb.display: no English word"


def _object(thing: dict[str, Any]) -> Iterator[str]:
    if thing.get("objectType") == "StatementRef":
        yield from _matches(_ANY_UUID, thing.get("id"), "object.id", "a UUID")
        return
    if thing.get("objectType") != "Activity":
        yield f"object.objectType: {thing.get('objectType')!r}"
    yield from _iri(thing.get("id"), "object.id")
    definition = thing.get("definition", {})
    yield from _iri(definition.get("type"), "object.definition.type")
    if not definition.get("name", {}).get("en"):
        yield "object.definition.name: no English name"
    yield from _interaction(definition)


def _interaction(definition: dict[str, Any]) -> Iterator[str]:
    kind = definition.get("interactionType")
    if (definition.get("type") == v.ITEM) != (kind is not None):
        yield "object.definition: an interaction type goes with the type cmi.interaction"
    if kind is not None and kind not in _INTERACTIONS:
        yield f"object.definition.interactionType: {kind!r}"
    for name, kinds in _OPTIONS.items():
        ids = [option.get("id") for option in definition.get(name, ())]
        if ids and kind not in kinds:
            yield f"object.definition.{name}: not for {kind}"
        if len(set(ids)) < len(ids):
            yield f"object.definition.{name}: an id twice"


def _result(result: dict[str, Any]) -> Iterator[str]:
    for name in ("success", "completion"):
        if name in result and not isinstance(result[name], bool):
            yield f"result.{name}: {result[name]!r} is neither true nor false"
    if "response" in result and not isinstance(result["response"], str):
        yield "result.response: not a text"
    if "duration" in result:
        yield from _matches(_DURATION, result["duration"], "result.duration", "a duration")
    yield from _score(result.get("score", {}))
    yield from _extensions(result, "result")


def _score(score: dict[str, Any]) -> Iterator[str]:
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in score.values()):
        yield f"result.score: {score!r} is not made of numbers"
        return
    if not -1 <= score.get("scaled", 0) <= 1:
        yield f"result.score.scaled: {score['scaled']} is not from -1 to 1"
    raw = score.get("raw", 0)
    if score.get("min", raw) > raw or raw > score.get("max", raw):
        yield f"result.score.raw: {raw} is not from {score.get('min')} to {score.get('max')}"


def _context(context: dict[str, Any]) -> Iterator[str]:
    if "registration" in context:
        yield from _matches(_ANY_UUID, context["registration"], "context.registration", "a UUID")
    for relation, activities in context.get("contextActivities", {}).items():
        for activity in activities:
            yield from _iri(activity.get("id"), f"context.contextActivities.{relation}")
    yield from _extensions(context, "context")


def _extensions(part: dict[str, Any], where: str) -> Iterator[str]:
    for key in part.get("extensions", {}):
        yield from _iri(key, f"{where}.extensions")


def _together(statement: dict[str, Any]) -> Iterator[str]:
    """Rules about parts that depend on one another."""
    is_reference = statement.get("object", {}).get("objectType") == "StatementRef"
    context, result = statement.get("context", {}), statement.get("result", {})
    if is_reference != (statement.get("verb", {}).get("id") == v.VOIDED.id):
        yield "object: voided is for a statement, and for nothing else"
    if is_reference and context.keys() & {"platform", "revision"}:
        yield "context: platform and revision are for activities"
    categories = {activity.get("id") for activity in context.get("contextActivities", {}).get("category", ())}
    # cmi5 9.6.2.2: the moveOn category if and only if a defined statement says success or completion.
    decides = v.CMI5_CATEGORY in categories and bool(result.keys() & {"success", "completion"})
    if (v.MOVEON_CATEGORY in categories) != decides:
        yield "context.contextActivities.category: moveon goes with success or completion"
