"""The whole of a statement (xAPI 1.0.3 Data 2.4; 2.0.0 adds agents and groups to the context)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lms.lrs.editions import Edition
from lms.lrs.rules import formats
from lms.lrs.rules.activity import activity, extensions, language_map
from lms.lrs.rules.actor import actor, agent, authority, group
from lms.lrs.rules.checks import (
    BrokenError,
    Rule,
    boolean,
    list_of,
    matching,
    number,
    one_of,
    shape,
    text,
    whole_number,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def _score_within_bounds(score: dict[str, Any]) -> None:
    if not -1 <= score.get("scaled", 0) <= 1:
        raise BrokenError("must be from -1 to 1", "scaled")
    least, most = score.get("min"), score.get("max")
    if least is not None and most is not None and least >= most:
        raise BrokenError("must be less than max", "min")
    raw = score.get("raw")
    if raw is not None and ((least is not None and raw < least) or (most is not None and raw > most)):
        raise BrokenError("must be from min to max", "raw")


score = shape(
    dict.fromkeys(("scaled", "raw", "min", "max"), number),
    together=(_score_within_bounds,),
)
result = shape(
    {
        "score": score,
        "success": boolean,
        "completion": boolean,
        "response": text,
        "duration": formats.duration,
        "extensions": extensions,
    }
)
verb = shape({"id": formats.iri, "display": language_map}, required=("id",))
reference = shape(
    {"objectType": one_of("StatementRef"), "id": formats.uuid},
    required=("objectType", "id"),
)
_activities = list_of(activity)


def _one_or_more_activities(value: Any) -> None:
    (_activities if type(value) is list else activity)(value)


_CONTEXT: dict[str, Rule] = {
    "registration": formats.uuid,
    "instructor": actor,
    "team": group,
    "contextActivities": shape(dict.fromkeys(("parent", "grouping", "category", "other"), _one_or_more_activities)),
    "revision": text,
    "platform": text,
    "language": formats.language_tag,
    "statement": reference,
    "extensions": extensions,
}
_relevant = list_of(formats.iri)


def _with_types(name: str, word: str, who: Rule) -> Rule:
    """Entries of contextAgents and contextGroups (2.0.0, 4.2.2.5)."""

    def not_empty(value: dict[str, Any]) -> None:
        if value.get("relevantTypes") == []:
            raise BrokenError("must not be empty", "relevantTypes")

    return list_of(
        shape(
            {"objectType": one_of(word), name: who, "relevantTypes": _relevant},
            required=("objectType", name),
            together=(not_empty,),
        )
    )


# Data 2.4.10: a store of 1.0.x refuses statements of other versions; one of 2.0 takes both.
_VERSIONS = {
    Edition.ONE: matching(re.compile(r"1\.0(?:\.\d+)?", re.ASCII), 'a version that starts with "1.0."'),
    Edition.TWO: matching(re.compile(r"[12]\.0(?:\.\d+)?", re.ASCII), 'a version that starts with "1.0." or "2.0."'),
}
_CONTEXTS = {
    Edition.ONE: shape(_CONTEXT),
    Edition.TWO: shape(
        {
            **_CONTEXT,
            "contextAgents": _with_types("agent", "contextAgent", agent),
            "contextGroups": _with_types("group", "contextGroup", group),
        }
    ),
}

attachment = shape(
    {
        "usageType": formats.iri,
        "display": language_map,
        "description": language_map,
        "contentType": formats.media_type,
        "length": whole_number,
        "sha2": formats.sha2,
        "fileUrl": formats.iri,
    },
    required=("usageType", "display", "contentType", "length", "sha2"),
)


def _revision_and_platform_are_for_activities(value: dict[str, Any]) -> None:
    if value["object"].get("objectType", "Activity") != "Activity":
        for name in ("revision", "platform"):
            if name in value.get("context", ()):
                raise BrokenError("may be used only if the object is an Activity", "context", name)


def _voids_by_reference(value: dict[str, Any]) -> None:
    if value["verb"]["id"] == VOIDED and value["object"].get("objectType") != "StatementRef":
        raise BrokenError('must be "StatementRef", since the verb is voided', "object", "objectType")


def _happening(context: Rule, thing: Rule, more: Mapping[str, Rule]) -> Rule:
    """What statements and sub-statements have in common."""
    return shape(
        {
            "actor": actor,
            "verb": verb,
            "object": thing,
            "result": result,
            "context": context,
            "timestamp": formats.timestamp,
            "attachments": list_of(attachment),
            **more,
        },
        required=("actor", "verb", "object"),
        together=(_revision_and_platform_are_for_activities, _voids_by_reference),
    )


def _thing(kinds: Mapping[str, Rule]) -> Rule:
    """The object of a statement, by its type; without one it is an activity."""
    known = one_of(*kinds)

    def rule(value: Any) -> None:
        kind = value.get("objectType", "Activity") if type(value) is dict else "Activity"
        try:
            known(kind)
        except BrokenError as broken:
            raise broken.inside("objectType") from None
        kinds[kind](value)

    return rule


_THINGS = {"Activity": activity, "Agent": agent, "Group": group, "StatementRef": reference}


def _statement(edition: Edition) -> Rule:
    context = _CONTEXTS[edition]
    sub_statement = _happening(context, _thing(_THINGS), {"objectType": one_of("SubStatement")})
    return _happening(
        context,
        _thing({**_THINGS, "SubStatement": sub_statement}),
        {
            "id": formats.uuid,
            "stored": formats.timestamp,
            "authority": authority,
            "version": _VERSIONS[edition],
        },
    )


_STATEMENTS = {edition: _statement(edition) for edition in Edition}


def rule_of(edition: Edition) -> Rule:
    """The rule for statements of an edition."""
    return _STATEMENTS[edition]
