"""Someone becomes nobody: statements stay, are found and counted, and lead to no person."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner, Result

from lms import config
from lms.cli import main
from lms.lrs.app import Application
from lms.lrs.forgetting.service import AT_A_TIME
from lms.lrs.identity import term
from lms.lrs.statements.mentions import AGENT, RELATED_AGENT
from lms.lrs.statements.numbering import NONE, known
from lms.lrs.storage import Storage
from tests.lrs.conftest import CLIENT, HOME, Json, Lrs, made

ADA = {"mbox": "mailto:ada@example.org"}
BEN = {"mbox": "mailto:ben@example.org"}
DID = "http://example.org/verbs/did"
ONE = "http://example.org/things/one"


def forget(tmp_path: Path, storage: Storage, actor: Json | str, *more: str) -> Result:
    url = storage._database.reader.url
    environment = {"LMS_INSTANCE": str(tmp_path)}
    if url.drivername != "sqlite":
        environment["LMS_LRS_DATABASE_URL"] = url.render_as_string(hide_password=False)
    said = actor if isinstance(actor, str) else json.dumps(actor)
    return CliRunner().invoke(main, ["lrs", "forget", said, *more], env=environment)


def test_statements_stay_and_belong_to_nobody(tmp_path: Path, storage: Storage, lrs: Lrs) -> None:
    own = lrs.keep(actor={**ADA, "name": "Ada Bell"}, context={"registration": str(uuid.uuid4())})
    about = lrs.keep(actor=BEN, object={"objectType": "Agent", **ADA})
    member = lrs.keep(actor={"objectType": "Group", "member": [{**ADA, "name": "Ada"}, BEN]})
    inner = {"objectType": "SubStatement", "actor": ADA, "verb": {"id": DID}, "object": {"id": ONE}}
    hidden = lrs.keep(actor=BEN, object=inner)
    other = lrs.keep(actor=BEN, result={"response": "ada@example.org", "extensions": {"http://example.org/x": ADA}})
    refers = lrs.keep(actor=BEN, object={"objectType": "StatementRef", "id": own})
    before = {id_: lrs.find(agent=ADA, related_agents=True).__len__() for id_ in (own,)}
    assert before[own] == 5, "its own, about her, in a group, hidden in another, and what refers to her own"

    said = forget(tmp_path, storage, ADA)
    assert (said.exit_code, said.output) == (
        0,
        "4 statements speak of this actor. To give them a random name: --yes\n",
    )
    done = forget(tmp_path, storage, ADA, "--yes")
    assert done.exit_code == 0, done.output
    assert "4 statements belong to nobody now" in done.output

    lrs = Lrs(Application(storage, CLIENT, HOME))
    assert lrs.find(agent=ADA, related_agents=True) == []
    everything = {one["id"]: one for one in lrs.find()}
    assert set(everything) == {own, about, member, hidden, other, refers}
    nobody = {"account": everything[own]["actor"]["account"]}
    assert nobody["account"]["homePage"] == "https://nobody.invalid"
    assert everything[own]["actor"] == {"objectType": "Agent", **nobody}
    assert everything[member]["actor"]["member"] == [{"objectType": "Agent", **nobody}, BEN]
    assert set(lrs.ids(agent=nobody, related_agents=True)) == {own, about, member, hidden, refers}
    assert set(lrs.ids(agent=nobody, verb=DID)) == {own, about, member, refers}
    assert set(lrs.ids(agent=nobody, activity=ONE)) == {own, member, refers}
    assert lrs.ids(agent=BEN, verb=DID).count(other) == 1
    assert everything[other]["result"]["extensions"] == {"http://example.org/x": ADA}, "no agent of the statement"
    assert "0 statements belong to nobody" in forget(tmp_path, storage, ADA, "--yes").output
    digests = [term(kind, f"mbox {ADA['mbox']}") for kind in (AGENT, RELATED_AGENT)]
    with storage.reading() as connection:
        assert set(known(connection, digests).values()) == {NONE}, "not even a digest tells that she was here"


def test_documents_about_them_go(tmp_path: Path, storage: Storage, lrs: Lrs) -> None:
    lrs.keep(actor=ADA, object={"id": ONE, "definition": {"name": {"en": "One"}}})
    for who in (ADA, BEN):
        state = urlencode({"activityId": ONE, "agent": json.dumps(who), "stateId": "bookmark"})
        profile = urlencode({"agent": json.dumps(who), "profileId": "likes"})
        assert lrs.ask("PUT", f"activities/state?{state}", {"page": 3}).status_code == 204
        assert lrs.ask("PUT", f"agents/profile?{profile}", {"tea": True}, If_None_Match="*").status_code == 204
    assert "2 documents are deleted" in forget(tmp_path, storage, ADA, "--yes").output
    for who, expected in ((ADA, 404), (BEN, 200)):
        state = urlencode({"activityId": ONE, "agent": json.dumps(who), "stateId": "bookmark"})
        assert lrs.ask("GET", f"activities/state?{state}").status_code == expected


def test_many_are_done_in_portions(tmp_path: Path, storage: Storage, lrs: Lrs) -> None:
    lrs.post([made(actor=ADA) for _ in range(AT_A_TIME + 20)])
    assert f"{AT_A_TIME + 20} statements belong to nobody" in forget(tmp_path, storage, ADA, "--yes").output
    assert lrs.find(agent=ADA) == []


@pytest.mark.parametrize("actor", ["nonsense", "[]", "{}", '{"mbox": "ada"}', '{"objectType": "Group", "member": []}'])
def test_what_is_no_agent_is_refused(tmp_path: Path, actor: str) -> None:
    environment = {"LMS_INSTANCE": str(tmp_path)}
    done = CliRunner().invoke(main, ["lrs", "forget", actor, "--yes"], env=environment)
    assert (done.exit_code, "this is no agent of xAPI" in done.output) == (2, True)
    assert config.load({}, instance=tmp_path)
