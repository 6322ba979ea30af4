"""Two and six weeks later: what became of the plan, what was written, how one sees oneself, and some questions."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.commitment.models import Commitment, FollowUp
from lms.config import Settings
from lms.db import db, writing
from lms.enrolment.models import Registration
from lms.lookback.service import set_days
from lms.operate import chores
from lms.outbox.models import Statement
from tests.lookback.conftest import DAY, Clock, answer_check, complete
from tests.player import sample

PLAN = f"/modules/{sample.MODULE}/plans/my-plan"
FIRST, LAST = (f"/modules/{sample.MODULE}/look-backs/{number}" for number in (1, 2))
WORDS = {"when": "the lift is out", "will": "ask one question", "version": "0"}
SAID = {"happened": "often", "did": "sometimes", "decision": "shrink", "obstacle": "The radio, mostly."}
SECRET = "Nobody must read that the linen cage hurt my back."


@pytest.fixture
def planner(learner: FlaskClient, clock: Clock) -> FlaskClient:
    """Ada, who has completed the module with a plan, a reflection and a baseline."""
    answer_check(learner, "To hurry")
    learner.submit(f"/modules/{sample.MODULE}/writing/reflection/last-time", {"box-0": SECRET, "version": "0"})
    rated = {"token": str(uuid.uuid4()), "rate-ask": "0"}
    learner.submit(f"/modules/{sample.MODULE}/self-assessments/baseline", rated)
    learner.submit(PLAN, WORDS)
    complete(learner)
    return learner


def later(clock: Clock, **span: int) -> dt.datetime:
    at = DAY + dt.timedelta(**span)
    clock.move_to(at)
    return at


def told(app: Flask, part: str) -> list[dict[str, object]]:
    with app.app_context():
        bodies = [json.loads(body) for body in db.session.scalars(select(Statement.body).order_by(Statement.id))]
    return [body for body in bodies if part in body["object"]["id"]]


def test_the_end_of_the_module_says_when(planner: FlaskClient) -> None:
    page = planner.get(f"/modules/{sample.MODULE}/completed").text
    assert "16 November 2026" in page
    assert "14 December 2026" in page


def test_it_waits_on_the_start_page_from_its_day_on(planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=13, hours=23)
    assert FIRST not in planner.get("/").text
    assert planner.get(FIRST).status_code == 404
    later(clock, days=14, minutes=1)
    assert FIRST in planner.get("/").text
    page = planner.get(FIRST).text
    assert "When the lift is out, I will ask one question." in page
    assert SECRET not in page, "that comes back at the end"


def test_what_became_of_the_plan_is_kept_told_and_asked_no_more(app: Flask, planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=15)
    answer = planner.submit(FIRST, SAID)
    assert (answer.status_code, answer.headers["Location"]) == (303, FIRST)
    page = planner.get(FIRST).text
    assert "The radio, mostly." in page
    assert page.count(" checked") == 3
    assert FIRST not in planner.get("/").text
    (statement,) = told(app, "/commitments/my-plan-look-back-1")
    assert "radio" not in json.dumps(statement)
    extensions = statement["result"]["extensions"]  # type: ignore[index]
    assert {name.rsplit("/", 1)[1]: value for name, value in extensions.items()} == {
        "plan-happened": "often",
        "plan-did": "sometimes",
        "plan-decision": "shrink",
    }


def test_saying_it_again_takes_the_place_of_what_was_said(app: Flask, planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=15)
    planner.submit(FIRST, SAID)
    planner.submit(FIRST, SAID | {"obstacle": "Nights."})
    page = planner.get(FIRST).text
    assert "Nights." in page
    assert "The radio" not in page
    assert len(told(app, "/commitments/my-plan-look-back-1")) == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [({}, "Choose at least one answer"), ({"obstacle": "x" * 2001}, "within 2000 characters")],
)
def test_what_cannot_be_taken_comes_back_with_what_was_typed(
    planner: FlaskClient, clock: Clock, sent: dict[str, str], words: str
) -> None:
    later(clock, days=15)
    answer = planner.submit(FIRST, sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert sent.get("obstacle", "") in answer.text


def test_a_decision_of_the_end_is_none_midway(app: Flask, planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=15)
    planner.submit(FIRST, SAID | {"decision": "let go"})
    with app.app_context():
        assert db.session.scalars(select(FollowUp).filter_by(number=1)).one().decision is None


def test_words_are_sealed(app: Flask, planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=15)
    planner.submit(FIRST, SAID)
    with app.app_context():
        kept = db.session.scalars(select(FollowUp).filter_by(number=1)).one()
        assert kept.sealed and b"radio" not in kept.sealed
        last = db.session.scalars(select(FollowUp).filter_by(number=2)).one()
        last.sealed, last.version = kept.sealed, kept.version
        db.session.commit()
    later(clock, days=43)
    page = planner.get(LAST).text
    assert "The radio" not in page, "moved to another row it does not open"
    assert "cannot be opened at the moment" in page


def test_at_the_end_comes_what_was_written_and_how_it_was_before(planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=43)
    page = planner.get(LAST).text
    assert SECRET in page
    assert "What would you add now?" in page
    assert 'name="rate-ask"' in page
    assert 'name="rate-then-ask"' in page
    token = page.split('self-assessments/baseline"', 1)[1].split('name="token" value="', 1)[1].split('"', 1)[0]
    sent = {"token": token, "look-back": "2", "rate-ask": "2", "rate-then-ask": "1"}
    answer = planner.submit(f"/modules/{sample.MODULE}/self-assessments/baseline", sent)
    assert answer.headers["Location"].startswith(LAST)
    rated = planner.get(LAST).text.split("rated-list", 1)[1].split("</ul>", 1)[0]
    assert re.findall(r"<dt>([^<]+)</dt><dd>(\w+)", rated) == [
        ("At first", "Never"),
        ("Before, as seen today", "Sometimes"),
        ("Now", "Often"),
    ]


def test_gaps_of_the_last_look_back_are_named_and_kept(planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=43)
    sent = {"token": str(uuid.uuid4()), "look-back": "2", "rate-ask": "2"}
    answer = planner.submit(f"/modules/{sample.MODULE}/self-assessments/baseline", sent)
    assert answer.status_code == 422
    assert "One line has no answer yet." in answer.text
    assert 'name="rate-then-ask"' in answer.text


def test_questions_come_back_wrong_ones_first(app: Flask, planner: FlaskClient, clock: Clock) -> None:
    later(clock, days=15)
    page = planner.get(FIRST).text
    assert page.index(f"{FIRST}/questions/which-move") < page.index(f"{FIRST}/questions/first")
    answer_check(planner, "To wait", FIRST, f"{FIRST}/questions/which-move")
    assert "That is the best answer." in planner.get(FIRST).text
    assert told(app, "/items/which-move")[-1]["result"]["success"] is True  # type: ignore[index]
    later(clock, days=43)
    assert f"{LAST}/questions/which-move" in planner.get(LAST).text


def test_another_persons_look_back_is_not_there(
    app: Flask,
    planner: FlaskClient,
    clock: Clock,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
) -> None:
    later(clock, days=15)
    other = sign_in(app.test_client(), person("Eve Lund"))
    assert other.get(FIRST).status_code == 404
    assert other.submit(FIRST, SAID).status_code == 404
    token = str(uuid.uuid4())
    assert other.submit(f"{FIRST}/questions/which-move", {"token": token, "choice": "0"}).status_code == 404


def test_who_made_no_plan_is_asked_too_and_can_make_one(app: Flask, learner: FlaskClient, clock: Clock) -> None:
    complete(learner)
    chores.look_back(app, DAY + dt.timedelta(minutes=1))
    chores.look_back(app, DAY + dt.timedelta(minutes=2))
    with app.app_context():
        assert [one.number for one in db.session.scalars(select(FollowUp).order_by(FollowUp.id))] == [1, 2]
    later(clock, days=15)
    assert FIRST in learner.get("/").text
    assert "When …" in learner.get(FIRST).text
    learner.submit(PLAN, WORDS)
    assert "When the lift is out, I will ask one question." in learner.get(FIRST).text
    with app.app_context():
        assert len(db.session.scalars(select(FollowUp)).all()) == 2, "making a plan late moves no day"
        assert db.session.scalars(select(Commitment)).one().made_at


def test_whoever_cannot_be_asked_does_not_stand_in_the_way_of_others(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    complete(learner)
    complete(sign_in(app.test_client(), person("Eve Lund")))
    with app.app_context(), writing(db.session) as session:
        first = session.scalars(select(Registration).order_by(Registration.id)).first()
        assert first
        first.module_id = "without-a-plan"
    with app.app_context(), writing(db.session) as session:
        assert set_days(session, DAY + dt.timedelta(minutes=1), most=1) == 1
        assert set_days(session, DAY + dt.timedelta(minutes=2), most=1) == 0


def test_the_only_look_back_is_the_last(app: Flask, planner: FlaskClient, clock: Clock, settings: Settings) -> None:
    with app.app_context(), writing(db.session) as session:
        session.execute(delete(FollowUp).where(FollowUp.number == 2))
    chores.look_back(app, later(clock, days=15))
    assert "About 7 minutes" in planner.get("/").text
    page = planner.get(FIRST).text
    assert "<h1>A last look back</h1>" in page
    assert "It is a habit now" in page
    assert "Seven minutes" in mails(settings)[0]


def mails(settings: Settings) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(Path(settings.instance / "mail").glob("*.eml"))]


def test_it_is_announced_twice_at_most_and_only_in_the_hours(
    app: Flask, planner: FlaskClient, settings: Settings
) -> None:
    day = DAY.replace(hour=0) + dt.timedelta(days=14)
    for hours in range(24 * 27):
        chores.look_back(app, day + dt.timedelta(hours=hours))
    first, second = sorted(mails(settings), key=lambda mail: "A reminder" in mail)
    assert "Subject: Four minutes to look back at Notice" in first
    assert FIRST in first
    assert "Subject: A reminder: four minutes to look back at Notice" in second
    assert "the last mail" in second
    assert "lift" not in first + second
    with app.app_context():
        kept = db.session.scalars(select(FollowUp).filter_by(number=1)).one()
        assert kept.mails == 2
        assert kept.mailed_at and 8 <= kept.mailed_at.hour < 18


def test_who_has_looked_back_gets_no_reminder(
    app: Flask, planner: FlaskClient, clock: Clock, settings: Settings
) -> None:
    chores.look_back(app, later(clock, days=14, hours=1))
    planner.submit(FIRST, SAID)
    chores.look_back(app, later(clock, days=30))
    assert len(mails(settings)) == 1


def test_who_wants_no_mails_gets_none(app: Flask, planner: FlaskClient, clock: Clock, settings: Settings) -> None:
    planner.submit("/account/mails", {"mails": "off"})
    assert "Remind me by mail" in planner.get("/account").text
    chores.look_back(app, later(clock, days=15))
    assert mails(settings) == []
    planner.submit("/account/mails", {"mails": "on"})
    chores.look_back(app, later(clock, days=15, hours=1))
    assert len(mails(settings)) == 1


def test_a_mail_that_did_not_go_is_tried_again(app: Flask, planner: FlaskClient, settings: Settings) -> None:
    folder = settings.instance / "mail"
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder: nothing can be put here")
    at = DAY + dt.timedelta(days=15)
    assert chores.look_back(app, at) == 0
    folder.unlink()
    assert chores.look_back(app, at + dt.timedelta(minutes=1)) == 0, "not at once"
    assert chores.look_back(app, at + dt.timedelta(hours=1)) == 1
    assert len(mails(settings)) == 1


def test_the_six_weeks_overtake_the_two(app: Flask, planner: FlaskClient, clock: Clock, settings: Settings) -> None:
    chores.look_back(app, later(clock, days=43))
    assert "Seven minutes" in mails(settings)[0]
    assert len(mails(settings)) == 1
    page = planner.get("/").text
    assert LAST in page
    assert FIRST not in page


def test_who_is_still_in_the_module_is_not_asked(
    app: Flask, learner: FlaskClient, clock: Clock, settings: Settings
) -> None:
    learner.submit(PLAN, WORDS)
    chores.look_back(app, later(clock, days=15))
    assert FIRST not in learner.get("/").text
    assert mails(settings) == []
