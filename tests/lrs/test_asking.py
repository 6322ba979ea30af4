"""GET of statements: filters, references, pages, forms."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import pytest

from lms.lrs.statements import question
from lms.lrs.statements.links import FURTHEST
from tests.lrs.conftest import VERSION, Lrs, made

ADA, BO = {"mbox": "mailto:ada@example.org"}, {"mbox": "mailto:bo@example.org"}
CY = {"account": {"homePage": "https://example.org", "name": "cy"}}
ONE, TWO = {"id": "http://example.org/things/one"}, {"id": "http://example.org/things/two"}
WARD = {"objectType": "Group", "account": {"homePage": "https://example.org", "name": "ward"}, "member": [BO]}


def sub(**parts: Any) -> dict[str, Any]:
    return {"objectType": "SubStatement", **made(id=None, **parts)}


# Filters

MATCHES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # asked, statement, found
    ({"agent": BO}, {"actor": BO}, True),
    ({"agent": BO}, {"actor": {"name": "Bo", "objectType": "Agent", **BO}}, True),
    ({"agent": {"name": "B", **BO}}, {"actor": {"mbox": "mailto:bo@EXAMPLE.ORG"}}, True),
    ({"agent": BO}, {"actor": {"mbox": "mailto:BO@example.org"}}, False),
    ({"agent": BO}, {"object": {"objectType": "Agent", **BO}}, True),
    ({"agent": BO}, {"actor": WARD}, True),
    ({"agent": BO}, {"object": WARD}, True),
    ({"agent": WARD}, {"actor": WARD}, True),
    ({"agent": WARD}, {"actor": BO}, False),
    ({"agent": CY}, {"actor": CY}, True),
    ({"agent": CY}, {"actor": {"account": {"homePage": "https://example.com", "name": "cy"}}}, False),
    ({"agent": {"mbox_sha1sum": "a" * 40}}, {"actor": {"mbox_sha1sum": "A" * 40}}, True),
    ({"agent": {"openid": "http://bo.org"}}, {"actor": {"openid": "http://bo.org"}}, True),
    ({"agent": BO}, {"context": {"instructor": BO}}, False),
    ({"agent": BO, "related_agents": True}, {"actor": BO}, True),
    ({"agent": BO, "related_agents": True}, {"context": {"instructor": BO}}, True),
    ({"agent": BO, "related_agents": True}, {"context": {"team": WARD}}, True),
    ({"agent": BO, "related_agents": True}, {"object": sub(actor=BO)}, True),
    ({"agent": BO, "related_agents": True}, {"object": sub(object={"objectType": "Agent", **BO})}, True),
    ({"agent": BO, "related_agents": True}, {"object": sub(context={"instructor": BO})}, True),
    ({"agent": BO, "related_agents": False}, {"object": sub(actor=BO)}, False),
    ({"verb": "http://example.org/v"}, {"verb": {"id": "http://example.org/v"}}, True),
    ({"verb": "http://example.org/v"}, {"verb": {"id": "http://example.org/V"}}, False),
    ({"verb": "http://example.org/v"}, {"object": sub(verb={"id": "http://example.org/v"})}, False),
    ({"activity": TWO["id"]}, {"object": TWO}, True),
    ({"activity": TWO["id"]}, {"context": {"contextActivities": {"parent": TWO}}}, False),
    ({"activity": TWO["id"]}, {"object": sub(object=TWO)}, False),
    ({"activity": TWO["id"], "related_activities": True}, {"object": TWO}, True),
    *(
        ({"activity": TWO["id"], "related_activities": True}, {"context": {"contextActivities": {name: [TWO]}}}, True)
        for name in ("parent", "grouping", "category", "other")
    ),
    ({"activity": TWO["id"], "related_activities": True}, {"object": sub(object=TWO)}, True),
    (
        {"activity": TWO["id"], "related_activities": True},
        {"object": sub(context={"contextActivities": {"other": TWO}})},
        True,
    ),
    ({"registration": "6F2B9F5E-8C0E-4B6F-9D7A-0C0F3A1F2B3C"}, {}, False),
    (
        {"registration": "6F2B9F5E-8C0E-4B6F-9D7A-0C0F3A1F2B3C"},
        {"context": {"registration": "6f2b9f5e-8c0e-4b6f-9d7a-0c0f3a1f2b3c"}},
        True,
    ),
    ({"agent": BO, "verb": "http://example.org/v"}, {"actor": BO, "verb": {"id": "http://example.org/v"}}, True),
    ({"agent": BO, "verb": "http://example.org/v"}, {"actor": BO}, False),
    ({"agent": BO, "activity": TWO["id"], "verb": "http://example.org/verbs/did"}, {"actor": BO, "object": TWO}, True),
]


@pytest.mark.parametrize("case", MATCHES, ids=lambda case: json.dumps(case)[:110])
def test_what_a_filter_finds(lrs: Lrs, case: tuple[dict[str, Any], dict[str, Any], bool]) -> None:
    asked, parts, is_found = case
    lrs.post([made(), made(actor=CY if asked.get("agent") != CY else ADA)])
    id_ = lrs.keep(**parts)
    assert lrs.ids(**asked) == ([id_] if is_found else [])


REGISTRATION = "0463bceb-c486-4e3d-80e4-63c7e2cac0e0"
MEETS: dict[str, tuple[Any, dict[str, Any]]] = {
    # a condition, and the part of a statement that meets it
    "agent": (BO, {"actor": BO}),
    "verb": ("http://example.org/v", {"verb": {"id": "http://example.org/v"}}),
    "activity": (TWO["id"], {"object": TWO}),
    "registration": (REGISTRATION, {"context": {"registration": REGISTRATION}}),
}
SEVERAL = [names for count in (2, 3, 4) for names in itertools.combinations(MEETS, count)]


@pytest.mark.parametrize("related", [(), ("related_agents",), ("related_activities",)])
@pytest.mark.parametrize("names", SEVERAL, ids="+".join)
def test_several_conditions_are_met_by_one_statement(
    lrs: Lrs, names: tuple[str, ...], related: tuple[str, ...]
) -> None:
    """Those that meet all but one are not found, nor what speaks of one that meets the rest."""
    asked = {name: MEETS[name][0] for name in names} | dict.fromkeys(related, True)
    found = lrs.keep(**{part: value for name in names for part, value in MEETS[name][1].items()})
    for missing in names:
        met = {part: value for name in names if name != missing for part, value in MEETS[name][1].items()}
        lrs.keep(object={"objectType": "StatementRef", "id": lrs.keep(**met)}, **_but_object(MEETS[missing][1]))
    comment = lrs.keep(actor=CY, object={"objectType": "StatementRef", "id": found})
    assert lrs.ids(**asked) == [comment, found]


def _but_object(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if name != "object"}


@pytest.mark.parametrize("asked", [("agent", "verb"), ("agent", "activity"), ("verb", "activity")])
def test_two_usual_conditions_are_looked_up_as_one(asked: tuple[str, ...]) -> None:
    """What many statements have each, and none has both, is not looked for in vain."""
    parameters = {name: json.dumps(BO) if name == "agent" else "http://example.org/1" for name in asked}
    for flags in ({}, {"related_activities": "true"} if asked[0] == "verb" else {}):
        many = question.understand({**parameters, **flags})
        assert isinstance(many, question.Many)
        assert {len(terms) for terms in many.ways} == {1}


@pytest.mark.parametrize("is_ascending", [True, False])
def test_what_is_found_in_two_ways_is_found_once(lrs: Lrs, is_ascending: bool) -> None:
    itself = {"object": TWO, "actor": BO}
    elsewhere = {"context": {"contextActivities": {"parent": [TWO]}, "instructor": BO}}
    kept = [lrs.keep(**parts) for parts in (itself, elsewhere, {**itself, **elsewhere}) * 3]
    asked = {"activity": TWO["id"], "related_activities": True, "agent": BO, "related_agents": True}
    found: list[str] = []
    page = lrs.get(limit=2, ascending=is_ascending, **asked).get_json()
    while page["more"]:
        found += [one["id"] for one in page["statements"]]
        page = lrs.ask("GET", page["more"].removeprefix("/xapi/")).get_json()
    found += [one["id"] for one in page["statements"]]
    assert found == (kept if is_ascending else kept[::-1])


def test_authority_is_related(lrs: Lrs) -> None:
    id_ = lrs.keep()
    authority = lrs.find()[0]["authority"]
    assert lrs.ids(agent=authority) == []
    assert lrs.ids(agent=authority, related_agents=True) == [id_]


def test_since_is_exclusive_and_until_inclusive(lrs: Lrs) -> None:
    ids = [lrs.keep() for _ in range(4)]
    stored = [one["stored"] for one in lrs.find(ascending=True)]
    assert lrs.ids(since=stored[1], ascending=True) == ids[2:]
    assert lrs.ids(until=stored[1], ascending=True) == ids[:2]
    assert lrs.ids(since=stored[0], until=stored[2]) == [ids[2], ids[1]]
    assert lrs.ids(since=stored[3]) == []
    east = stored[1].replace("Z", "+00:00")
    assert lrs.ids(since=east, verb="http://example.org/verbs/did", ascending=True) == ids[2:]


# References


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2), (2, 0, 1), (0, 2, 1)])
@pytest.mark.parametrize("is_batch", [True, False])
def test_who_speaks_of_a_statement_is_found_by_what_it_says(lrs: Lrs, order: tuple[int, ...], is_batch: bool) -> None:
    first = made(actor=BO, object=TWO)
    second = made(actor=ADA, object={"objectType": "StatementRef", "id": first["id"]})
    third = made(actor=CY, object={"objectType": "StatementRef", "id": second["id"]})
    chain = [first, second, third]
    if is_batch:
        lrs.post([chain[place] for place in order])
    else:
        for place in order:
            lrs.post(chain[place])
    everyone = {one["id"] for one in chain}
    assert set(lrs.ids(agent=BO, activity=TWO["id"])) == everyone
    assert len(lrs.ids(agent=BO)) == 3
    assert set(lrs.ids(agent=ADA)) == {second["id"], third["id"]}
    assert lrs.ids(agent=CY) == [third["id"]]
    assert lrs.ids(agent=CY, activity=TWO["id"]) == []


def test_statements_may_speak_of_each_other(lrs: Lrs) -> None:
    first = made(actor=BO)
    second = made(actor=ADA, object={"objectType": "StatementRef", "id": first["id"]})
    first["object"] = {"objectType": "StatementRef", "id": second["id"]}
    itself = made(actor=CY)
    itself["object"] = {"objectType": "StatementRef", "id": itself["id"]}
    assert lrs.post([first, second, itself]).status_code == 200
    assert set(lrs.ids(agent=BO)) == set(lrs.ids(agent=ADA)) == {first["id"], second["id"]}
    assert lrs.ids(agent=CY) == [itself["id"]]


@pytest.mark.parametrize("is_batch", [True, False])
def test_a_long_chain_is_followed_for_so_many_steps(lrs: Lrs, is_batch: bool) -> None:
    last = made(actor=BO, object=TWO)
    chain = [last]
    while len(chain) < FURTHEST + 40:
        chain.append(made(object={"objectType": "StatementRef", "id": chain[-1]["id"]}))
    middle = len(chain) // 2
    for some in [chain[middle:], chain[:middle]] if is_batch else [[one] for one in chain]:
        assert lrs.post(some).status_code == 200
    assert set(lrs.ids(agent=BO)) == {one["id"] for one in chain[: FURTHEST + 1]}
    assert set(lrs.ids(activity=TWO["id"], limit=5)) <= {one["id"] for one in chain[: FURTHEST + 1]}


def test_a_statement_in_the_context_changes_nothing(lrs: Lrs) -> None:
    first = lrs.keep(actor=BO)
    lrs.keep(actor=ADA, context={"statement": {"objectType": "StatementRef", "id": first}})
    assert lrs.ids(agent=BO) == [first]


# Pages


@pytest.mark.parametrize("is_ascending", [True, False])
@pytest.mark.parametrize("asked", [{}, {"agent": ADA, "verb": "http://example.org/verbs/did"}])
def test_pages_lead_through_all_even_while_more_is_stored(lrs: Lrs, is_ascending: bool, asked: dict[str, Any]) -> None:
    ids = lrs.post([made() for _ in range(7)]).get_json()
    page = lrs.get(limit=3, ascending=is_ascending, **asked).get_json()
    found = [one["id"] for one in page["statements"]]
    while page["more"]:
        assert len(page["statements"]) == 3
        assert page["more"].startswith("/xapi/statements?")
        if is_ascending and len(ids) == 7:
            ids.append(lrs.keep())
        elif not is_ascending:
            lrs.keep()  # newer than all that was asked for
        page = lrs.ask("GET", page["more"].removeprefix("/xapi/")).get_json()
        found += [one["id"] for one in page["statements"]]
    assert found == (ids if is_ascending else ids[::-1])


def test_nothing_found_is_an_empty_list(lrs: Lrs) -> None:
    assert lrs.get(verb="http://example.org/never").get_json() == {"statements": [], "more": ""}


def test_a_page_ends_when_it_is_large(lrs: Lrs) -> None:
    lrs.post([made(result={"response": "x" * 3_000_000}) for _ in range(4)])
    page = lrs.get(limit=0).get_json()
    assert len(page["statements"]) == 3
    assert len(lrs.ask("GET", page["more"].removeprefix("/xapi/")).get_json()["statements"]) == 1


# What may not be asked

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"statementId": "x"}, "statementId"),
    ({"statementId": uuid.uuid4(), "voidedStatementId": uuid.uuid4()}, "voidedStatementId"),
    *(
        ({name: uuid.uuid4(), **other}, next(iter(other)))
        for name in ("statementId", "voidedStatementId")
        for other in (
            {"agent": ADA},
            {"verb": "http://example.org/v"},
            {"activity": "http://example.org/a"},
            {"registration": uuid.uuid4()},
            {"related_activities": True},
            {"related_agents": True},
            {"since": "2026-11-23T12:00:00Z"},
            {"until": "2026-11-23T12:00:00Z"},
            {"limit": 1},
            {"ascending": True},
        )
    ),
    *(({name: "x"}, name) for name in ("StatementId", "Agent", "LIMIT", "unknown", "statement_id")),
    *(({"agent": bad}, "agent") for bad in ("ada", "{}", "[]", '{"mbox":"a","mbox":"b"}', '{"mbox":"ada"}')),
    ({"agent": {"objectType": "Group", "member": [ADA]}}, "agent"),
    ({"verb": "did"}, "verb"),
    ({"activity": "one"}, "activity"),
    ({"registration": "x"}, "registration"),
    *(
        ({name: bad}, name)
        for name in ("related_agents", "ascending", "attachments")
        for bad in ("True", "1", "", "no")
    ),
    *(({name: bad}, name) for name in ("since", "until") for bad in ("now", "", "2026-11-23T12:00:00", "2026")),
    *(({"limit": bad}, "limit") for bad in ("-1", "1.5", "x", "", "9" * 30)),
    *(({"format": bad}, "format") for bad in ("Exact", "", "full")),
]


@pytest.mark.parametrize("case", REFUSED, ids=range(len(REFUSED)))
def test_what_may_not_be_asked(lrs: Lrs, case: tuple[dict[str, Any], str]) -> None:
    asked, where = case
    answer = lrs.get(**asked)
    assert answer.status_code == 400
    assert answer.get_json()["where"].startswith(where)
    assert "X-Experience-API-Consistent-Through" in answer.headers


def test_a_parameter_twice(lrs: Lrs) -> None:
    assert lrs.ask("GET", "statements?limit=1&limit=2").get_json() == {
        "error": "limit: is given twice",
        "where": "limit",
    }


# Forms


def test_ids_leave_no_more_than_what_identifies(lrs: Lrs) -> None:
    id_ = lrs.keep(
        actor={"objectType": "Group", "name": "Us", "member": [{"name": "Bo", **BO}, CY]},
        verb={"id": "http://example.org/v", "display": {"en": "v"}},
        object=sub(
            actor={"name": "Ada", **ADA},
            object={"objectType": "Activity", "definition": {}, **ONE},
            context={"contextActivities": {"parent": [{**TWO, "definition": {"name": {"en": "Two"}}}]}},
        ),
        context={"instructor": {"name": "Ward", **WARD}},
        result={"response": "kept"},
    )
    found = lrs.get(statementId=id_, format="ids").get_json()
    assert found["actor"] == {"objectType": "Group", "member": [BO, CY]}
    assert found["verb"] == {"id": "http://example.org/v"}
    assert found["object"]["actor"] == ADA
    assert found["object"]["object"] == ONE
    assert found["object"]["context"]["contextActivities"] == {"parent": [TWO]}
    assert found["context"]["instructor"] == {"objectType": "Group", "account": WARD["account"]}
    assert found["result"] == {"response": "kept"}


NAMES = {"en-GB": "Colour", "en-US": "Color", "de": "Farbe"}


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        (None, "Colour"),
        ("de", "Farbe"),
        ("en-US, de;q=0.9", "Color"),
        ("de;q=0.5, en-US;q=0.1", "Farbe"),
        ("de-AT", "Farbe"),
        ("fr, *;q=0.1", "Colour"),
        ("xx", "Colour"),
    ],
)
def test_canonical_is_in_one_language(lrs: Lrs, accepted: str | None, name: str) -> None:
    definition = {
        "name": NAMES,
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "interactionType": "likert",
        "scale": [{"id": "a", "description": NAMES}],
    }
    id_ = lrs.keep(object={**ONE, "definition": definition}, verb={"id": "http://example.org/v", "display": NAMES})
    found = lrs.ask("GET", f"statements?statementId={id_}&format=canonical", Accept_Language=accepted).get_json()
    for names in (
        found["verb"]["display"],
        found["object"]["definition"]["name"],
        found["object"]["definition"]["scale"][0]["description"],
    ):
        assert list(names.values()) == [name]
    exact = lrs.ask("GET", f"statements?statementId={id_}", Accept_Language=accepted).get_json()
    assert exact["object"]["definition"] == definition


def test_canonical_is_merged_from_all_that_was_said(lrs: Lrs) -> None:
    first = lrs.keep(object={**ONE, "definition": {"name": {"en": "Old"}, "moreInfo": "http://example.org/more"}})
    lrs.keep(object=sub(object={**ONE, "definition": {"name": {"en": "New"}}}))
    lrs.keep(context={"contextActivities": {"other": [{**ONE, "definition": {"description": {"en": "Described"}}}]}})
    lrs.keep(object=ONE)
    for asked in ({"statementId": first}, {"activity": ONE["id"], "limit": 1}):
        found = lrs.get(format="canonical", **asked).get_json()
        found = found["statements"][0] if "statements" in found else found
        assert found["object"]["definition"] == {
            "name": {"en": "New"},
            "moreInfo": "http://example.org/more",
            "description": {"en": "Described"},
        }
    assert lrs.get(statementId=first).get_json()["object"]["definition"]["name"] == {"en": "Old"}


# Heads


def test_a_separator_too_many_asks_for_nothing_else(lrs: Lrs) -> None:
    lrs.keep(), lrs.keep()
    for query in ("&limit=1", "limit=1&", "&&limit=1&&"):
        answer = lrs.ask("GET", f"statements?{query}")
        assert (answer.status_code, len(answer.get_json()["statements"])) == (200, 1)


def test_head_is_get_without_its_body(lrs: Lrs) -> None:
    id_ = lrs.keep()
    for path in (f"statements?statementId={id_}", "statements", "about", "statements?nix=1"):
        get, head = lrs.ask("GET", path), lrs.ask("HEAD", path)
        assert (head.status_code, head.data) == (get.status_code, b"")
        moving = {"X-Experience-API-Consistent-Through"}
        assert {item for item in head.headers if item[0] not in moving} == {
            item for item in get.headers if item[0] not in moving
        }


def test_what_was_stored_before_the_said_moment_can_be_read(lrs: Lrs) -> None:
    lrs.keep()
    answer = lrs.get()
    assert answer.headers["X-Experience-API-Consistent-Through"] > answer.get_json()["statements"][0]["stored"]
    assert answer.headers[VERSION] == "1.0.3"
