"""`lms xapi …` and what the doctor finds, against a real store."""

from __future__ import annotations

import datetime as dt
import json
import stat
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, update

from lms.cli import main
from lms.config import Settings
from lms.db import db, writing
from lms.outbox import queries, service
from lms.outbox.models import Forwarding, Statement
from lms.xapi.doctor import check
from lms.xapi.target import target
from tests.waiting import eventually
from tests.xapi import store as faults
from tests.xapi.store import KEY, SECRET, Store

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[Settings], threading.Event]


def status(lms: Callable[..., Result]) -> Any:
    """What `lms xapi status --json` says; a relay of the test may log before it."""
    output = lms("xapi", "status", "--json").output
    return json.loads(output[output.index("{\n") :])


def settle(app: Flask) -> None:
    def is_settled() -> bool:
        with app.app_context():
            return queries.standing(db.session).queued == 0

    eventually(is_settled)


def test_status_counts_and_says_what_hinders(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = happen(5).items()
    told = status(lms)
    assert (told["queued"], told["delivered"], told["parked"]) == (5, 0, 0)
    assert told["oldest_queued_seconds"] >= 0
    assert (told["last_delivery"], told["relays"]) == (None, [])
    assert "no relay is at work" in lms("xapi", "status").output

    store.poison = lambda statement: 400 if statement["id"] == ids[1] else None
    stop = relaying(wired)
    settle(app)
    text = lms("xapi", "status").output
    assert "4 delivered, last 2" in text
    assert f'{ids[1]}: 400 "because of 400"' in text
    store.always = faults.status(401)
    happen(1)
    eventually(lambda: status(lms)["paused"])
    assert "not delivering: 401" in lms("xapi", "status").output
    stop.set()
    eventually(lambda: status(lms)["relays"] == [])


def test_retry_sends_parked_statements_again(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = happen(3).items()
    store.always = faults.status(400)
    relaying(wired)
    settle(app)
    store.always = None
    assert lms("xapi", "retry").exit_code == 2
    assert lms("xapi", "retry", ids[2]).output == "1 queued again\n"
    assert lms("xapi", "retry", ids[2].replace(ids[2][0], "0", 1)).exit_code == 1
    settle(app)
    assert list(store.statements) == [ids[2]]
    assert lms("xapi", "retry", "--all").output == "2 queued again\n"
    settle(app)
    assert set(store.statements) == set(ids)


def test_reconcile_sends_again_what_the_store_has_lost(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, lms: Callable[..., Result]
) -> None:
    told = happen(20, learners=2)
    relaying(wired)
    settle(app)
    assert lms("xapi", "reconcile").output == "20 statements asked for, 0 were missing\n"
    (first, ids), (_, others) = told.items()
    for lost in (ids[0], ids[7], others[3]):
        del store.statements[lost]
    store.voided.add(ids[4])
    output = lms("xapi", "reconcile").output
    assert f"registration {first}: 2 missing, queued again" in output
    assert "20 statements asked for, 3 were missing" in output
    settle(app)
    assert set(store.statements) == {*ids, *others}


def test_reconcile_stops_when_the_store_does_not_answer(
    app: Flask, wired: Settings, happen: Happen, relaying: Relaying, store: Store, lms: Callable[..., Result]
) -> None:
    happen(2)
    relaying(wired)
    settle(app)
    result = CliRunner().invoke(
        main,
        ["xapi", "reconcile"],
        env={
            "LMS_INSTANCE": str(wired.instance),
            "LMS_DATABASE_URL": wired.database_url,
            "LMS_LRS_ENDPOINT": "http://127.0.0.1:9/xapi",
            "LMS_LRS_KEY": KEY,
            "LMS_LRS_SECRET": SECRET,
        },
    )
    assert result.exit_code == 1
    assert "stopped after 0 statements" in result.output


def test_the_doctor_finds_a_store_well(wired: Settings, store: Store) -> None:
    findings = check(wired)
    assert [finding.is_well for finding in findings] == [True, True, True]
    test, withdrawal = store.statements.values()
    assert withdrawal["object"] == {"objectType": "StatementRef", "id": test["id"]}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"lrs_secret": "wrong"}, "LMS_LRS_SECRET"),
        ({"lrs_endpoint": "http://127.0.0.1:9"}, "does not answer"),
    ],
)
def test_the_doctor_says_what_is_wrong(change: dict[str, str], word: str, wired: Settings) -> None:
    findings = check(wired.model_copy(update=change))
    bad = [finding for finding in findings if not finding.is_well]
    assert bad
    assert word in bad[0].what + bad[0].advice


def test_the_embedded_store_gets_credentials_of_its_own(settings: Settings) -> None:
    first, second = target(settings), target(settings)
    assert first == second
    assert first.endpoint == f"http://127.0.0.1:{settings.embedded_lrs_port}/xapi/"
    assert min(len(first.key), len(first.secret)) >= 32
    file = settings.instance / "keys" / "lrs-client"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {"key": first.key, "secret": first.secret}
    assert first.secret not in repr(first)
    file.write_text("{}")
    with pytest.raises(ValueError, match="key and secret"):
        target(settings)


