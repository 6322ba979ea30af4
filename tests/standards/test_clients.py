"""Clients of others at work with our store, over HTTP, each in its own words."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tincan import Activity, Agent, RemoteLRS, Statement, StatementRef, StatementsResult, Verb
from tincan.documents import ActivityProfileDocument, AgentProfileDocument, StateDocument

from lms import config
from lms.keys import lrs_client
from tests.lrs.conftest import connect, embedded, process  # noqa: F401 - two are fixtures
from tests.standards.node import install

HERE = Path(__file__).parent / "clients"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ADA = Agent(mbox="mailto:ada@example.org")
DID = Verb(id="http://example.org/verbs/did")
THING = Activity(id="http://example.org/things/one")

Told = dict[str, Any]


@pytest.fixture
def serving(embedded: config.Settings) -> Iterator[config.Settings]:  # noqa: F811
    """A store that answers."""
    with process(embedded):
        yield embedded


@pytest.fixture
def asking(serving: config.Settings, connect: Callable[..., httpx.Client]) -> httpx.Client:  # noqa: F811
    """A plain client, which says what the store does."""
    return connect(serving)


@pytest.fixture
def tincan(serving: config.Settings) -> RemoteLRS:
    """The library tincan, which speaks 1.0.3."""
    client = lrs_client(serving.instance)
    endpoint = f"http://127.0.0.1:{serving.embedded_lrs_port}/xapi/"
    return RemoteLRS(endpoint=endpoint, version="1.0.3", username=client.key, password=client.secret)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clients for Node are installed."""
    return install(HERE, tmp_path_factory.mktemp("clients"))


@pytest.fixture
def run(serving: config.Settings, packages: Path) -> Callable[..., Told]:
    """Lets a client for Node do its round; what it was told."""
    client = lrs_client(serving.instance)
    endpoint = f"http://127.0.0.1:{serving.embedded_lrs_port}/xapi/"

    def run(script: str, version: str) -> Told:
        command = ["node", str(HERE / script), str(packages), endpoint, client.key, client.secret, version]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        told: Told = json.loads(done.stdout)
        return told

    return run


@pytest.mark.parametrize(("script", "version"), [("xapi.js", "1.0.3"), ("xapi.js", "2.0.0"), ("tincan.js", "1.0.2")])
def test_clients_for_node(run: Callable[..., Told], asking: httpx.Client, script: str, version: str) -> None:
    told = run(script, version)
    first, *others = told["sent"]
    assert told["found"] == told["voided"] == first
    assert told["gone"] == 404
    assert told["pages"] == [[first, others[0]], [others[1]]]
    kept = asking.get("statements", params={"ascending": "true"}).json()["statements"]
    assert [one["id"] for one in kept[:2]] == others
    assert kept[2]["object"] == {"objectType": "StatementRef", "id": first}
    assert told["stale"] == 412
    assert (told["activityProfile"], told["agentProfile"]) == ({"b": 2}, {"d": 4})
    assert (told["states"], told["agentProfiles"]) == (["bookmark"], ["one"])
    assert version in told["versions"]


def test_what_only_xapi_js_does(run: Callable[..., Told]) -> None:
    told = run("xapi.js", "1.0.3")
    assert told["mbox"] == ["mailto:ada@example.org"]
    assert (told["state"], told["stateGone"]) == ({"page": 1, "mark": 2}, 404)
    # It is at fault in both: it adds a parameter that xAPI does not know, and it sends parts without saying so.
    assert (told["cacheBuster"], told["attachment"]) == (400, 400)


