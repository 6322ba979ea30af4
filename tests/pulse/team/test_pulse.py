"""A team answers without names; its manager alone is told, in bands, and only of eight or more."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import threading
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from lms.accounts.models import Person, Role
from lms.audit.actions import SYSTEM
from lms.db import db, writing
from lms.operate.chores import close_pulses
from lms.privacy.queries import record_of
from lms.privacy.service import erase
from lms.pulse.groups import GROUP
from lms.pulse.team.models import TeamPulse, TeamPulseCount
from lms.ui import logbook
from tests.attacks.conftest import changed, dump
from tests.pulse.team.conftest import Manager, Team

YES, NO = {"listens": 4, "can-question": 3}, {"listens": 1, "can-question": 0}


def counts(app: Flask) -> dict[tuple[str, int], int]:
    with app.app_context():
        rows = db.session.scalars(select(TeamPulseCount)).all()
        return {(row.statement_id, row.place): row.people for row in rows if row.people}


def test_a_pulse_from_its_opening_to_its_results(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    page = manager.page(pulse)
    assert "Not yet enough answers." in page
    assert f"/p/{pulse.key}" in page
    assert "QR code of this address" in manager.browser.get(f"/pulse/{pulse.uuid}").text
    asked = app.test_client().get(f"/p/{pulse.key}")
    for words in ("Domestics, ward 4", "Ada Bell", "My manager listens when I raise something.", "Who sees what"):
        assert words in asked.text
    team.all_send(pulse.key, *[YES] * 5, *[NO] * 2)
    assert "Not yet enough answers." in manager.page(pulse)
    team.all_send(pulse.key, {"listens": 3})
    page = manager.page(pulse)
    assert "Enough have answered." in page
    assert "Few agree" not in page
    page = manager.close(pulse)
    assert "8 people answered, or some more." in page
    assert "My manager listens when I raise something. Many agree half, up to 3 in 4" in page
    assert "I can question how we do things. too few answered this line" in page
    assert "This pulse is closed" in app.test_client().get(f"/p/{pulse.key}").text


@pytest.mark.parametrize("how_many", [0, 1, GROUP - 1])
def test_of_fewer_than_eight_nothing_is_told_and_nothing_stays(
    app: Flask, manager: Manager, team: Team, how_many: int
) -> None:
    pulse = manager.open()
    unanswered = manager.page(pulse)
    team.all_send(pulse.key, *[YES] * how_many)
    assert manager.page(pulse) == unanswered, "not even how many there are"
    page = manager.close(pulse)
    assert "Not enough answers." in page
    assert " agree" not in page
    assert counts(app) == {}
    assert manager.found(pulse.uuid).answers == 0


def test_nobody_else_is_told(
    app: Flask, manager: Manager, team: Team, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    pulse = manager.open()
    team.all_send(pulse.key, *[YES] * GROUP)
    manager.close(pulse)
    for role in Role:
        browser = sign_in(app.test_client(), person("Rae Holm", roles=[role]))
        assert browser.get(f"/pulse/{pulse.uuid}").status_code == 404
        assert browser.get(f"/pulse/{pulse.uuid}/poster.pdf").status_code == 404
        assert browser.submit(f"/pulse/{pulse.uuid}/close").status_code == 404
        assert browser.submit(f"/pulse/{pulse.uuid}/throw-away").status_code == 404
        assert "ward 4" not in browser.get("/pulse").text
    assert app.test_client().get(f"/pulse/{pulse.uuid}").status_code == 303
    assert "Most agree" in manager.page(pulse)


def test_before_and_after_stand_side_by_side(manager: Manager, team: Team) -> None:
    first = manager.open()
    team.all_send(first.key, *[NO] * 6, *[YES] * 4)
    manager.close(first)
    assert "before and after" not in manager.browser.get("/pulse").text
    second = manager.open(team="domestics,  Ward 4", occasion="after")
    team.all_send(second.key, *[NO] * 1, *[YES] * 11)
    manager.close(second)
    page = manager.browser.get("/pulse").text
    assert "ward 4: before and after" in page.lower()
    row = page.partition("My manager listens")[2].partition("</tr>")[0]
    assert row.index("Some agree") < row.index("Most agree") < row.index("more than before")
    assert "10 or more answered before, 10 or more after." in page


def test_what_is_kept_is_counts(app: Flask, manager: Manager, team: Team) -> None:
    """Every table before and after: what has grown holds numbers, and the random number of each form."""
    pulse = manager.open()
    before = dump(app)
    agent = {"User-Agent": "Peculiar-Phone/4711", "X-Forwarded-For": "203.0.113.77"}
    for number in range(3):
        browser = app.test_client()
        token = team.form(pulse.key, browser)
        fields = {"csrf_token": token, "rate-listens": str(number), "name": "Zoe Lind", "comment": "It was me."}
        answer = browser.post(
            f"/p/{pulse.key}", data=fields, headers=agent, environ_base={"REMOTE_ADDR": "203.0.113.77"}
        )
        assert answer.status_code == 303
        assert not answer.headers.getlist("Set-Cookie"), "no cookie at all"
    after = dump(app)
    assert changed(before, after) == {"team_pulse", "team_pulse_count"}
    kept = json.dumps([after["team_pulse"], after["team_pulse_count"]], default=str)
    for secret in ("Peculiar", "203.0.113", "Zoe", "It was me"):
        assert secret not in kept
    row = manager.found(pulse.uuid)
    columns = [column.name for column in TeamPulse.__table__.columns]
    grown = {name for name in columns if getattr(row, name) != getattr(pulse, name)}
    assert grown == {"answers", "forms_used"}
    assert row.forms_used == sorted(row.forms_used), "their order says nothing of who came when"
    assert counts(app) == {("listens", 0): 1, ("listens", 1): 1, ("listens", 2): 1}
    moments = {type(column.type).__name__ for one in (TeamPulse, TeamPulseCount) for column in one.__table__.columns}
    assert not moments & {"UTCDateTime", "DateTime", "Time"}, "days, but no times"
    manager.close(pulse)
    assert manager.found(pulse.uuid).forms_used == []


def test_a_row_does_not_show_that_it_was_raised(app: Flask, manager: Manager, team: Team) -> None:
    """All rows are made at once and written anew together: neither ids nor transactions tell them apart."""
    pulse = manager.open()
    team.all_send(pulse.key, YES, {"listens": 2})
    with app.app_context():
        rows = db.session.scalars(select(TeamPulseCount).order_by(TeamPulseCount.id)).all()
        assert [(row.statement_id, row.place) for row in rows] == [
            (id_, place) for id_ in ("listens", "can-question") for place in range(5)
        ]
        if db.engine.dialect.name == "postgresql":
            assert len(set(db.session.scalars(text("SELECT xmin::text FROM team_pulse_count")))) == 1


def test_a_form_that_is_sent_twice_is_one_answer(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    token = team.form(pulse.key)
    for places in (YES, YES, NO):
        assert team.send(pulse.key, places, token).status_code == 303
    assert counts(app) == {("listens", 4): 1, ("can-question", 3): 1}
    assert manager.found(pulse.uuid).answers == 1


def test_clicks_at_the_same_moment_are_one_answer(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    token = team.form(pulse.key)
    clicks = [threading.Thread(target=team.send, args=(pulse.key, YES, token)) for _ in range(4)]
    others = [threading.Thread(target=team.send, args=(pulse.key, NO)) for _ in range(4)]
    for thread in (*clicks, *others):
        thread.start()
    for thread in (*clicks, *others):
        thread.join()
    assert counts(app)["listens", 4] == 1
    assert counts(app)["listens", 1] == 4


def test_no_more_answers_are_taken_than_there_are_people(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open(people="8")
    late = team.form(pulse.key)
    team.all_send(pulse.key, *[YES] * 8)
    for _ in range(3):
        answer = team.send(pulse.key, NO, late)
        assert (answer.status_code, "All answers are in" in answer.text) == (410, True)
    assert manager.found(pulse.uuid).answers == 8
    assert ("listens", 1) not in counts(app)


def test_an_empty_form_and_a_stale_one_come_back(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    answer = team.send(pulse.key, {})
    assert answer.status_code == 422
    assert "Choose an answer for at least one line." in answer.text
    answer = team.send(pulse.key, YES, "forged")
    assert answer.status_code == 400
    assert len(re.findall(" checked", answer.text)) == 2, "what was chosen is still there"
    again = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert again
    assert counts(app) == {}
    assert team.send(pulse.key, YES, again[1]).status_code == 303
    assert team.send("2345-6789-abcd", YES, again[1]).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("people", "7", "Fewer than 8 people cannot answer without being known."),
        ("people", "many", "in figures"),
        ("people", "501", "500 people at most"),
        ("team", "  ", "Please say which team."),
        ("team", "x" * 81, "within 80 characters"),
        ("occasion", "sometime", "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(manager: Manager, field: str, value: str, told: str) -> None:
    said = {"team": "Night porters", "people": "12", "occasion": "before", field: value}
    answer = manager.browser.submit("/pulse", said)
    assert answer.status_code == 422
    assert told in answer.text
    if field != "team":
        assert 'value="Night porters"' in answer.text


def test_one_is_open_at_a_time(app: Flask, manager: Manager) -> None:
    first = manager.open(token="6f6ff71f-9bb5-4c31-9d0a-3a7b2bd0a3ad")
    assert manager.open(token="6f6ff71f-9bb5-4c31-9d0a-3a7b2bd0a3ad").uuid == first.uuid
    assert manager.open(team="Another").uuid == first.uuid
    manager.close(first)
    assert manager.open(team="Another").uuid != first.uuid


def test_the_form_of_another_opens_ones_own(
    app: Flask, manager: Manager, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    token = "6f6ff71f-9bb5-4c31-9d0a-3a7b2bd0a3ad"
    first = manager.open(token=token)
    other = Manager(app, sign_in(app.test_client(), person("Zoe Lind")))
    assert other.open(token=token, team="Another").uuid != first.uuid
    assert manager.found(first.uuid).team == "Domestics, ward 4"


def test_it_closes_by_itself(app: Flask, manager: Manager, team: Team) -> None:
    with time_machine.travel("2026-11-02 09:00:00+00:00", tick=False) as clock:
        pulse = manager.open()
        assert pulse.closes_on == dt.date(2026, 11, 12)
        token = team.form(pulse.key)
        team.all_send(pulse.key, *[YES] * 3)
        clock.shift(dt.timedelta(days=10))
        team.all_send(pulse.key, YES)
        assert close_pulses(app, dt.datetime.now(dt.UTC)) == 0
        clock.shift(dt.timedelta(days=1))
        assert "Not enough answers." in manager.page(pulse)
        assert team.send(pulse.key, YES, token).status_code == 410
        assert close_pulses(app, dt.datetime.now(dt.UTC)) == 1
        assert (counts(app), manager.found(pulse.uuid).answers) == ({}, 0)
        assert close_pulses(app, dt.datetime.now(dt.UTC)) == 0


def test_what_is_thrown_away_is_gone(app: Flask, manager: Manager, team: Team) -> None:
    before = dump(app)
    pulse = manager.open()
    team.all_send(pulse.key, YES)
    assert manager.browser.submit(f"/pulse/{pulse.uuid}/throw-away").status_code == 303
    assert changed(before, dump(app)) == set()
    assert app.test_client().get(f"/p/{pulse.key}").status_code == 404


def test_the_copy_of_a_manager_tells_no_more_than_the_page(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    team.all_send(pulse.key, *[YES] * 9)
    with app.app_context():
        ada = db.session.scalars(select(Person)).one()
        assert record_of(db.session, ada, dt.datetime.now(dt.UTC), False)["team_pulses"][0]["results"] is None
    manager.close(pulse)
    with app.app_context():
        ada = db.session.scalars(select(Person)).one()
        (told,) = record_of(db.session, ada, dt.datetime.now(dt.UTC), False)["team_pulses"]
    assert told["results"] == {"answered_at_least": 8, "agree": {"can-question": "most", "listens": "most"}}
    assert not {"answers", "forms_used"} & set(told)


def test_a_manager_who_is_erased_leaves_no_pulse(app: Flask, manager: Manager, team: Team) -> None:
    pulse = manager.open()
    team.all_send(pulse.key, *[YES] * 9)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        erase(session, session.scalars(select(Person)).one(), SYSTEM, dt.datetime.now(dt.UTC))
    assert app.test_client().get(f"/p/{pulse.key}").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(TeamPulse)).all() == []
        assert db.session.scalars(select(TeamPulseCount)).all() == []


def test_answering_leaves_no_line_in_the_log(
    app: Flask, manager: Manager, team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pulse = manager.open()
    told: list[str] = []
    monkeypatch.setattr(logbook.log, "info", lambda event, **facts: told.append(str(facts["rule"])))
    with caplog.at_level(logging.DEBUG, logger="lms"):
        team.all_send(pulse.key, YES)
        app.test_client().get("/p")
        app.test_client().get("/help")
    assert told == ["/help"]
    assert not [line for line in caplog.messages if "/p/" in line]


def test_who_is_signed_in_leaves_no_sign_of_life_there(
    app: Flask, manager: Manager, team: Team, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    pulse = manager.open()
    browser = sign_in(app.test_client(), person("Zoe Lind"))
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50), tick=False):
        with app.app_context():
            seen = db.session.execute(text("SELECT seen_at FROM sign_in ORDER BY id")).all()
        assert team.send(pulse.key, YES, browser=browser).status_code == 303
        browser.get("/p")
        with app.app_context():
            assert db.session.execute(text("SELECT seen_at FROM sign_in ORDER BY id")).all() == seen
        browser.get("/pulse")
        with app.app_context():
            assert db.session.execute(text("SELECT seen_at FROM sign_in ORDER BY id")).all() != seen


def test_an_address_typed_from_paper_leads_there(app: Flask, manager: Manager) -> None:
    pulse = manager.open()
    for typed in (pulse.key.upper(), pulse.key.replace("-", "")):
        assert app.test_client().get(f"/p/{typed}").location == f"/p/{pulse.key}"
    assert "There is no such pulse" in app.test_client().get("/p/nothing").text


def test_the_sheet_for_the_wall(manager: Manager, tmp_path: object) -> None:
    pulse = manager.open()
    sheet = manager.browser.get(f"/pulse/{pulse.uuid}/poster.pdf")
    assert sheet.mimetype == "application/pdf"
    assert sheet.data[:4] == b"%PDF"


def test_without_a_plan_there_is_no_pulse(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(app.test_client(), person("Ada Bell"))
    assert "has no team pulse" in browser.get("/pulse").text
    assert browser.submit("/pulse", {"team": "x", "people": "9", "occasion": "before"}).status_code == 404


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.dictionaries(st.sampled_from(["listens", "can-question"]), st.integers(0, 4), min_size=1), max_size=12)
)
def test_counts_are_the_same_in_whichever_order_they_came(
    app: Flask, manager: Manager, team: Team, answers: list[dict[str, int]]
) -> None:
    kept = []
    for order in (answers, list(reversed(answers))):
        pulse = manager.open(people="20")
        team.all_send(pulse.key, *order)
        kept.append((counts(app), manager.found(pulse.uuid).answers))
        manager.browser.submit(f"/pulse/{pulse.uuid}/throw-away")
    assert kept[0] == kept[1]
    assert sum(kept[0][0].values()) == sum(map(len, answers))
