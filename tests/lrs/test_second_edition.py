"""What 2.0.0 (IEEE 9274.1.1) has otherwise than 1.0.3, in one store that speaks both."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.lrs.conftest import VERSION, Json, Lrs, made

BO = {"mbox": "mailto:bo@example.org"}
TEAM = {"objectType": "Group", "mbox": "mailto:team@example.org"}
CONTEXT = {
    "contextAgents": [{"objectType": "contextAgent", "agent": BO, "relevantTypes": ["http://example.org/types/coach"]}],
    "contextGroups": [{"objectType": "contextGroup", "group": TEAM}],
}


def store(lrs: Lrs, statement: Json, version: str = "2.0.0") -> int:
    """The status of the answer."""
    return lrs.ask("POST", "statements", statement, X_Experience_API_Version=version).status_code


def test_agents_of_the_context_are_kept_and_found(lrs: Lrs) -> None:
    statement = made(context=CONTEXT)
    assert store(lrs, statement) == 200
    (found,) = lrs.find()
    assert (found["context"], found["version"]) == (CONTEXT, "2.0.0")
    for who in (BO, TEAM):
        assert lrs.ids(agent=who) == []
        assert lrs.ids(agent=who, related_agents=True) == [statement["id"]]


def test_the_first_edition_does_not_know_them(lrs: Lrs) -> None:
    answer = lrs.post(made(context=CONTEXT))
    assert (answer.status_code, answer.get_json()["where"]) == (400, "$.context.contextAgents")
    assert lrs.post(made(version="2.0.0")).status_code == 400


@pytest.mark.parametrize(
    "entry",
    [
        {"agent": BO},
        {"objectType": "contextAgent"},
        {"objectType": "contextGroup", "agent": BO},
        {"objectType": "contextAgent", "agent": TEAM},
        {"objectType": "contextAgent", "agent": BO, "relevantTypes": []},
        {"objectType": "contextAgent", "agent": BO, "relevantTypes": ["coach"]},
        {"objectType": "contextAgent", "agent": BO, "role": "coach"},
    ],
)
def test_entries_that_are_none(lrs: Lrs, entry: Json) -> None:
    assert store(lrs, made(context={"contextAgents": [entry]})) == 400
    assert store(lrs, made(context={"contextAgents": entry})) == 400
    assert lrs.find() == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-23T14:00:00.5+02:00", "2026-11-23T12:00:00.500000Z"),
        ("2026-11-23T12:00:00.1234567Z", "2026-11-23T12:00:00.1234567Z"),
        ("2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00Z"),
    ],
)
def test_times_are_put_in_utc(lrs: Lrs, sent: str, kept: str) -> None:
    inner = {"objectType": "SubStatement", **made(id=None, timestamp=sent)}
    assert store(lrs, made(timestamp=sent, object=inner)) == 200
    (found,) = lrs.find()
    assert (found["timestamp"], found["object"]["timestamp"]) == (kept, kept)
    lrs.keep(timestamp=sent)
    assert lrs.find()[0]["timestamp"] == sent


def test_a_statement_may_be_sent_again_by_the_other_edition(lrs: Lrs) -> None:
    statement = made(timestamp="2026-11-23T14:00:00+02:00")
    assert store(lrs, statement) == 200
    assert store(lrs, statement, "1.0.3") == 200
    assert len(lrs.find()) == 1


def test_there_is_no_alternate_syntax(lrs: Lrs) -> None:
    form: dict[str, Any] = {"content": json.dumps(made())}
    answer = lrs.ask(
        "POST",
        "statements?method=POST",
        urlencode(form).encode(),
        Content_Type="application/x-www-form-urlencoded",
        X_Experience_API_Version="2.0.0",
    )
    assert (answer.status_code, answer.headers[VERSION]) == (400, "2.0.0")


def test_a_page_of_statements_says_when_the_latest_was_stored(lrs: Lrs) -> None:
    for query in ("", "?limit=1", "?attachments=true"):
        answer = lrs.ask("GET", f"statements{query}", X_Experience_API_Version="2.0.0")
        assert "Last-Modified" not in answer.headers
    lrs.keep()
    for query in ("", "?limit=1", "?attachments=true"):
        answer = lrs.ask("GET", f"statements{query}", X_Experience_API_Version="2.0.0")
        assert answer.headers["Last-Modified"].endswith("GMT")