def test_tincan_stores_and_finds_statements(tincan: RemoteLRS) -> None:
    one = tincan.save_statement(_statement())
    assert (one.success, one.response.status) == (True, 200)
    named = tincan.save_statement(_statement(id=str(uuid.uuid4())))
    assert (named.success, named.response.status, named.data) == (True, 204, "")
    many = tincan.save_statements([_statement(), _statement()])
    assert many.success
    assert tincan.retrieve_statement(one.content.id).content.actor.mbox == ADA.mbox
    # It sends true as Python writes it, which is no truth value of xAPI.
    assert tincan.query_statements({"ascending": True}).response.status == 400
    question = {"agent": ADA, "verb": DID, "activity": THING, "limit": 3, "ascending": "true"}
    page = tincan.query_statements(question).content
    assert [found.id for found in page.statements] == [one.content.id, named.content.id, many.content[0].id]
    rest = tincan.more_statements(page).content
    assert [found.id for found in rest.statements] == [many.content[1].id]
    assert not rest.more


def test_tincan_voids_statements(tincan: RemoteLRS) -> None:
    id_ = tincan.save_statement(_statement()).content.id
    assert tincan.save_statement(Statement(actor=ADA, verb=Verb(id=VOIDED), object=StatementRef(id=id_))).success
    assert tincan.retrieve_statement(id_).response.status == 404
    assert tincan.retrieve_voided_statement(id_).content.id == id_
    assert isinstance(tincan.query_statements({"agent": ADA}).content, StatementsResult)


def test_tincan_keeps_states(tincan: RemoteLRS, asking: httpx.Client) -> None:
    state = StateDocument(
        id="bookmark", activity=THING, agent=ADA, content='{"page": 1}', content_type="application/json"
    )
    # It sends each state twice and gives back the second answer: to the store that is the same document again.
    assert tincan.save_state(state).response.status == 204
    assert tincan.retrieve_state(THING, ADA, "bookmark").content.content == b'{"page": 1}'
    assert tincan.retrieve_state_ids(THING, ADA).content == ["bookmark"]
    where = {"activityId": THING.id, "agent": ADA.to_json("1.0.3"), "stateId": "bookmark"}
    assert asking.get("activities/state", params=where).json() == {"page": 1}
    assert tincan.delete_state(state).response.status == 204
    assert tincan.retrieve_state(THING, ADA, "bookmark").response.status == 404


def test_tincan_keeps_profiles(tincan: RemoteLRS, asking: httpx.Client) -> None:
    of_thing = ActivityProfileDocument(id="one", activity=THING, content="text", content_type="text/plain")
    of_ada = AgentProfileDocument(id="one", agent=ADA, content="text", content_type="text/plain")
    # 1.0.3 demands a condition of whoever puts a profile; tincan sends one only with an ETag that it is given.
    assert tincan.save_activity_profile(of_thing).response.status == 400
    assert tincan.save_agent_profile(of_ada).response.status == 400
    asked = (("activities", {"activityId": THING.id}), ("agents", {"agent": ADA.to_json("1.0.3")}))
    for (resource, whose), document in zip(asked, (of_thing, of_ada), strict=True):
        where = {**whose, "profileId": "one"}
        made = asking.put(f"{resource}/profile", params=where, content="old", headers={"If-None-Match": "*"})
        assert made.status_code == 204
        document.etag = asking.get(f"{resource}/profile", params=where).headers["ETag"]
    assert tincan.save_activity_profile(of_thing).response.status == 204
    assert tincan.save_agent_profile(of_ada).response.status == 204
    assert tincan.retrieve_activity_profile(THING, "one").content.content == b"text"
    assert tincan.retrieve_agent_profile(ADA, "one").content.content == b"text"
    assert tincan.retrieve_activity_profile_ids(THING).content == ["one"]
    assert tincan.retrieve_agent_profile_ids(ADA).content == ["one"]


def test_tincan_asks_what_the_store_is(tincan: RemoteLRS, asking: httpx.Client) -> None:
    # It does not know 2.0.0, which the store says it speaks, and so it cannot read the answer.
    with pytest.raises(ValueError, match=r"2\.0\.0"):
        tincan.about()
    assert asking.get("about").json()["version"][-1] == "2.0.0"


def _statement(**parts: Any) -> Statement:
    return Statement(actor=ADA, verb=DID, object=THING, **parts)
