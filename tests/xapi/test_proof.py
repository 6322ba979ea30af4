"""What is thinned is still proved: statement by statement, word for word."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import events
from lms.config import Settings
from lms.db import db, open_session, writing
from lms.outbox import queries, service
from lms.outbox.likeness import digest, is_same
from lms.outbox.models import Statement
from lms.xapi.statements import statements
from tests.waiting import eventually
from tests.xapi.happenings import happenings
from tests.xapi.store import SECRET, Serving, Store

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[Settings], threading.Event]
URL = "https://cares.example.org"


@given(happenings, st.data())
def test_a_digest_tells_apart_what_differs_and_nothing_else(event: events.Event, data: st.DataObject) -> None:
    for ours in statements(URL, event):
        theirs = _as_a_store_gives_it(ours)
        assert digest(theirs) == digest(ours)
        assert is_same(ours, theirs)
        part = data.draw(st.sampled_from(["actor", "verb", "object", "context", "result"]))
        other = deepcopy(theirs)
        if part == "result":
            other["result"] = other.get("result", {}) | {"response": "something else"}
        elif part == "context":
            other["context"]["registration"] = "00000000-0000-4000-8000-000000000000"
        elif part == "actor":
            other["actor"]["account"]["name"] = "another"
        else:
            other[part]["id"] = "https://example.org/another"
        assert digest(other) != digest(ours)
        assert not is_same(ours, other)


def _as_a_store_gives_it(statement: dict[str, Any]) -> dict[str, Any]:
    """With what a store adds, its own words for an activity, numbers and durations written its way."""
    theirs: dict[str, Any] = json.loads(json.dumps(statement), parse_int=float)
    theirs |= {"stored": "2026-11-28T12:00:00.000Z", "version": "1.0.3", "authority": {"mbox": "mailto:a@example.org"}}
    theirs["object"].pop("definition", None)
    theirs["verb"]["display"] = {"de": "etwas"}
    theirs["actor"]["name"] = "Somebody"
    return theirs


@pytest.fixture
def thinned(app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying) -> dict[str, list[str]]:
    """Statements that were delivered, of which only the proof is kept."""
    told = happen(5)
    relaying(wired)
    _settle(app)
    with app.app_context(), writing(db.session) as session:
        assert service.thin(session, dt.datetime.now(dt.UTC), 100) == 5
    return told


def test_nothing_of_what_was_said_is_left(app: Flask, thinned: dict[str, list[str]]) -> None:
    ((registration, ids),) = thinned.items()
    with app.app_context():
        rows = db.session.scalars(select(Statement).order_by(Statement.id)).all()
        assert [str(row.uuid) for row in rows] == ids
        assert [str(row.registration) for row in rows] == [registration] * 5
        # By the actor an erasure can say who is to be forgotten at the stores.
        assert {tuple(json.loads(row.body)) for row in rows} == {("id", "actor", "verb")}
        assert queries.thinned(db.session) == 5


def test_it_is_still_proved(thinned: dict[str, list[str]], store: Store, lms: Callable[..., Result]) -> None:
    for words in ([], ["--word-for-word"]):
        done = lms("xapi", "reconcile", *words)
        assert (done.exit_code, done.output) == (0, "5 statements asked for, 0 were missing\n")


def test_what_a_store_has_changed_or_lost_is_told(
    thinned: dict[str, list[str]], store: Store, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = thinned.items()
    store.statements[ids[1]]["result"] = {"response": "something else"}
    assert lms("xapi", "reconcile").exit_code == 0, "it has all of them"
    done = lms("xapi", "reconcile", "--word-for-word")
    assert done.exit_code == 1
    assert f"it holds something else as {ids[1]}" in done.output
    assert "0 were missing, 1 differ" in done.output
    del store.statements[ids[3]]
    done = lms("xapi", "reconcile")
    assert done.exit_code == 1
    assert "0 were missing, 1 are lost" in done.output


def test_what_one_store_has_lost_comes_from_another(
    app: Flask, thinned: dict[str, list[str]], store: Store, add: Any, other: Store, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = thinned.items()
    add("--all")
    _settle(app)
    assert list(other.statements) == ids
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC), 100)
    del store.statements[ids[0]]
    done = lms("xapi", "reconcile")
    assert "at main 5 statements asked for, 1 were missing" in done.output
    assert "at national 5 statements asked for, 0 were missing" in done.output
    _settle(app)
    assert set(store.statements) == set(ids)


def test_what_one_still_waits_for_is_not_thinned(
    app: Flask, wired: Settings, store: Store, add: Any, other: Store, happen: Happen, relaying: Relaying
) -> None:
    add()
    other.poison = lambda _: 400
    happen(3)
    relaying(wired)
    _settle(app)
    with app.app_context(), writing(db.session) as session:
        assert service.thin(session, dt.datetime.now(dt.UTC), 100) == 0


def test_an_export_says_what_it_lacks(
    thinned: dict[str, list[str]], happen: Happen, lms: Callable[..., Result]
) -> None:
    happen(2)
    done = lms("xapi", "export", "-")
    assert len(done.stdout.splitlines()) == 2
    assert "Of 5 older ones only the proof is kept here" in done.stderr


def test_a_withdrawal_of_what_is_thinned_is_told(
    app: Flask, thinned: dict[str, list[str]], store: Store, lms: Callable[..., Result]
) -> None:
    ((_, ids),) = thinned.items()
    made = lms("xapi", "void", ids[0]).output.split()[-1]
    _settle(app)
    assert store.statements[made]["object"]["id"] == ids[0]
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC), 100)
    refused = lms("xapi", "void", made)
    assert "itself a withdrawal" in refused.output


def _settle(app: Flask) -> None:
    def is_settled() -> bool:
        with app.app_context():
            found = [queries.standing(db.session, queue) for queue in queries.all_queues(db.session)]
            return not any(one.queued or one.history for one in found)

    eventually(is_settled, 30)


def test_what_is_thinned_while_it_is_missed_is_sent_whole(
    app: Flask,
    wired: Settings,
    store: Store,
    other: Store,
    happen: Happen,
    relaying: Relaying,
    add: Any,
    lms: Callable[..., Result],
) -> None:
    add()
    ((_, ids),) = happen(3).items()
    relaying(wired)
    _settle(app)
    whole = other.statements.pop(ids[1])
    other.asked = lambda: _thin(app)
    said = lms("xapi", "reconcile", "--store", "national")
    assert (said.exit_code, "1 missing, queued again" in said.output) == (0, True), said.output
    other.asked = lambda: None
    _settle(app)
    assert other.statements[ids[1]]["result"] == whole["result"]


def test_what_came_whole_from_one_store_stays_so_while_another_is_asked(
    app: Flask,
    wired: Settings,
    store: Store,
    other: Store,
    happen: Happen,
    relaying: Relaying,
    add: Any,
    lms: Callable[..., Result],
) -> None:
    third = Serving(Store())
    try:
        add()
        words = ("xapi", "store", "add", "third", third.store.url, "--key", "key")
        assert lms(*words, given=f"{SECRET}\n").exit_code == 0
        ((_, ids),) = happen(3).items()
        relaying(wired)
        _settle(app)
        _thin(app)
        whole = {one: third.store.statements.pop(one) for one in ids[:2]}
        del store.statements[ids[1]]
        other.asked = lambda: _thin(app)
        said = lms("xapi", "reconcile", "--store", "third")
        assert "2 missing, queued again" in said.output
        _settle(app)
        assert {one: third.store.statements[one]["result"] for one in whole} == {
            one: said["result"] for one, said in whole.items()
        }
    finally:
        third.stop()


def test_what_is_being_queued_again_is_not_thinned(
    app: Flask, wired: Settings, store: Store, happen: Happen, relaying: Relaying, settings: Settings
) -> None:
    ((_, ids),) = happen(2).items()
    stop = relaying(wired)
    _settle(app)
    stop.set()
    thinning = threading.Thread(target=_thin, args=(app,))
    with open_session(settings.database) as session, writing(session):
        service.send_again(session, [uuid.UUID(ids[0])], dt.datetime.now(dt.UTC))
        thinning.start()
        time.sleep(0.5)
    thinning.join()
    with app.app_context():
        assert {str(row.uuid): row.digest is None for row in db.session.scalars(select(Statement))} == {
            ids[0]: True,
            ids[1]: False,
        }


def _thin(app: Flask) -> None:
    """What the hourly round of retention does in another process."""
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1), 100)
