"""A later module begins with questions of earlier ones, the learner's own wrong ones first."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.db import db, transaction
from lms.enrolment.service import open_early
from lms.outbox.models import Statement
from lms.quiz.models import CheckAnswer
from tests.lookback.conftest import DAY, TURN, Clock, answer_check, complete, token_of
from tests.player import sample

PAGE = f"/modules/{sample.SECOND}/pages/one"


def address(item: str) -> str:
    return f"/modules/{sample.SECOND}/warm-ups/start-again/{sample.MODULE}/{item}"


def asked(page: str) -> list[str]:
    """The items of the warm-up, in order."""
    return list(dict.fromkeys(re.findall(rf"/warm-ups/start-again/{sample.MODULE}/([a-z-]+)", page)))


@pytest.fixture
def second(learner: FlaskClient, clock: Clock) -> FlaskClient:
    """Ada, eight days after she has completed the first module, where she had answered the check wrong."""
    answer_check(learner, "To hurry")
    complete(learner)
    clock.move_to(DAY + dt.timedelta(days=8))
    return learner


def test_what_went_wrong_comes_first(second: FlaskClient) -> None:
    page = second.get(PAGE).text
    assert "What do you remember?" in page
    assert asked(page) == ["which-move", "first"]
    assert "from Notice" in page


def test_who_had_all_right_is_asked_all_the_same(learner: FlaskClient, clock: Clock) -> None:
    answer_check(learner, "To wait")
    complete(learner)
    clock.move_to(DAY + dt.timedelta(days=8))
    assert set(asked(learner.get(PAGE).text)) == {"which-move", "first"}


def test_an_answer_is_kept_marked_and_told_of_the_module_that_it_comes_from(app: Flask, second: FlaskClient) -> None:
    second.get(PAGE)
    answer_check(second, "To wait", PAGE, address("which-move"))
    page = second.get(PAGE).text
    assert "That is the best answer." in page
    assert asked(page) == ["which-move", "first"], "an answer changes nothing about what is asked"
    with app.app_context():
        kept = db.session.scalars(select(CheckAnswer).order_by(CheckAnswer.id.desc())).first()
        assert kept and (kept.occasion, kept.source_id, kept.raw) == ("start-again", sample.MODULE, 1.0)
        told = json.loads(db.session.scalars(select(Statement.body).order_by(Statement.id.desc())).first() or "")
    assert told["object"]["id"].endswith(f"/{sample.MODULE}/items/which-move")
    assert told["context"]["contextActivities"]["parent"][0]["id"].endswith(f"/{sample.SECOND}/pages/one")
    assert told["result"]["success"] is True


def test_the_page_of_the_first_module_shows_its_own_answer(second: FlaskClient) -> None:
    second.get(PAGE)
    answer_check(second, "To wait", PAGE, address("which-move"))
    assert "There is a better answer." in second.get(TURN).text


def test_a_second_click_is_the_same_answer(app: Flask, second: FlaskClient) -> None:
    text = second.get(PAGE).text
    form = {"token": token_of(text, address("which-move")), "choice": "0"}
    for _ in range(2):
        second.submit(address("which-move"), form)
    with app.app_context():
        assert len(db.session.scalars(select(CheckAnswer).filter_by(occasion="start-again")).all()) == 1


def test_no_answer_is_told_beside_its_question_and_the_others_stay(second: FlaskClient) -> None:
    second.get(PAGE)
    answer = second.submit(address("first"), {"token": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "Choose an answer first." in answer.text
    assert asked(answer.text) == ["which-move", "first"]


@pytest.mark.parametrize("item", ["which-move-not", "none"])
def test_a_question_that_is_not_asked_is_not_there(second: FlaskClient, item: str) -> None:
    second.get(PAGE)
    assert second.submit(address(item), {"token": str(uuid.uuid4()), "choice": "0"}).status_code == 404


def test_a_quiz_that_is_not_passed_gives_nothing_away(app: Flask, learner: FlaskClient, clock: Clock) -> None:
    """Its questions are asked again only once nobody can be tested by them any more."""
    complete(learner, right=False)
    _open_second(app)
    page = learner.get(PAGE).text
    assert asked(page) == ["which-move"]


def test_who_has_begun_nothing_before_is_told_so(app: Flask, learner: FlaskClient) -> None:
    _open_second(app)
    assert "nothing to bring back" in learner.get(PAGE).text


def _open_second(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        open_early(session, session.scalars(select(Person.id)).one(), sample.SECOND, DAY)
