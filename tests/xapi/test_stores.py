"""Several stores at once: each is told what concerns it, in order, and none waits for another."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import events
from lms.audit.models import AuditEvent
from lms.config import Settings
from lms.db import db, open_session, transaction, writing
from lms.outbox import queries, service
from lms.outbox.models import Statement
from lms.outbox.models import Store as StoreRow
from lms.outbox.queries import Standing
from lms.outbox.service import record
from lms.outbox.stores import service as outbox_stores
from lms.xapi.target import sealed
from lms.xapi.turns import Allowance
from tests.waiting import eventually
from tests.xapi import store as faults
from tests.xapi.conftest import COURSE, NAME, progressed
from tests.xapi.store import SECRET, Serving, Store
from tests.xapi.test_commands import status

Happen = Callable[..., dict[str, list[str]]]
Relaying = Callable[[Settings], threading.Event]
Command = Callable[..., Result]
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"


def standing_of_other(app: Flask) -> Standing:
    with app.app_context():
        found = queries.store_by_name(db.session, NAME)
        assert found
        return queries.standing(db.session, queries.queue_of(found))


def settled(app: Flask, seconds: float = 30) -> None:
    def is_settled() -> bool:
        with app.app_context():
            found = [queries.standing(db.session, queue) for queue in queries.all_queues(db.session)]
            return not any(one.queued or one.history for one in found)

    eventually(is_settled, seconds)


def test_both_are_told_from_now_on(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    before = happen(5)
    assert "national is told everything written since" in add().output
    relaying(wired)
    after = happen(120, learners=3)
    settled(app)
    assert store.order() == before | after
    assert other.order() == after
    told = status(lms)
    assert (told["delivered"], told["stores"][NAME]["delivered"]) == (125, 120)
    assert "national" in lms("xapi", "store", "list").output


def test_neither_waits_for_the_other(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    add()
    other.always = faults.status(503)
    relaying(wired)
    told = happen(60, learners=2)
    eventually(lambda: store.order() == told)
    eventually(lambda: (status(lms)["stores"][NAME]["paused"] or "").startswith("503"))
    assert status(lms)["paused"] is None
    assert status(lms)["stores"][NAME]["queued"] == 60
    assert "not delivering: 503" in lms("xapi", "status").output
    other.always = None
    settled(app)
    assert other.order() == told


def test_each_has_its_own_refusals(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    add()
    told = happen(6)
    ((_, ids),) = told.items()
    other.poison = lambda one: 400 if one["id"] == ids[2] else None
    relaying(wired)
    settled(app)
    assert store.order() == told
    assert status(lms)["first_parked"] == {}
    assert list(status(lms)["stores"][NAME]["first_parked"]) == [ids[2]]
    other.poison = lambda _: None
    assert lms("xapi", "retry", ids[2], "--store", "main").exit_code == 1
    assert "1 queued again" in lms("xapi", "retry", ids[2], "--store", NAME).output
    settled(app)
    assert set(other.statements) == set(ids)


def test_only_some_verbs(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any
) -> None:
    assert (
        "national is told completed" in add("--verb", "completed", "--verb", "http://adlnet.gov/expapi/verbs/x").output
    )
    relaying(wired)
    happen(5)
    with app.app_context(), transaction() as session:
        record(session, completed(uuid.uuid4()))
    settled(app)
    assert len(store.statements) == 6
    assert [one["verb"]["id"] for one in other.statements.values()] == [COMPLETED]


def test_history_first_in_order_while_live_ones_go_on(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    told = happen(300, learners=6)
    old = list(told)
    relaying(wired)
    relaying(wired)  # on PostgreSQL they share both stores; on SQLite one stands by
    add("--all", "--rate", "20")
    told |= happen(20, learners=2)
    new = list(told)[-2:]
    # What is new does not wait for the history of others, which takes fourteen seconds.
    eventually(lambda: all(other.order().get(one) == told[one] for one in new))
    assert standing_of_other(app).history > 100
    more = again(app, old[0])
    eventually(lambda: more in other.order().get(old[0], []))
    assert standing_of_other(app).history > 50
    assert other.order()[old[0]] == [*told[old[0]], more], "its own history went before"
    settled(app, 60)
    told[old[0]].append(more)
    assert other.order() == told
    assert store.order() == told


def test_the_rate_is_kept_on_average() -> None:
    allowance = Allowance(40)
    taken = sum(allowance.take(moment / 10, 400) for moment in range(101))
    assert taken == 40 * 11, "one second in advance, then ten"
    allowance.give_back(-400)  # a registration that had to go before
    assert sum(allowance.take(10 + moment / 10, 400) for moment in range(101)) == 0
    assert Allowance(None).take(0.0, 7) == 7
    assert Allowance(10).take(0.0, 1000) == 10


def test_only_what_was_written_since(
    app: Flask, wired: Settings, other: Store, happen: Happen, relaying: Relaying, add: Any
) -> None:
    old, new = happen(3), happen(4)
    with app.app_context(), writing(db.session) as session:
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=40)
        session.execute(
            update(Statement).where(Statement.registration == uuid.UUID(next(iter(old)))).values(written_at=long_ago)
        )
    add("--since", f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=30):%Y-%m-%d}")
    relaying(wired)
    settled(app)
    assert other.order() == new


def test_texts_that_are_thinned_here_come_from_a_store_that_holds_them(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    told = happen(7)
    ((_, ids),) = told.items()
    relaying(wired)
    settled(app)
    with app.app_context(), writing(db.session) as session:
        assert service.thin(session, dt.datetime.now(dt.UTC), 100) == 7
    del store.statements[ids[4]]
    assert "6 older texts came from other stores, 1 are nowhere" in add("--all").output
    settled(app)
    assert other.order() == {next(iter(told)): [*ids[:4], *ids[5:]]}
    for one in other.statements.values():
        assert one["result"] == store.statements[one["id"]]["result"]
    assert status(lms)["stores"][NAME]["first_parked"].keys() == {ids[4]}
    assert "0 queued again" in lms("xapi", "retry", "--all").output, "there is nothing to send"


def test_a_filling_that_was_stopped_goes_on(
    app: Flask, wired: Settings, serving: Serving, other: Store, happen: Happen, relaying: Relaying, lms: Command
) -> None:
    told = happen(5)
    relaying(wired)
    settled(app)
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC), 2)
    serving.stop()
    stopped = lms("xapi", "store", "add", NAME, other.url, "--key", "key", "--all", given=SECRET)
    assert (stopped.exit_code, "Go on with `lms xapi store fill national`" in stopped.output) == (1, True)
    assert "not filled yet" in lms("xapi", "store", "list").output
    time.sleep(2.5)  # a relay looks at its stores
    assert not other.posts
    serving.start()
    assert "2 older texts came from other stores" in lms("xapi", "store", "fill", NAME).output
    settled(app)
    assert other.order() == told


def test_closed_and_taken_away(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    add()
    told = happen(5)
    refused = lms("xapi", "store", "remove", NAME)
    assert (refused.exit_code, "5 statements wait for it" in refused.output) == (1, True)
    happen(3)
    stop = relaying(wired)
    settled(app)
    assert other.order() == told, "closed: told nothing that came later"
    stop.set()
    assert "It was told 5 statements" in lms("xapi", "store", "remove", NAME).output
    assert status(lms)["stores"] == {}
    with app.app_context():
        done = [one.action for one in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert done == ["store added", "store closed", "store removed"]


def test_a_store_that_is_changed_is_reached_anew(
    app: Flask,
    wired: Settings,
    other: Store,
    happen: Happen,
    relaying: Relaying,
    add: Any,
    lms: Command,
) -> None:
    add()
    relaying(wired)
    wrong = wired.instance / "secret"
    wrong.write_text("wrong\n")
    assert lms("xapi", "store", "set", NAME, "--secret-file", str(wrong)).exit_code == 0
    time.sleep(2.5)  # until a relay looks at its stores
    told = happen(3)
    eventually(lambda: (status(lms)["stores"][NAME]["paused"] or "").startswith("401"))
    assert lms("xapi", "store", "set", NAME, "--new-secret", "--verb", "completed", given=SECRET).exit_code == 0
    settled(app)
    assert other.order() == told
    happen(2)
    assert other.order() == told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "main", "http://127.0.0.1:9/xapi", "--key", "k"], "is not 'main'"),
        (["add", "Nation!", "http://127.0.0.1:9/xapi", "--key", "k"], "small letters"),
        (["add", "one", "ftp://example.org", "--key", "k"], "must be an address such as"),
        (["add", "one", "http://u:p@example.org/xapi", "--key", "k"], "must be an address such as"),
        (["add", "one", "http://127.0.0.1:9/xapi", "--key", "k", "--verb", "competed"], "there is no verb 'competed'"),
        (["add", "one", "http://127.0.0.1:9/xapi", "--key", "k"], "Nothing is added"),
        (["close", "one"], "There is no store one"),
        (["remove", "one"], "There is no store one"),
        (["set", "one"], "There is no store one"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_done(words: list[str], said: str, lms: Command) -> None:
    done = lms("xapi", "store", *words, given="secret\n")
    assert done.exit_code != 0
    assert said in done.output
    assert "main" in lms("xapi", "store", "list").output.split()


def test_no_password_is_shown_or_kept_in_clear(app: Flask, add: Any, lms: Command) -> None:
    add()
    for words in (["store", "list"], ["store", "list", "--json"], ["status", "--json"]):
        assert SECRET not in lms("xapi", *words).output
    with app.app_context():
        (found,) = queries.stores(db.session)
        assert SECRET.encode() not in found.sealed_secret
    assert "already" in lms("xapi", "store", "add", NAME, "http://127.0.0.1:9/", "--key", "k", given="x\n").output


def test_whoever_writes_while_a_store_is_added_tells_it_too(
    app: Flask, wired: Settings, add: Any, relaying: Relaying, other: Store, lms: Command
) -> None:
    stop, told = threading.Event(), []

    def write() -> None:
        registration = uuid.uuid4()
        while not stop.is_set():
            with app.app_context(), transaction() as session:
                record(session, progressed(registration, 1))
                time.sleep(0.01)
            told.append(1)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    eventually(lambda: len(told) > 20)
    add("--all")
    many = len(told)
    eventually(lambda: len(told) > many + 20)
    stop.set()
    for one in writers:
        one.join()
    relaying(wired)
    settled(app, 60)
    with app.app_context():
        assert len(other.statements) == len(told) == queries.standing(db.session).delivered


def test_an_actor_of_another_store_is_told_in_a_persons_record(
    app: Flask, settings: Settings, happen: Happen, add: Any
) -> None:
    add()
    (registration,) = happen(1)
    with open_session(settings.database) as session:
        assert _record(session, registration)["also_told"] == {NAME: "queued"}


def _record(session: Session, registration: str) -> dict[str, Any]:
    (told,) = queries.own_record(session, [uuid.UUID(registration)])["statements"]
    return dict(told)


def again(app: Flask, registration: str) -> str:
    """Something more happens in a registration; the id of its statement."""
    with app.app_context():
        with transaction() as session:
            record(session, progressed(uuid.UUID(registration), 50))
        query = select(Statement.uuid).filter_by(registration=uuid.UUID(registration)).order_by(Statement.id.desc())
        return str(db.session.scalars(query.limit(1)).one())


def completed(registration: uuid.UUID) -> events.ModuleCompleted:
    return events.ModuleCompleted(
        at=dt.datetime.now(dt.UTC),
        learner=uuid.uuid5(registration, "learner"),
        registration=registration,
        course=COURSE,
        seconds=60,
    )


def test_a_store_of_some_verbs_learns_what_is_taken_back(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    ((registration, ids),) = happen(2).items()
    before = completes(app, registration)
    taken_back = [lms("xapi", "void", one).output.split()[-1] for one in (ids[0], before)]
    add("--verb", "completed", "--all")
    relaying(wired)
    settled(app)
    assert list(other.statements) == [before, taken_back[1]], "of the history"
    now = completes(app, registration)
    lms("xapi", "void", ids[1])
    then = lms("xapi", "void", now).output.split()[-1]
    settled(app)
    assert list(other.statements) == [before, taken_back[1], now, then], "of what is written now"
    assert len(store.statements) == 8


def test_what_is_taken_back_while_a_store_is_added_is_told_too(
    app: Flask, wired: Settings, other: Store, happen: Happen, relaying: Relaying, lms: Command
) -> None:
    ((registration, _),) = happen(2).items()
    done = completes(app, registration)
    with open_session(wired.database) as session:
        with writing(session):
            added = StoreRow(
                name=NAME,
                endpoint=f"{other.url}/",
                key="key",
                sealed_secret=sealed(wired, NAME, SECRET),
                verbs=[COMPLETED],
                added_at=dt.datetime.now(dt.UTC),
            )
            outbox_stores.add(session, added)
        last = outbox_stores.last_statement(session)
        voided = lms("xapi", "void", done).output.split()[-1]
        with writing(session):
            outbox_stores.lay_out(session, added, 0, last)
        with writing(session):
            outbox_stores.lay_out_withdrawals(session, added, last)
        with writing(session):
            outbox_stores.open_for_sending(session, added.id, dt.datetime.now(dt.UTC))
    relaying(wired)
    settled(app)
    assert list(other.statements) == [done, voided]


def test_a_text_that_was_taken_back_comes_from_a_store_that_holds_it(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    ((_, ids),) = happen(3).items()
    relaying(wired)
    settled(app)
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC), 100)
    store.voided.add(ids[1])  # lists leave it out
    assert "3 older texts came from other stores, 0 are nowhere" in add("--all").output
    settled(app)
    assert list(other.statements) == ids


def test_a_statement_without_a_text_is_looked_for_when_it_is_tried_again(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    ((_, ids),) = happen(2).items()
    relaying(wired)
    settled(app)
    with app.app_context(), writing(db.session) as session:
        service.thin(session, dt.datetime.now(dt.UTC), 100)
    lost = {one: store.statements.pop(one) for one in ids}
    add("--all")
    said = lms("xapi", "retry", ids[0])
    assert (said.exit_code, "its text is kept here no longer" in said.output) == (1, True)
    assert "2 of them cannot be sent" in lms("xapi", "status").output
    store.statements[ids[1]] = lost[ids[1]]
    said = lms("xapi", "retry", "--all")
    assert "1 queued again" in said.output
    assert "1 cannot be sent" in said.output
    settled(app)
    assert list(other.statements) == [ids[1]]


def test_a_store_that_is_filled_is_not_filled_again(
    app: Flask, wired: Settings, store: Store, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    ((registration, _),) = happen(3).items()
    done = completes(app, registration)
    add("--verb", "completed", "--all")
    relaying(wired)
    settled(app)
    assert lms("xapi", "store", "set", NAME, "--every-verb").exit_code == 0
    said = lms("xapi", "store", "fill", NAME)
    assert (said.exit_code, "national is filled already" in said.output) == (1, True)
    assert standing_of_other(app).history == 0, "what would stay for ever"
    assert list(other.statements) == [done]


def test_several_relays_keep_one_rate(
    app: Flask, wired: Settings, other: Store, happen: Happen, relaying: Relaying, add: Any, lms: Command
) -> None:
    happen(400, learners=80)
    relaying(wired)
    relaying(wired)
    shares = {16, 0} if wired.database.startswith("sqlite") else {8}
    eventually(lambda: {one["partitions"] for one in status(lms)["relays"]} == shares)
    add("--all", "--rate", "20")
    eventually(lambda: other.posts)
    start = other.posts[0][0]
    time.sleep(4)
    taken, elapsed = len(other.statements), time.monotonic() - start
    assert taken <= 20 * (elapsed + 1) * 1.2, "one second in advance"


def test_a_rate_is_shared() -> None:
    shares = [Allowance(40) for _ in range(4)]
    taken = sum(one.take(moment / 10, 400, 0.25) for moment in range(101) for one in shares)
    assert 40 * 11 - len(shares) <= taken <= 40 * 11


def completes(app: Flask, registration: str) -> str:
    """A module is completed; the id of what is told of it."""
    with app.app_context():
        with transaction() as session:
            record(session, completed(uuid.UUID(registration)))
        return str(db.session.scalars(select(Statement.uuid).order_by(Statement.id.desc()).limit(1)).one())
