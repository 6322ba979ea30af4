"""What the standard demands of a statement, rule by rule: a value put at a place, and the place that is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lms.lrs.editions import Edition
from lms.lrs.refusal import RefusalError
from lms.lrs.statements.incoming import Incoming, receive
from tests.lrs.conftest import made

GONE = object()
UUID = "6f2b9f5e-8c0e-4b6f-9d7a-0c0f3a1f2b3c"
ACCOUNT = {"homePage": "https://example.org", "name": "ada"}
AGENT = {"mbox": "mailto:bo@example.org"}
SUB = {
    "objectType": "SubStatement",
    "actor": AGENT,
    "verb": {"id": "http://example.org/verbs/plans"},
    "object": {"id": "http://example.org/things/two"},
}
ATTACHMENT = {
    "usageType": "http://example.org/usage",
    "display": {"en": "A file"},
    "contentType": "text/plain",
    "length": 3,
    "sha2": "a" * 64,
    "fileUrl": "http://example.org/file",
}
TIME = "2026-11-23T12:00:00Z"


def whole() -> dict[str, Any]:
    """A statement with every property that it may have."""
    return made(
        id=UUID,
        actor={"objectType": "Group", "name": "Ward 7", "account": ACCOUNT, "member": [AGENT, {"account": ACCOUNT}]},
        verb={"id": "http://example.org/verbs/answered", "display": {"en-GB": "answered", "de": "beantwortete"}},
        object={
            "objectType": "Activity",
            "id": "http://example.org/questions/1",
            "definition": {
                "name": {"en": "Question 1"},
                "description": {"zh-Hans-CN": "问题"},
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "moreInfo": "http://example.org/more",
                "extensions": {"http://example.org/x": None},
                "interactionType": "choice",
                "correctResponsesPattern": ["a[,]b"],
                "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}],
            },
        },
        result={
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
            "success": True,
            "completion": False,
            "response": "a",
            "duration": "PT1H30M2.25S",
            "extensions": {"http://example.org/y": {"any": [1, None, "x"]}},
        },
        context={
            "registration": UUID,
            "instructor": AGENT,
            "team": {"objectType": "Group", "member": [AGENT]},
            "contextActivities": {
                "parent": [{"id": "http://example.org/p"}],
                "grouping": {"objectType": "Activity", "id": "http://example.org/g"},
                "category": [],
                "other": [{"id": "http://example.org/o"}, {"id": "urn:x:y"}],
            },
            "revision": "1",
            "platform": "Cares",
            "language": "en-GB",
            "statement": {"objectType": "StatementRef", "id": UUID},
            "extensions": {"http://example.org/z": []},
        },
        timestamp="2026-11-23T12:00:00.123+05:30",
        stored=TIME,
        authority=AGENT,
        version="1.0.3",
        attachments=[ATTACHMENT],
    )


def put(statement: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with a value put where the path leads; GONE takes away what is there."""
    changed: dict[str, Any] = json.loads(json.dumps(statement))
    *steps, last = path.split("/")
    inner: Any = changed
    for step in steps:
        inner = inner[int(step)] if isinstance(inner, list) else inner.setdefault(step, {})
    if value is GONE:
        del inner[last]
    else:
        inner[int(last) if isinstance(inner, list) else last] = value
    return changed


def judged(statement: Any, edition: Edition = Edition.ONE) -> Incoming:
    (one,) = receive(statement, edition, {"account": ACCOUNT})
    return one


GOOD: list[tuple[str, Any]] = [
    ("id", UUID.upper()),
    ("actor", AGENT),
    ("actor", {"objectType": "Agent", "mbox_sha1sum": "A" * 40}),
    ("actor", {"openid": "https://ada.example.org/"}),
    ("actor", {"objectType": "Group", "member": [AGENT]}),
    ("actor", {"objectType": "Group", "account": ACCOUNT}),
    ("actor/member", []),
    ("object", {"objectType": "StatementRef", "id": UUID}),
    ("object", {"objectType": "Agent", **AGENT}),
    ("object", {"objectType": "Group", "member": [AGENT]}),
    ("object", SUB),
    ("object", {**SUB, "object": {"objectType": "StatementRef", "id": UUID}}),
    ("object/id", "urn:uuid:6f2b9f5e"),
    ("object/id", "http://example.org/é?x=y#z"),
    ("object/definition", {}),
    ("object/definition/extensions", {}),
    ("verb/display", {}),
    ("verb/display", {"x-private": "did", "i-klingon": "ta'", "sl-rozaj-biske": "je"}),
    ("result/score/scaled", -1),
    ("result/score/scaled", 1.0),
    ("result/response", ""),
    ("result/duration", "P4W"),
    ("result/duration", "P3Y1M29DT4H35M59.14S"),
    ("result/duration", "PT0S"),
    ("result/duration", "P1DT12H36M0.12567S"),
    ("timestamp", "2026-11-23T12:00:00.123456789Z"),
    ("timestamp", "2026-11-23T12:00:00-03"),
    ("timestamp", "20261123T120000Z"),
    ("timestamp", "2096-02-29T23:59:59Z"),
    ("timestamp", "2016-12-31T23:59:60Z"),
    ("timestamp", "2017-01-01T05:29:60.5+05:30"),
    ("timestamp", "20161231T235960Z"),
    ("version", "1.0"),
    ("version", "1.0.9"),
    ("attachments", []),
    ("attachments/0/contentType", "text/plain; charset=utf-8"),
    ("attachments/0/sha2", "B" * 96),
]

