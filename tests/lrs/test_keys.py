"""Keys for other programs: made and revoked by a command, each for what its scopes say."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from lms import config
from lms.cli import main
from lms.keys import Credentials
from lms.lrs.app import Application
from lms.lrs.callers import Scope
from lms.lrs.clients import service
from lms.lrs.models import client
from lms.lrs.rules.statement import VOIDED
from lms.lrs.storage import Storage
from tests import plain_http
from tests.lrs.conftest import CLIENT, HOME, VERSION, Json, Lrs, basic, made, process

EVERY = frozenset(Scope)
ADA = {"mbox": "mailto:ada@example.org"}
STATE = "activities/state?" + urlencode(
    {"activityId": "http://example.org/things/one", "agent": json.dumps(ADA), "stateId": "bookmark"}
)
STATES = STATE.rpartition("&")[0]


class Keyed(Lrs):
    """The store as seen with a key."""

    credentials = CLIENT

    def ask(self, method: str, path: str, content: Any = None, **headers: str | None) -> Any:
        return super().ask(method, path, content, **{"Authorization": basic(self.credentials), **headers})


@pytest.fixture
def keyed(storage: Storage) -> Callable[..., Keyed]:
    """Makes a key of a name with scopes; the store as seen with it."""

    def make(name: str, *scopes: Scope) -> Keyed:
        lrs = Keyed(Application(storage, CLIENT, HOME))
        lrs.credentials = credentials = service.drawn()
        storage.write(lambda connection, _clock: service.add(connection, name, credentials, scopes))
        return lrs

    return make


def test_what_is_stored_with_a_key_is_vouched_for_by_its_name(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    id_ = keyed("simulator", Scope.WRITE).keep(authority={"mbox": "mailto:boss@example.org"})
    (found,) = lrs.find()
    assert (found["id"], found["authority"]["account"]) == (id_, {"homePage": HOME, "name": "simulator"})


@pytest.mark.parametrize("scope", Scope)
def test_a_key_does_only_what_its_scopes_say(keyed: Callable[..., Keyed], scope: Scope) -> None:
    lrs = keyed("simulator", scope)
    writes = [("POST", "statements", made()), ("PUT", STATE, {}), ("POST", STATE, {}), ("DELETE", STATE, None)]
    reads = [("GET", "statements", None), ("HEAD", "statements", None), ("GET", STATES, None)]
    reads += [("GET", "activities?activityId=http://example.org/one", None)]
    for asked, is_allowed in ((writes, scope is Scope.WRITE), (reads, scope is not Scope.WRITE)):
        for method, path, content in asked:
            assert (lrs.ask(method, path, content).status_code != 403) is is_allowed, (method, path)


def test_own_statements_are_all_that_a_key_finds(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one, two = keyed("one", Scope.WRITE, Scope.READ_OWN), keyed("two", Scope.WRITE, Scope.READ_OWN)
    of_one = [one.keep(verb={"id": "http://example.org/verbs/saw"}) for _ in range(3)]
    of_two = two.keep(object={"objectType": "StatementRef", "id": of_one[0]})
    mine = lrs.keep(object={"objectType": "StatementRef", "id": of_two})
    assert one.ids(ascending=True) == of_one
    assert one.ids(verb="http://example.org/verbs/saw", ascending=True) == of_one
    # What two's statement is found by it has from one's, but it is two's.
    assert two.ids() == two.ids(verb="http://example.org/verbs/saw") == [of_two]
    assert lrs.ids(verb="http://example.org/verbs/saw") == [mine, of_two, *reversed(of_one)]
    assert one.get(statementId=of_two).status_code == 404
    assert two.get(statementId=of_two).status_code == 200
    assert keyed("three", Scope.READ_ALL).ids() == lrs.ids()


@pytest.mark.parametrize("of_others", [0, 9])
def test_own_statements_by_several_conditions(lrs: Lrs, keyed: Callable[..., Keyed], of_others: int) -> None:
    """Whether own statements are fewer than those that meet a condition, or more."""
    one = keyed("one", Scope.WRITE, Scope.READ_OWN)
    saw = {"verb": {"id": "http://example.org/verbs/saw"}, "object": {"id": "http://example.org/things/two"}}
    for _ in range(of_others):
        lrs.keep(**saw)
    own = [one.keep(**saw) for _ in range(2)]
    referring = one.keep(object={"objectType": "StatementRef", "id": own[0]})
    one.keep(verb=saw["verb"])
    for _ in range(9 - of_others):
        one.keep()
    asked = {"verb": "http://example.org/verbs/saw", "activity": "http://example.org/things/two"}
    assert one.ids(**asked) == [referring, *own[::-1]]
    assert len(lrs.ids(**asked)) == 3 + of_others


def test_pages_of_own_statements_go_on(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one = keyed("one", Scope.WRITE, Scope.READ_OWN)
    own = []
    for _ in range(5):
        own.append(one.keep())
        lrs.keep()
    found: list[str] = []
    page: Json = one.get(limit=2).get_json()
    while page["more"]:
        found += [statement["id"] for statement in page["statements"]]
        page = one.ask("GET", page["more"].removeprefix("/xapi/")).get_json()
    found += [statement["id"] for statement in page["statements"]]
    assert found == own[::-1]


def test_what_voids_is_told_to_its_writer(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one = keyed("one", Scope.WRITE, Scope.READ_OWN)
    own, other = one.keep(), lrs.keep()
    for id_ in (own, other):
        lrs.post(voiding(id_))
    assert one.ids() == []
    assert one.get(voidedStatementId=own).status_code == 200
    assert one.get(voidedStatementId=other).status_code == 404


def test_a_key_voids_what_it_stored_itself(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one = keyed("one", Scope.WRITE, Scope.READ_OWN)
    first, second = one.keep(), str(uuid.uuid4())
    assert one.post(voiding(first)).status_code == 200
    assert one.post([made(id=second), voiding(second)]).status_code == 200, "the statement comes in the same batch"
    assert [lrs.get(voidedStatementId=id_).status_code for id_ in (first, second)] == [200, 200]


@pytest.mark.parametrize("scopes", [{Scope.WRITE}, {Scope.WRITE, Scope.READ_OWN}])
def test_a_key_does_not_void_what_others_stored(lrs: Lrs, keyed: Callable[..., Keyed], scopes: set[Scope]) -> None:
    one, two = keyed("one", *scopes), keyed("two", *scopes)
    mine, of_two, to_come = lrs.keep(), two.keep(), str(uuid.uuid4())
    for id_ in (mine, of_two, to_come):
        answer = one.post([made(), voiding(id_)])
        assert (answer.status_code, answer.get_json()["where"]) == (403, id_)
        assert "was not stored with this key" in answer.get_json()["error"]
    assert sorted(lrs.ids()) == sorted([mine, of_two]), "nothing of the batches was stored"
    assert one.post(made(object={"objectType": "StatementRef", "id": mine})).status_code == 200, "no voiding"


def test_a_key_that_reads_and_writes_everything_voids_everything(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    both = keyed("both", Scope.WRITE, Scope.READ_ALL)
    mine, to_come = lrs.keep(), str(uuid.uuid4())
    assert both.post([voiding(mine), voiding(to_come)]).status_code == 200
    lrs.keep(id=to_come)
    assert lrs.get(voidedStatementId=mine).status_code == lrs.get(voidedStatementId=to_come).status_code == 200


def test_a_voiding_that_was_stored_is_taken_again(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one = keyed("one", Scope.WRITE)
    sent = voiding(one.keep())
    assert [one.post(sent).status_code for _ in range(2)] == [200, 200]


def voiding(id_: str) -> Json:
    return made(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": id_})


def test_documents_of_others_are_out_of_reach(lrs: Lrs, keyed: Callable[..., Keyed]) -> None:
    one, two = keyed("one", Scope.WRITE, Scope.READ_OWN), keyed("two", Scope.WRITE, Scope.READ_OWN)
    assert one.ask("PUT", STATE, {"a": 1}).status_code == 204
    assert one.ask("GET", STATE).get_json() == {"a": 1}
    assert two.ask("GET", STATE).status_code == 404
    assert two.ask("GET", STATES).get_json() == []
    for method in ("PUT", "POST", "DELETE"):
        assert two.ask(method, STATE, {"b": 1}).status_code == 403
    assert two.ask("DELETE", STATES).status_code == 204
    assert one.ask("GET", STATES).get_json() == ["bookmark"]
    assert lrs.ask("POST", STATE, {"c": 1}).status_code == 204
    assert one.ask("GET", STATE).status_code == 404, "what another added is not one's own"


@pytest.mark.parametrize("change", [{"secret": "other"}, {"secret": ""}, {"key": "0" * 32}, {"key": "a\x00b"}])
def test_other_words_open_nothing(keyed: Callable[..., Keyed], change: dict[str, str]) -> None:
    lrs = keyed("one", *EVERY)
    assert lrs.get().status_code == 200
    wrong = Credentials(**{"key": lrs.credentials.key, "secret": lrs.credentials.secret, **change})
    lrs.credentials = wrong
    assert lrs.get().status_code == 401


def test_the_secret_is_not_kept(storage: Storage, keyed: Callable[..., Keyed]) -> None:
    lrs = keyed("one", *EVERY)
    with storage.reading() as connection:
        (row,) = connection.execute(sa.select(client)).all()
    assert lrs.credentials.secret.encode() not in repr(row).encode()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`lms lrs …`; what it prints."""
    monkeypatch.setenv("LMS_INSTANCE", str(tmp_path / "instance"))

    def run(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(main, ["lrs", *words])
        assert bool(done.exit_code) is fails, done.output
        assert "Traceback" not in done.output
        return done.output

    return run


def test_keys_are_made_and_revoked_while_the_store_serves(
    embedded: config.Settings, command: Callable[..., str]
) -> None:
    with process(embedded):
        told = json.loads(command("key", "add", "ward sim", "--scope", "write", "--scope", "read-own", "--json"))
        assert (told["name"], told["scopes"]) == ("ward sim", ["read-own", "write"])
        with plain_http.client(
            base_url=f"http://127.0.0.1:{embedded.embedded_lrs_port}/xapi/",
            auth=(told["key"], told["secret"]),
            headers={VERSION: "1.0.3"},
        ) as asking:
            assert asking.post("statements", json=made()).status_code == 200
            assert len(asking.get("statements").json()["statements"]) == 1
            assert command("key", "list") == f"ward sim\t{told['key']}\tread-own write\n"
            assert "in use" in command("key", "add", "ward sim", "--scope", "write", fails=True)
            command("key", "revoke", "ward sim")
            assert asking.get("statements").status_code == 401
    assert command("key", "list") == ""
    assert "no key of this name" in command("key", "revoke", "ward sim", fails=True)
    again = command("key", "add", "ward sim", "--scope", "read-all")
    assert "secret: " in again and told["secret"] not in again


@pytest.mark.parametrize(
    "words", [("cares", "--scope", "write"), (" ", "--scope", "write"), ("x",), ("x", "--scope", "everything")]
)
def test_keys_that_cannot_be(command: Callable[..., str], words: tuple[str, ...]) -> None:
    command("key", "add", *words, fails=True)
    assert command("key", "list") == ""
