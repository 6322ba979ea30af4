"""States and profiles: stored, merged, found and deleted, by those who know what they replace."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import TestResponse

from tests.lrs.conftest import VERSION, Lrs

ADA = {"mbox": "mailto:ada@example.org"}
THING = "http://example.org/things/one"
STATE = {"activityId": THING, "agent": ADA, "stateId": "bookmark"}
AGENT = {"agent": ADA, "profileId": "choices"}
ACTIVITY = {"activityId": THING, "profileId": "choices"}
KINDS = {"activities/state": STATE, "agents/profile": AGENT, "activities/profile": ACTIVITY}
EACH = pytest.mark.parametrize("path", list(KINDS))
PROFILES = pytest.mark.parametrize("path", ["agents/profile", "activities/profile"])


def ask(
    lrs: Lrs, method: str, path: str, content: Any = None, *, but: Any = None, **headers: str | None
) -> TestResponse:
    """A request about the usual document; `but` changes parameters, None takes one away."""
    given = {name: value for name, value in {**KINDS[path], **(but or {})}.items() if value is not None}
    query = urlencode({name: json.dumps(one) if isinstance(one, dict) else one for name, one in given.items()})
    return lrs.ask(method, f"{path}?{query}", content, **headers)


def kept(lrs: Lrs, path: str, **but: Any) -> Any:
    """The JSON document that is there."""
    answer = ask(lrs, "GET", path, but=but)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def ids(lrs: Lrs, path: str, **but: Any) -> list[str]:
    """Ids of the documents that are there."""
    found: list[str] = kept(lrs, path, stateId=None, profileId=None, **but)
    return found


def put_new(lrs: Lrs, path: str, content: Any, *, but: Any = None, **headers: str | None) -> None:
    answer = ask(lrs, "PUT", path, content, but=but, **{"If_None_Match": "*", **headers})
    assert (answer.status_code, answer.data) == (204, b"")


@EACH
def test_a_document_is_given_back_as_it_came(lrs: Lrs, path: str) -> None:
    content = b"\x00\xff any bytes"
    put_new(lrs, path, content, Content_Type="image/png; x=1")
    answer = ask(lrs, "GET", path)
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Content-Type"] == "image/png; x=1"
    assert answer.headers["ETag"] == f'"{hashlib.sha1(content).hexdigest()}"'
    assert answer.headers["Last-Modified"].endswith(" GMT")
    head = ask(lrs, "HEAD", path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])


@EACH
def test_what_was_deleted_or_never_there_is_not_found(lrs: Lrs, path: str) -> None:
    assert ask(lrs, "GET", path).status_code == 404
    assert ask(lrs, "DELETE", path).status_code == 204
    put_new(lrs, path, {"a": 1})
    assert ask(lrs, "DELETE", path).status_code == 204
    assert ask(lrs, "GET", path).status_code == 404
    assert ids(lrs, path) == []


@EACH
def test_a_post_replaces_properties_one_level_deep(lrs: Lrs, path: str) -> None:
    assert ask(lrs, "POST", path, {"a": {"x": 1}, "b": 2}).status_code == 204
    assert ask(lrs, "POST", path, {"a": {"y": 1}, "c": None}).status_code == 204
    assert kept(lrs, path) == {"a": {"y": 1}, "b": 2, "c": None}


@EACH
@pytest.mark.parametrize(
    ("there", "there_type", "sent", "sent_type"),
    [
        (b'{"a":1}', "application/json", b"text", "text/plain"),
        (b"text", "text/plain", b'{"a":1}', "application/json"),
        (b'{"a":1}', "application/json", b"[1]", "application/json"),
        (b"[1]", "application/json", b'{"a":1}', "application/json"),
        (b"no json", "application/json", b'{"a":1}', "application/json"),
        (b'{"a":1}', "application/json", b'{"a":', "application/json"),
        (b'{"a":1}', "application/json", b'{"a":1}', None),
    ],
)
def test_only_objects_can_be_merged(
    lrs: Lrs, path: str, there: bytes, there_type: str, sent: bytes, sent_type: str | None
) -> None:
    put_new(lrs, path, there, Content_Type=there_type)
    assert ask(lrs, "POST", path, sent, Content_Type=sent_type).status_code == 400
    assert ask(lrs, "GET", path).data == there


@EACH
def test_a_post_to_nothing_stores_anything(lrs: Lrs, path: str) -> None:
    assert ask(lrs, "POST", path, b"text", Content_Type="text/plain").status_code == 204
    assert ask(lrs, "GET", path).data == b"text"
    other = {"stateId": "two"} if path == "activities/state" else {"profileId": "two"}
    assert ask(lrs, "POST", path, b"[1]", but=other).status_code == 400
    assert ask(lrs, "GET", path, but=other).status_code == 404


@EACH
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_who_saw_another_document_changes_nothing(lrs: Lrs, path: str, method: str) -> None:
    content = None if method == "DELETE" else {"b": 2}
    assert ask(lrs, method, path, content, If_Match='"some"').status_code == 412
    assert ask(lrs, method, path, content, If_Match="*").status_code == 412
    put_new(lrs, path, {"a": 1})
    tag = ask(lrs, "GET", path).headers["ETag"]
    for headers in ({"If_Match": '"some"'}, {"If_None_Match": "*"}, {"If_None_Match": tag}):
        assert ask(lrs, method, path, content, **headers).status_code == 412
    assert kept(lrs, path) == {"a": 1}
    assert ask(lrs, method, path, content, If_Match=f'"some", {tag}').status_code == 204
    assert ask(lrs, "GET", path).data != b'{"a": 1}'


@PROFILES
def test_a_profile_is_not_put_by_someone_who_did_not_look(lrs: Lrs, path: str) -> None:
    answer = ask(lrs, "PUT", path, {"a": 1})
    assert (answer.status_code, answer.get_json()["where"]) == (400, "If-None-Match")
    put_new(lrs, path, {"a": 1})
    answer = ask(lrs, "PUT", path, {"a": 2})
    assert answer.status_code == 409
    assert "If-Match" in answer.get_json()["error"]
    assert kept(lrs, path) == {"a": 1}


def test_a_state_may_be_replaced_unseen(lrs: Lrs) -> None:
    for number in (1, 2):
        assert ask(lrs, "PUT", "activities/state", {"a": number}).status_code == 204
    assert kept(lrs, "activities/state") == {"a": 2}


@EACH
def test_the_second_edition_lets_nothing_be_replaced_unseen(lrs: Lrs, path: str) -> None:
    for status in (204, 409):
        answer = ask(lrs, "PUT", path, {"a": status}, X_Experience_API_Version="2.0.0")
        assert (answer.status_code, answer.headers[VERSION]) == (status, "2.0.0")
    assert kept(lrs, path) == {"a": 204}


@EACH
def test_ids_are_listed_from_a_moment_on(lrs: Lrs, path: str) -> None:
    name = "stateId" if path == "activities/state" else "profileId"
    put_new(lrs, path, {}, but={name: "é one"})
    first = ask(lrs, "GET", path, but={name: None})
    assert first.headers["Last-Modified"]
    assert first.headers["ETag"] == f'"{hashlib.sha1(first.data).hexdigest()}"'
    between = first.headers["X-Experience-API-Consistent-Through"]
    put_new(lrs, path, {}, but={name: "two"})
    assert ids(lrs, path) == ["é one", "two"]
    assert ids(lrs, path, since=between) == ["two"]
    assert ids(lrs, path, since="2999-01-01T00:00:00Z") == []
    # A change counts as storing.
    assert ask(lrs, "POST", path, {"a": 1}, but={name: "é one"}).status_code == 204
    assert ids(lrs, path, since=between) == ["two", "é one"]
    other = {"activityId": "http://example.org/things/two"} if "agent" not in KINDS[path] else {"agent": {**ADA}}
    if "agent" in other:
        other["agent"] = {"mbox": "mailto:bob@example.org"}
    assert ids(lrs, path, **other) == []


def test_the_same_agent_may_be_named_otherwise(lrs: Lrs) -> None:
    put_new(lrs, "agents/profile", {"a": 1})
    assert kept(lrs, "agents/profile", agent={"name": "Ada", "objectType": "Agent", "mbox": "mailto:ada@EXAMPLE.org"})


def test_states_of_registrations_stand_side_by_side(lrs: Lrs) -> None:
    one, two = str(uuid.uuid4()), str(uuid.uuid4())
    for registration in (None, one, two):
        put_new(lrs, "activities/state", {"of": registration}, but={"registration": registration})
    assert kept(lrs, "activities/state") == {"of": None}
    assert kept(lrs, "activities/state", registration=one.upper()) == {"of": one}
    assert ids(lrs, "activities/state") == ["bookmark"]
    assert ask(lrs, "DELETE", "activities/state", but={"stateId": None, "registration": one}).status_code == 204
    assert ids(lrs, "activities/state", registration=one) == []
    assert ids(lrs, "activities/state", registration=two) == ["bookmark"]
    assert ask(lrs, "DELETE", "activities/state", but={"stateId": None}).status_code == 204
    assert ids(lrs, "activities/state", registration=two) == []


@EACH
@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE"])
def test_requests_that_do_not_say_what_they_mean(lrs: Lrs, path: str, method: str) -> None:
    name = "stateId" if path == "activities/state" else "profileId"
    wrong: list[dict[str, Any]] = [
        {one: value}
        for one, values in {
            "activityId": (None, "no iri"),
            "agent": (None, "no json", {"mbox": "ada"}, {"objectType": "Group", "member": [ADA]}),
        }.items()
        if one in KINDS[path]
        for value in values
    ]
    wrong += [{"ProfileId": "x"}, {name: "nul \x00"}, {"limit": "1"}, {"since": "2026-01-01T00:00:00Z"}]
    wrong += [{"registration": "none"}] if path == "activities/state" else [{"registration": str(uuid.uuid4())}]
    if method == "GET":
        wrong += [{name: None, "since": "yesterday"}]
    elif (method, path) != ("DELETE", "activities/state"):
        wrong += [{name: None}]
    for but in wrong:
        content = {"a": 1} if method in ("PUT", "POST") else None
        answer = ask(lrs, method, path, content, but=but, If_None_Match="*")
        assert answer.status_code == 400, but
    assert ask(lrs, "GET", path).status_code == 404


def test_the_alternate_syntax_carries_documents_too(lrs: Lrs) -> None:
    form = {**STATE, "agent": json.dumps(ADA), "content": "plain words", "Content-Type": "text/plain"}
    type_ = "application/x-www-form-urlencoded"
    answer = lrs.ask("POST", "activities/state?method=PUT", urlencode(form).encode(), Content_Type=type_)
    assert answer.status_code == 204
    answer = ask(lrs, "GET", "activities/state")
    assert (answer.text, answer.headers["Content-Type"]) == ("plain words", "text/plain")


def test_a_very_long_id_is_an_id(lrs: Lrs) -> None:
    long = {"profileId": "x" * 5000}
    put_new(lrs, "agents/profile", {"a": 1}, but=long)
    assert kept(lrs, "agents/profile", **long) == {"a": 1}


def test_a_person_is_told_as_lists(lrs: Lrs) -> None:
    account = {"homePage": "https://example.org", "name": "42"}
    answer = lrs.ask("GET", "agents?agent=" + quote(json.dumps({"name": "Ada", "account": account})))
    assert answer.get_json() == {"objectType": "Person", "name": ["Ada"], "account": [account]}
    assert lrs.ask("HEAD", "agents?agent=" + quote(json.dumps(ADA))).data == b""


@pytest.mark.parametrize("query", ["", "agent=x", "agent={}", 'agent={"mbox":"mailto:a@b.c"}&x=1'])
def test_a_person_must_be_an_agent(lrs: Lrs, query: str) -> None:
    assert lrs.ask("GET", f"agents?{quote(query, safe='=&')}").status_code == 400
    group = {"objectType": "Group", "mbox": "mailto:a@example.org"}
    assert lrs.ask("GET", "agents?agent=" + quote(json.dumps(group))).status_code == 400


def test_an_activity_is_told_in_all_languages(lrs: Lrs) -> None:
    address = f"activities?activityId={quote(THING)}"
    assert lrs.ask("GET", address).get_json() == {"objectType": "Activity", "id": THING}
    for name in ({"en": "A thing"}, {"de": "Ein Ding"}):
        lrs.keep(object={"id": THING, "definition": {"name": name}})
    known = lrs.ask("GET", address).get_json()
    assert known["definition"] == {"name": {"en": "A thing", "de": "Ein Ding"}}
    for wrong in ("", "?activityId=no%20iri", "?activityid=" + quote(THING)):
        assert lrs.ask("GET", f"activities{wrong}").status_code == 400
    assert lrs.ask("PUT", address, {}).status_code == 405


@pytest.mark.parametrize("kind", ["text/plain\r\nX-Evil: yes", "text/plain\x00", "text/é"])
def test_a_content_type_that_no_header_can_carry_is_refused(lrs: Lrs, kind: str) -> None:
    form = {**STATE, "agent": json.dumps(ADA), "content": "words", "Content-Type": kind}
    type_ = "application/x-www-form-urlencoded"
    answer = lrs.ask("POST", "activities/state?method=PUT", urlencode(form).encode(), Content_Type=type_)
    assert answer.status_code == 400
    assert ask(lrs, "GET", "activities/state").status_code == 404
