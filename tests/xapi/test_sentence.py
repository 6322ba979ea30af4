"""Statements as sentences: ours read well, and whatever others wrote can be shown."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms import events
from lms.xapi import vocabulary as v
from lms.xapi.parts import parts
from lms.xapi.sentence import WORDS, sentence
from lms.xapi.statements import statements
from lms.xapi.who import Known, people
from lms.xapi.words import as_json, moment, number, word
from tests.xapi.happenings import BY_EVENT

URL = "https://cares.example.org"
NGOZI = uuid.UUID("6f1c2a34-8a51-4c0e-9d5b-0b9f3f7a6d21")
KNOWN = Known(URL, {NGOZI: "Ngozi Adeyemi"})
ROOT = f"{URL}/xapi/activities/managing"

Json = dict[str, Any]


def account(name: object, home: str = URL) -> Json:
    return {"objectType": "Agent", "account": {"homePage": home, "name": str(name)}}


def activity(type_: str, name: str, id_: str = f"{ROOT}/notice") -> Json:
    return {"id": id_, "definition": {"type": type_, "name": {"en": name}}}


def said(verb: v.Verb = v.COMPLETED, **parts: Any) -> str:
    whole = {"actor": account(NGOZI), "verb": {"id": verb.id}, "object": activity(v.COURSE, "Noticing"), **parts}
    return str(sentence(whole, KNOWN))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "Ngozi Adeyemi completed Noticing (module)"),
        ({"object": activity(v.COURSE, "Managing", ROOT)}, "Ngozi Adeyemi completed Managing (programme)"),
        ({"object": activity(v.COURSE, "Else", "http://e.org/x")}, "Ngozi Adeyemi completed Else (course)"),
        ({"verb": v.PASSED, "result": {"score": {"scaled": 0.8}}}, "Ngozi Adeyemi passed Noticing (module) with 80%"),
        (
            {"verb": v.FAILED, "result": {"score": {"scaled": 0.746}}},
            "Ngozi Adeyemi failed Noticing (module) with 74.6%",
        ),
        (
            {"verb": v.PASSED, "result": {"score": {"raw": 8, "max": 10}}},
            "Ngozi Adeyemi passed Noticing (module) with 8 of 10",
        ),
        (
            {
                "verb": v.SCORED,
                "object": activity(v.QUIZ, "Quiz of Noticing"),
                "result": {"score": {"raw": 8, "max": 10.0}},
            },
            "Ngozi Adeyemi scored 8 of 10 in Quiz of Noticing",
        ),
        ({"verb": v.SCORED}, "Ngozi Adeyemi got a score in Noticing (module)"),
        (
            {"verb": v.PROGRESSED, "result": {"extensions": {v.PROGRESS: 40}}},
            "Ngozi Adeyemi progressed in Noticing (module), now at 40%",
        ),
        (
            {
                "verb": v.ANSWERED,
                "actor": account(uuid.uuid4()),
                "object": activity(v.ITEM, "Item n-07"),
                "result": {"success": False, "score": {"raw": 1, "max": 2}},
            },
            "Somebody who was erased answered Item n-07, not right, 1 of 2",
        ),
        (
            {
                "verb": v.VOIDED,
                "actor": account("system"),
                "object": {"objectType": "StatementRef", "id": "0e7f4a38-4a5b-4a0e-9f3b-3f7f0a6d3f11"},
            },
            "The system took back statement 0e7f4a38-4a5b-4a0e-9f3b-3f7f0a6d3f11",
        ),
    ],
)
def test_ours_read_well(parts: Json, words: str) -> None:
    assert said(parts.pop("verb", v.COMPLETED), **parts) == words


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        ({"mbox": "mailto:kim@example.org", "name": "The Director"}, "kim@example.org"),
        ({"openid": "https://id.example.org/kim"}, "https://id.example.org/kim"),
        ({"mbox_sha1sum": "a" * 40}, "Somebody known by the digest of an e-mail address"),
        (account("kim", "https://elsewhere.org"), "The account “kim” at https://elsewhere.org"),
        (account("guest"), "The account “guest” of this installation"),
        # A store takes this for another account, whatever a person would say.
        (account(str(NGOZI).upper()), f"The account “{str(NGOZI).upper()}” of this installation"),
        (account(NGOZI) | {"name": "Somebody else"}, "Ngozi Adeyemi"),
        (
            {"objectType": "Group", "member": [account(NGOZI), {"mbox": "mailto:kim@example.org"}]},
            "A group of 2 (Ngozi Adeyemi, kim@example.org)",
        ),
        ({"objectType": "Group"}, "A group"),
        ({"name": "The Director"}, "Somebody unknown"),
        (None, "Somebody unknown"),
    ],
)
def test_nobody_is_named_by_what_a_statement_calls_them(actor: Any, words: str) -> None:
    assert said(actor=actor) == f"{words} completed Noticing (module)"


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ({"id": "http://e.org/v/jumped", "display": {"de": "sprang", "en-GB": "jumped over"}}, "“jumped over”"),
        ({"id": "http://e.org/v/passed", "display": {"en": "passed"}}, "“passed”"),
        ({"id": "http://e.org/v#skipped"}, "“skipped”"),
        ({"id": v.PASSED.id, "display": {"en": "failed"}}, "passed"),
        ({}, "did something with"),
        ("passed", "did something with"),
    ],
)
def test_verbs_of_others_stand_in_quotation_marks(verb: Any, words: str) -> None:
    assert sentence({"verb": verb}, KNOWN).did == words


@given(st.one_of(*BY_EVENT.values()))
def test_whatever_happens_here_reads_without_a_word_of_the_standard(event: events.Event) -> None:
    known = Known(URL, {event.learner: "Ngozi Adeyemi"})
    for statement in statements(URL, event):
        text = str(sentence(statement, known))
        assert text.startswith("Ngozi Adeyemi ")
        assert "“" not in sentence(statement, known).did
        assert "http" not in sentence(statement, known).thing.kind


def test_a_statement_inside_of_another_is_told_once() -> None:
    inner = {"objectType": "SubStatement", "actor": account(NGOZI), "verb": {"id": v.PASSED.id}}
    assert said(object=inner | {"object": activity(v.COURSE, "Noticing")}) == (
        "Ngozi Adeyemi completed “Ngozi Adeyemi passed Noticing (module)”"
    )
    assert said(object=inner | {"object": inner}).endswith("passed something that is not told”")


def test_every_verb_of_ours_has_words() -> None:
    ours = {value for value in vars(v).values() if isinstance(value, v.Verb)}
    assert set(WORDS) == ours


def test_enormous_and_turning_texts_are_cut_and_straightened() -> None:
    long = said(object=activity(v.PAGE, "x" * 100_000))
    assert len(long) < 200
    assert "…" in long
    assert word("a\u202eb\nc\ud800\x00d") == "a b c d"
    text, is_whole = as_json({"a": "\u202e\ud800<b>", "b": "y" * 200_000})
    assert "\\u202e\\ud800<b>" in text
    assert not is_whole
    assert len(text) < 110_000
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert as_json(deep, indent=None)[0] == "It is nested too deeply to be shown."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(8, "8"), (8.0, "8"), (0.745, "0.74"), (100, "100"), (1e20, "1e+20"), (True, ""), ("8", ""), (None, "")],
        *[(float("nan"), ""), (float("-inf"), ""), (10**400, "a very large number")],
    ],
)
def test_numbers(value: Any, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-23T12:00:00", 5]
)
def test_a_moment_that_no_page_can_show_is_none(text: Any) -> None:
    assert moment(text) is None


KEYS = [
    "id",
    "actor",
    "verb",
    "object",
    "result",
    "context",
    "objectType",
    "account",
    "homePage",
    "name",
    "mbox",
    "member",
]
KEYS += [
    "openid",
    "display",
    "definition",
    "type",
    "score",
    "scaled",
    "raw",
    "max",
    "success",
    "completion",
    "duration",
]
KEYS += [
    "extensions",
    "contextActivities",
    "parent",
    "grouping",
    "category",
    "attachments",
    "authority",
    "response",
    "en",
]
KEYS += ["instructor", "team", "statement", "interactionType", "description", "version", v.PROGRESS]
WORDS_OF_THEIRS = st.sampled_from(
    [verb.id for verb in WORDS] + [URL, str(NGOZI), v.COURSE, v.ITEM, "PT5M", "Group"]
) | (st.sampled_from(["SubStatement", "StatementRef", "Agent", "system", f"{ROOT}/notice", "\u202e\ud800\x00", "<b>"]))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200) | WORDS_OF_THEIRS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=8),
    max_leaves=40,
)
STATEMENTS = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, ANYTHING))


@given(STATEMENTS)
def test_whatever_a_store_gives_can_be_told(statement: Json) -> None:
    one = sentence(statement, KNOWN)
    rows = parts(statement, KNOWN)
    for text in (str(one), *(text for row in rows for text in row)):
        assert len(text) < 1000
        text.encode()
        assert not set(text) & set("\u202e\x00\n")
    assert one.who
    assert one.did
    assert one.thing.name
    assert people(statement, URL) <= {NGOZI}
    as_json(statement)[0].encode()
    json.dumps(rows)