def test_a_statement_is_withdrawn_behind_all_of_its_registration(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = happen(3).items()
    said = lms("xapi", "void", ids[0])
    assert said.exit_code == 0, said.output
    relaying(wired)
    settle(app)
    withdrawal = said.output.split()[-1]
    assert list(store.statements) == [*ids, withdrawal]
    with app.app_context():
        rows = [json.loads(body) for body in queries.bodies(db.session)]
    assert [row["id"] for row in rows] == [*ids, withdrawal]
    assert rows[-1]["object"] == {"objectType": "StatementRef", "id": ids[0]}
    again = lms("xapi", "void", withdrawal)
    assert again.exit_code == 1
    assert "cannot be withdrawn" in again.output


def test_what_is_not_kept_here_cannot_be_withdrawn(lms: Callable[..., Result]) -> None:
    said = lms("xapi", "void", "00000000-0000-4000-8000-000000000000")
    assert said.exit_code == 1
    assert "no statement with this id" in said.output


def test_export_writes_each_statement_of_a_time_as_it_was_sent(
    app: Flask, happen: Happen, lms: Callable[..., Result], tmp_path: Path
) -> None:
    ((_, ids),) = happen(4).items()
    whole = tmp_path / "whole.jsonl"
    assert lms("xapi", "export", str(whole)).exit_code == 0
    lines = whole.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    with app.app_context():
        assert lines == list(queries.bodies(db.session))
    assert lms("xapi", "export", "-", "--until", "2020-01-01").stdout == ""
    assert len(lms("xapi", "export", "-", "--since", "2020-01-01").stdout.splitlines()) == 4


def test_reconcile_keeps_to_a_time(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, lms: Callable[..., Result]
) -> None:
    happen(3)
    relaying(wired)
    settle(app)
    assert "0 statements asked for" in lms("xapi", "reconcile", "--until", "2020-01-01").output
    assert "3 statements asked for, 0 were missing" in lms("xapi", "reconcile", "--since", "2020-01-01").output


def test_the_oldest_waits_since_it_could_be_sent(
    app: Flask,
    wired: Settings,
    store: Store,
    other: Store,
    add: Any,
    happen: Happen,
    relaying: Relaying,
    lms: Callable[..., Result],
) -> None:
    add()
    ((_, ids),) = happen(4).items()
    stop = relaying(wired)
    settle(app)
    eventually(lambda: len(other.statements) == 4)
    stop.set()
    eventually(lambda: status(lms)["relays"] == [])
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    with app.app_context(), writing(db.session) as session:
        session.execute(update(Statement).values(written_at=long_ago))
        session.execute(update(Forwarding).values(queued_at=long_ago))
    for one in (store, other):
        del one.statements[ids[3]]
    assert lms("xapi", "reconcile").exit_code == 0
    for told in (status(lms), status(lms)["stores"]["national"]):
        assert (told["queued"], told["oldest_queued_seconds"] < 60) == (1, True)
    with app.app_context(), writing(db.session) as session:
        for row in (Statement, Forwarding):
            session.execute(update(row).values(delivery="parked"))
        session.execute(update(Statement).values(queued_at=None))
    assert lms("xapi", "retry", ids[2]).exit_code == 0
    for told in (status(lms), status(lms)["stores"]["national"]):
        assert (told["queued"], told["oldest_queued_seconds"] < 60) == (1, True)
    # Behind one that is tried again another waits for much longer.
    with app.app_context(), writing(db.session) as session:
        last = update(Statement).where(Statement.uuid == uuid.UUID(ids[3]))
        session.execute(last.values(delivery="queued", written_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)))
    assert 3500 < status(lms)["oldest_queued_seconds"] < 3700


def test_a_statement_is_withdrawn_once(app: Flask, happen: Happen, lms: Callable[..., Result]) -> None:
    ((_, ids),) = happen(2).items()
    made = lms("xapi", "void", ids[0]).output.split()[-1]
    again = lms("xapi", "void", ids[0])
    assert (again.exit_code, f"withdrawn already, by {made}" in again.output) == (1, True)
    with app.app_context(), writing(db.session) as session:
        session.execute(update(Statement).values(delivery="delivered", delivered_at=dt.datetime.now(dt.UTC)))
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1), 100)
    assert f"withdrawn already, by {made}" in lms("xapi", "void", ids[0]).output
    with app.app_context(), writing(db.session) as session:
        for one in session.scalars(select(Statement)):
            stub = json.loads(one.body)
            one.body = json.dumps({"id": stub["id"], "verb": stub["verb"]})  # as the version before did
    assert f"withdrawn already, by {made}" in lms("xapi", "void", ids[0]).output
    assert lms("xapi", "void", ids[1]).exit_code == 0