BAD: list[tuple[str, Any]] = [
    # the parts of a statement
    *((name, GONE) for name in ("actor", "verb", "object")),
    *((name, None) for name in ("id", "actor", "verb", "object", "result", "context", "timestamp", "attachments")),
    ("Actor", AGENT),
    ("extra", 1),
    *(("id", bad) for bad in ("", "x", UUID[:-1], UUID + "0", f"{{{UUID}}}", UUID.replace("-", ""), 7)),
    *(("version", bad) for bad in ("0.9", "1.1.0", "2.0.0", "", "1", "1.0.", "1.0.0-beta", 1.0)),
    # who
    *(("actor", bad) for bad in ("ada", [], 1)),
    ("actor/objectType", "group"),
    ("actor/objectType", "Person"),
    ("actor/Name", "x"),
    ("actor/name", 1),
    ("actor/mbox", "mailto:two@example.org"),
    ("actor/member", {}),
    ("actor/member/0/objectType", "Group"),
    ("actor/member/0/mbox", None),
    ("actor/account/homePage", "example.org"),
    ("actor/account/homePage", GONE),
    ("actor/account/name", GONE),
    ("actor/account/name", 1),
    ("actor/account/id", "x"),
    *(("context/instructor/mbox", bad) for bad in ("bo@example.org", "mailto:bo", "mailto:", "mailto:a b@c", "", 1)),
    ("context/instructor", {}),
    ("context/instructor", {"name": "nobody"}),
    ("context/instructor", {"mbox_sha1sum": "a" * 39}),
    ("context/instructor", {"openid": "ada"}),
    ("context/team", AGENT),
    ("context/team/member", GONE),
    ("context/team/member", []),
    # what
    ("verb", "http://example.org/did"),
    ("verb/id", GONE),
    *(("verb/id", bad) for bad in ("did", "", "/did", "http:// x", "http://a\nb", 1)),
    ("verb/display", "did"),
    ("verb/display/en_GB", "did"),
    ("verb/display/toolonglanguage", "did"),
    ("verb/display/", "did"),
    ("verb/display/de", 1),
    ("verb/description", {}),
    ("object/objectType", "activity"),
    ("object/objectType", "Statement"),
    ("object/id", GONE),
    ("object/id", "one"),
    ("object/definition", []),
    ("object/definition/title", {}),
    ("object/definition/name/en", None),
    ("object/definition/type", "question"),
    ("object/definition/moreInfo", "more"),
    ("object/definition/extensions/key", 1),
    ("object/definition/extensions", []),
    ("object/definition/interactionType", "Choice"),
    ("object/definition/interactionType", GONE),
    ("object/definition/correctResponsesPattern", "a"),
    ("object/definition/correctResponsesPattern", [1]),
    ("object/definition/scale", [{"id": "a"}]),
    ("object/definition/choices", {"id": "a"}),
    ("object/definition/choices/0/id", GONE),
    ("object/definition/choices/0/id", 1),
    ("object/definition/choices/1/id", "a"),
    ("object/definition/choices/0/text", "A"),
    ("object/definition/choices/0/description/e", "A"),
    ("object", {"objectType": "StatementRef"}),
    ("object", {"objectType": "StatementRef", "id": "x"}),
    ("object", {"objectType": "StatementRef", "id": UUID, "name": "x"}),
    ("object", {**SUB, "object": SUB}),
    *(("object", {**SUB, name: value}) for name, value in whole().items() if name in ("id", "stored", "version")),
    ("object", {**SUB, "authority": AGENT}),
    ("object", {**SUB, "actor": {}}),
    ("object", {**SUB, "timestamp": "soon"}),
    # how it went
    ("result", []),
    ("result/grade", 1),
    *(("result/success", bad) for bad in ("true", 1, None)),
    ("result/completion", 0),
    ("result/response", 5),
    *(
        ("result/duration", bad)
        for bad in ("", "P", "PT", "1H", "P1W1D", "PT1.5H3M", "P0001-01-01", "-PT1H", "pt1h", 60)
    ),
    ("result/score", 5),
    ("result/score/scaled", 1.01),
    ("result/score/scaled", -1.01),
    *(("result/score/raw", bad) for bad in ("5", True, 11, -1)),
    ("result/score/min", 10),
    ("result/score/percent", 50),
    ("result/extensions", {"no iri": 1}),
    # around it
    ("context/registration", "x"),
    ("context/contextActivities/Parent", []),
    ("context/contextActivities/parent", ["http://example.org/p"]),
    ("context/contextActivities/parent/0", AGENT),
    ("context/contextActivities/grouping", {"objectType": "Agent", **AGENT}),
    ("context/revision", 1),
    ("context/platform", None),
    *(("context/language", bad) for bad in ("", "english language", "e", "en_GB", 1)),
    ("context/statement", {"id": UUID}),
    ("context/statement", SUB),
    ("context/contextAgents", []),
    *(
        ("timestamp", bad)
        for bad in (
            "",
            "23/11/2026",
            "2026-11-23",
            "2026-11-23T12:00:00",
            "2026-02-30T12:00:00Z",
            "2026-11-23T25:00:00Z",
            "2026-11-23T12:00:60Z",
            "2026-11-23 12:00:00Z",
            "2026-11-23T12:00:00-00",
            "2026-11-23T12:00:00-0000",
            "2026-11-23T12:00:00-00:00",
            1_700_000_000,
        )
    ),
    ("stored", "now"),
    ("authority", "me"),
    ("authority", {"objectType": "Group", "member": [AGENT]}),
    ("authority", {"objectType": "Group", "account": ACCOUNT, "member": [AGENT, AGENT]}),
    ("attachments", ATTACHMENT),
    *((f"attachments/0/{name}", GONE) for name in ("usageType", "display", "contentType", "length", "sha2")),
    ("attachments/0/usageType", "file"),
    ("attachments/0/contentType", "text"),
    *(("attachments/0/length", bad) for bad in ("3", -1, 1.5, True)),
    *(("attachments/0/sha2", bad) for bad in ("", "a" * 63, "g" * 64, "a" * 40)),
    ("attachments/0/fileUrl", "file"),
    ("attachments/0/name", "x"),
]


