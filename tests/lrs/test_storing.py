"""PUT and POST of statements: ids, batches, voiding, what the store adds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.lrs.app import CONTENT_BYTES, Application
from lms.lrs.moments import iso
from lms.lrs.storage import Storage
from tests.lrs.conftest import CLIENT, HOME, Lrs, made
from tests.lrs.test_rules import whole

VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}


def voiding(id_: str, **parts: Any) -> dict[str, Any]:
    return made(verb=VOIDED, object={"objectType": "StatementRef", "id": id_}, **parts)


def kept(lrs: Lrs, id_: str) -> Any:
    return lrs.get(statementId=id_).get_json()


# What the store adds


def test_a_statement_comes_back_with_what_the_store_adds(lrs: Lrs) -> None:
    statement = made(timestamp="2026-11-23T12:00:00.000+01:00")
    assert lrs.put(statement["id"], statement).status_code == 204
    answer = lrs.get(statementId=statement["id"])
    body = answer.get_json()
    stored = dt.datetime.fromisoformat(body.pop("stored"))
    assert abs(stored - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert answer.last_modified == stored.replace(microsecond=0)
    assert body == {
        **statement,
        "version": "1.0.0",
        "authority": {"objectType": "Agent", "account": {"homePage": HOME, "name": "cares"}},
    }


def test_the_store_sets_what_is_its_own_whatever_was_sent(lrs: Lrs) -> None:
    sent = made(id=None, stored="2001-01-01T00:00:00Z", authority={"mbox": "mailto:eve@example.org"}, version="1.0.2")
    (id_,) = lrs.post(sent).get_json()
    found = kept(lrs, id_)
    assert uuid.UUID(id_).version == 4
    assert found["timestamp"] == found["stored"] > "2026"
    assert found["authority"]["account"]["name"] == "cares"
    assert found["version"] == "1.0.2"


def test_a_batch_keeps_its_order_and_each_moment_of_storing_is_another(lrs: Lrs) -> None:
    batch = [made() for _ in range(20)]
    ids = [one["id"] for one in batch]
    assert lrs.post(batch).get_json() == ids
    found = lrs.find(ascending=True)
    assert [one["id"] for one in found] == ids
    moments = [one["stored"] for one in found]
    assert moments == sorted(set(moments))


def test_an_empty_batch_stores_nothing(lrs: Lrs) -> None:
    assert lrs.post([]).get_json() == []


def test_one_bad_statement_keeps_the_whole_batch_out(lrs: Lrs) -> None:
    answer = lrs.post([made(), made(verb={"id": "no iri"}), made()])
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "$[1].verb.id: must be an absolute IRI", "where": "$[1].verb.id"}
    assert lrs.find() == []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values, text=texts, name=texts)
def test_what_is_sent_comes_back_unchanged(lrs: Lrs, value: Any, text: str, name: str) -> None:
    statement = whole() | {"id": str(uuid.uuid4())}
    statement["result"] |= {"response": text, "extensions": {"http://example.org/any": value}}
    statement["actor"]["name"] = name
    assert lrs.post(statement).status_code == 200
    found = kept(lrs, statement["id"])
    statement["context"]["contextActivities"]["grouping"] = [statement["context"]["contextActivities"]["grouping"]]
    ours = {"stored", "authority"}
    assert {key: part for key, part in found.items() if key not in ours} == {
        key: part for key, part in statement.items() if key not in ours
    }


# Ids


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"stored": "2020-01-01T00:00:00Z"},
        {"version": "1.0.1"},
        {"authority": {"mbox": "mailto:eve@example.org"}},
        {"verb": {"id": "http://example.org/verbs/did", "display": {"en": "did"}}},
        {"object": {"id": "http://example.org/things/one", "objectType": "Activity", "definition": {"name": {}}}},
        {"actor": {"mbox": "mailto:ada@EXAMPLE.org", "objectType": "Agent"}},
        {"timestamp": "2026-11-23T11:00:00Z"},
        {"result": {"duration": "PT1.239S"}},
        {"context": {"contextActivities": {"parent": {"id": "http://example.org/p"}}}},
    ],
    ids=json.dumps,
)
def test_the_same_again_changes_nothing(lrs: Lrs, change: dict[str, Any]) -> None:
    statement = made(
        timestamp="2026-11-23T12:00:00+01:00",
        result={"duration": "PT1.23S"},
        context={"contextActivities": {"parent": [{"id": "http://example.org/p"}]}},
    )
    lrs.post(statement)
    before = kept(lrs, statement["id"])
    assert lrs.post(statement | change).get_json() == [statement["id"]]
    assert lrs.put(statement["id"], statement | change).status_code == 204
    assert lrs.find() == [before]


@pytest.mark.parametrize(
    "change",
    [
        {"actor": {"mbox": "mailto:eve@example.org"}},
        {"actor": {"mbox": "mailto:Ada@example.org"}},
        {"verb": {"id": "http://example.org/verbs/undid"}},
        {"object": {"id": "http://example.org/things/other"}},
        {"result": {"success": False}},
        {"result": {"success": True, "extensions": {"http://example.org/x": True}}},
        {"context": {"registration": "6f2b9f5e-8c0e-4b6f-9d7a-0c0f3a1f2b3c"}},
        {"timestamp": "2026-11-23T12:00:01Z"},
    ],
    ids=json.dumps,
)
def test_another_statement_with_the_same_id_is_refused(lrs: Lrs, change: dict[str, Any]) -> None:
    extension = {"extensions": {"http://example.org/x": 1}}
    statement = made(timestamp="2026-11-23T12:00:00Z", result={"success": True, **extension})
    lrs.post(statement)
    for answer in (lrs.post([made(), statement | change]), lrs.put(statement["id"], statement | change)):
        assert answer.status_code == 409
        assert answer.get_json()["where"] == statement["id"]
    assert lrs.ids() == [statement["id"]]


def test_what_is_new_in_a_batch_is_stored_beside_what_is_known(lrs: Lrs) -> None:
    known, new = made(), made()
    lrs.post(known)
    assert lrs.post([new, known]).get_json() == [new["id"], known["id"]]
    assert lrs.ids() == [new["id"], known["id"]]


def test_two_statements_of_a_batch_may_not_share_an_id(lrs: Lrs) -> None:
    first = made()
    answer = lrs.post([first, made(), made(id=first["id"].upper())])
    assert (answer.status_code, answer.get_json()["where"]) == (400, "$[2].id")


@pytest.mark.parametrize(
    ("query", "sent", "where"),
    [
        ("", made(), "statementId"),
        ("?statementId=x", made(), "statementId"),
        (f"?statementId={uuid.uuid4()}", made(), "$.id"),
        (f"?statementId={uuid.uuid4()}", [made(id=None)], "$"),
        (f"?statementId={uuid.uuid4()}&format=ids", made(id=None), "format"),
        (f"?statementid={uuid.uuid4()}", made(id=None), "statementid"),
    ],
    ids=["none", "no UUID", "another", "a list", "a parameter of GET", "misspelt"],
)
def test_put_names_one_statement(lrs: Lrs, query: str, sent: Any, where: str) -> None:
    answer = lrs.ask("PUT", f"statements{query}", sent)
    assert (answer.status_code, answer.get_json()["where"]) == (400, where)
    assert lrs.find() == []


def test_put_gives_its_id_to_a_statement_without_one(lrs: Lrs) -> None:
    id_ = str(uuid.uuid4())
    assert lrs.put(id_, made(id=None)).status_code == 204
    assert kept(lrs, id_)["id"] == id_


@pytest.mark.parametrize("is_same", [True, False])
def test_of_many_who_write_one_id_at_once_one_is_first(storage: Storage, is_same: bool) -> None:
    id_ = str(uuid.uuid4())
    answers: list[int] = []

    def write(number: int) -> None:
        lrs = Lrs(Application(storage, CLIENT, HOME))
        statement = made(id=id_, result={"response": "same" if is_same else str(number)})
        answers.append(lrs.put(id_, statement).status_code)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(answers) == ([204] * 8 if is_same else [204] + [409] * 7)
    assert Lrs(Application(storage, CLIENT, HOME)).ids() == [id_]


# Voiding


@pytest.mark.parametrize("is_voided_first", [False, True])
def test_a_voided_statement_is_found_only_by_who_asks_for_it(lrs: Lrs, is_voided_first: bool) -> None:
    statement = made()
    void = voiding(statement["id"])
    for one in (void, statement) if is_voided_first else (statement, void):
        assert lrs.post(one).status_code == 200
    assert lrs.get(statementId=statement["id"]).status_code == 404
    assert lrs.get(voidedStatementId=statement["id"]).get_json()["id"] == statement["id"]
    assert lrs.ids() == [void["id"]]
    assert lrs.get(voidedStatementId=void["id"]).status_code == 404
    # The voiding statement is found by what the voided one said (Communication 2.1.4).
    assert lrs.ids(verb="http://example.org/verbs/did") == [void["id"]]


def test_both_in_one_batch(lrs: Lrs) -> None:
    statement = made()
    lrs.post([voiding(statement["id"]), statement])
    assert len(lrs.find()) == 1


def test_what_voids_cannot_be_voided(lrs: Lrs) -> None:
    statement = made()
    void = voiding(statement["id"])
    lrs.post([statement, void])
    assert lrs.post(voiding(void["id"])).status_code == 200
    assert lrs.get(statementId=void["id"]).status_code == 200
    assert lrs.get(statementId=statement["id"]).status_code == 404


# Content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff{}", "not UTF-8"),
        (b'{"id":"a","id":"b"}', "stands twice"),
        (b'{"actor":{"mbox":"mailto:a@b.c","mbox":"mailto:a@b.c"}}', "stands twice"),
        (b'{"result":{"score":{"raw":NaN}}}', "NaN is no JSON"),
        (b'"text"', "must be an object"),
        (b"[1]", "must be an object"),
        (b"null", "must be an object"),
        (b"[" * 100_000, "nested too deeply"),
        (json.dumps(made(result={"response": "\ud800"})).encode(), "surrogate"),
        (json.dumps(made(result={"score": {"raw": 1}})).replace("1}}", "1e999}}").encode(), "too large"),
        (json.dumps(made(result={"score": {"raw": 1}})).replace("1}}", "9" * 5000 + "}}").encode(), "not valid JSON"),
        (json.dumps(made(result={"extensions": {"a:b": 1}})).replace("1}}", "[" * 600 + "]" * 600 + "}}").encode(), ""),
    ],
    ids=range(14),
)
def test_content_that_is_no_statement(lrs: Lrs, content: bytes, sentence: str) -> None:
    answer = lrs.ask("POST", "statements", content)
    if sentence:
        assert answer.status_code == 400
        assert sentence in answer.get_json()["error"]
    assert answer.status_code < 500


def test_content_that_is_too_large(lrs: Lrs) -> None:
    answer = lrs.ask("POST", "statements", b" " * (CONTENT_BYTES + 1))
    assert answer.status_code == 413
    assert str(CONTENT_BYTES) in answer.get_json()["error"]


def test_what_is_refused_for_its_depth_leaves_nothing(lrs: Lrs) -> None:
    """The deepest that is taken is looked for, as that depends on who calls; just above it each step could fail."""

    def send(depth: int) -> tuple[int, list[str]]:
        thing = {"id": f"http://example.org/{depth}", "definition": {"extensions": {"a:b": "deep"}}}
        batch = [made(), made(object=thing)]
        text = json.dumps(batch).replace('"deep"', "[" * depth + "]" * depth)
        return lrs.ask("POST", "statements", text.encode()).status_code, [one["id"] for one in batch]

    taken, refused = 1, 1000
    while refused - taken > 1:
        middle = (taken + refused) // 2
        taken, refused = (middle, refused) if send(middle)[0] == 200 else (taken, middle)
    for depth in range(refused, refused + 20):
        status, ids = send(depth)
        assert status == 400
        for id_ in ids:
            assert lrs.get(statementId=id_).status_code == 404, depth


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_content_of_another_type(lrs: Lrs, kind: str | None) -> None:
    assert lrs.ask("POST", "statements", made(), Content_Type=kind).status_code == 400


def test_moments_are_texts_in_their_order() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000000Z"
    assert iso(1_795_435_200_123_456) == "2026-11-23T12:00:00.123456Z"


def test_what_is_too_long_for_an_index_is_stored_and_found(lrs: Lrs) -> None:
    # No two characters alike for long, so that nothing can be squeezed.
    long = "http://example.org/" + "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(100))
    definition = {"name": {"en": "A thing"}}
    id_ = lrs.keep(verb={"id": long, "display": {"en": "did"}}, object={"id": long, "definition": definition})
    assert lrs.ids(verb=long, activity=long) == [id_]
    assert lrs.find(format="canonical")[0]["object"]["definition"] == definition


def test_the_character_nul_is_a_character(lrs: Lrs) -> None:
    lrs.keep(result={"response": "a\x00b"})
    assert lrs.find()[0]["result"] == {"response": "a\x00b"}