def named(case: tuple[str, Any]) -> str:
    path, value = case
    return f"{path}={'gone' if value is GONE else json.dumps(value)[:40]}"


def test_a_statement_may_have_all_properties() -> None:
    content = judged(whole()).content
    assert content["context"]["contextActivities"]["grouping"] == [
        {"objectType": "Activity", "id": "http://example.org/g"}
    ]
    assert "stored" not in content


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_what_the_standard_allows(case: tuple[str, Any]) -> None:
    path, value = case
    start = whole()
    if path == "object":
        start = put(put(start, "context/revision", GONE), "context/platform", GONE)
    judged(put(start, path, value))


@pytest.mark.parametrize("case", BAD, ids=named)
def test_what_the_standard_forbids(case: tuple[str, Any]) -> None:
    with pytest.raises(RefusalError) as refused:
        judged(put(whole(), *case))
    assert refused.value.status == 400
    assert refused.value.where.startswith("$.")


def test_the_place_of_a_fault_is_named() -> None:
    bad = put(whole(), "actor/member/1/account/homePage", "nowhere")
    with pytest.raises(RefusalError) as refused:
        receive([made(), bad], Edition.ONE, {"account": ACCOUNT})
    assert refused.value.where == "$[1].actor.member[1].account.homePage"
    assert str(refused.value) == "$[1].actor.member[1].account.homePage: must be an absolute IRI"


@pytest.mark.parametrize("name", ["revision", "platform"])
@pytest.mark.parametrize("thing", [AGENT | {"objectType": "Agent"}, {"objectType": "StatementRef", "id": UUID}])
def test_revision_and_platform_are_for_activities(name: str, thing: dict[str, Any]) -> None:
    judged(made(object=thing))
    with pytest.raises(RefusalError, match=name):
        judged(made(object=thing, context={name: "x"}))


def test_voiding_names_a_statement() -> None:
    with pytest.raises(RefusalError, match="StatementRef"):
        judged(made(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}))


def test_the_second_edition_adds_agents_and_groups_to_the_context() -> None:
    context = {
        "contextAgents": [{"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["http://example.org/t"]}],
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [AGENT]}}],
    }
    assert judged(made(context=context, version="2.0.0"), Edition.TWO).content["version"] == "2.0.0"
    assert judged(made(), Edition.TWO).content["version"] == "2.0.0"
    with pytest.raises(RefusalError, match="contextAgents"):
        judged(made(context=context))
    context["contextAgents"][0]["relevantTypes"] = []
    with pytest.raises(RefusalError, match="relevantTypes"):
        judged(made(context=context), Edition.TWO)
