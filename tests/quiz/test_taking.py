"""A learner takes the quiz and answers checks, as a browser without a script would."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.library import library
from lms.db import db
from lms.enrolment.models import Registration, State
from lms.outbox.models import Statement
from lms.quiz import grading
from lms.quiz.drawing import present
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.quiz.queries import sitting
from lms.quiz.showing import to_form
from tests.quiz.sample import MODULE
from tests.samples.bank import ALL, items

CHECKS = f"/modules/{MODULE}/pages/checks"
FINAL = f"/modules/{MODULE}/pages/final"
START = f"/modules/{MODULE}/quiz/start"
FEEDBACK = re.compile(r"About [abcd]\.|A slip\.|A slip too\.|Drift\.|That is it\.|Work in two steps\.")


def start(learner: FlaskClient) -> str:
    """Begin the quiz; the address of the attempt."""
    where = learner.submit(START).headers["Location"]
    return where.split("/items/")[0]


def right_forms(app: Flask, attempt: str) -> list[dict[str, list[str]]]:
    """What a learner who knows everything would fill in, question by question."""
    with app.app_context():
        found = db.session.scalars(select(QuizAttempt).filter_by(uuid=uuid.UUID(attempt.rsplit("/", 1)[1]))).one()
        questions = sitting(db.session, found).questions
        return [to_form(q.item, q.presented, grading.right_response(q.item)) for q in questions]


def answer_all(app: Flask, learner: FlaskClient, attempt: str) -> None:
    for place, form in enumerate(right_forms(app, attempt), 1):
        assert learner.submit(f"{attempt}/items/{place}", form).status_code == 303


def all_of(app: Flask, table: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def told(app: Flask) -> list[str]:
    """The last part of the verb of each statement."""
    return [json.loads(row.body)["verb"]["id"].rsplit("/", 1)[1] for row in all_of(app, Statement)]


def test_from_start_to_completion(app: Flask, learner: FlaskClient) -> None:
    for page in ("reading", "checks", "final"):
        learner.get(f"/modules/{MODULE}/pages/{page}")
    first = learner.submit(START)
    assert first.status_code == 303
    assert first.headers["Location"].endswith("/items/1")
    attempt = first.headers["Location"].split("/items/")[0]
    for place, form in enumerate(right_forms(app, attempt), 1):
        page = learner.get(f"{attempt}/items/{place}")
        assert f"Question {place} " in page.text
        assert not FEEDBACK.search(page.text)
        there = learner.submit(f"{attempt}/items/{place}", form).headers["Location"]
        assert there == (f"{attempt}/items/{place + 1}" if place < 6 else f"{attempt}/review")
    review = learner.get(f"{attempt}/review").text
    assert "You have answered all 6" in review
    assert not FEEDBACK.search(review)
    assert learner.submit(f"{attempt}/submit").headers["Location"] == f"{attempt}/result"
    result = learner.get(f"{attempt}/result").text
    assert "You have passed" in result
    assert "7 of 7 marks" in result
    assert len(FEEDBACK.findall(result)) > 15
    (registration,) = all_of(app, Registration)
    assert registration.state is State.COMPLETED
    assert "You have completed Sample" in learner.get(f"/modules/{MODULE}/completed").text
    verbs = told(app)
    assert verbs.count("answered") == 6
    assert verbs.index("answered") < verbs.index("passed") < verbs.index("completed")


def test_nothing_is_told_before_the_answers_are_handed_in(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    answer_all(app, learner, attempt)
    assert "answered" not in told(app)
    assert all(row.raw is None for row in all_of(app, QuizResponse))


def test_answers_can_be_changed_until_they_are_handed_in(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    form = right_forms(app, attempt)[0]
    other = {"choice": [str((int(form["choice"][0]) + 1) % 4)]}
    learner.submit(f"{attempt}/items/1", other)
    learner.submit(f"{attempt}/items/1", {**form, "version": "1"})
    answer_all_but_first = right_forms(app, attempt)[1:]
    for place, later in enumerate(answer_all_but_first, 2):
        learner.submit(f"{attempt}/items/{place}", later)
    learner.submit(f"{attempt}/submit")
    assert all_of(app, QuizAttempt)[0].scaled == 1
    late = learner.submit(f"{attempt}/items/1", {**other, "version": "2"})
    assert late.headers["Location"] == f"{attempt}/result"
    assert all_of(app, QuizResponse)[0].response == ["c"]


def test_an_answer_that_was_changed_elsewhere_is_not_overwritten_unseen(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    learner.submit(f"{attempt}/items/1", {"choice": ["1"], "version": "0"})
    second = learner.submit(f"{attempt}/items/1", {"choice": ["2"], "version": "0"})
    assert second.status_code == 409
    assert "in another window" in second.text
    assert 'name="version" value="1"' in second.text
    assert re.search(r'value="2" checked', second.text)
    assert learner.submit(f"{attempt}/items/1", {"choice": ["2"], "version": "1"}).status_code == 303
    same = learner.submit(f"{attempt}/items/1", {"choice": ["2"], "version": "0"})
    assert same.status_code == 303


def test_a_script_saves_in_the_same_way(learner: FlaskClient) -> None:
    attempt, headers = start(learner), {"Accept": "application/json", "X-Requested-With": "fetch"}
    address = f"{attempt}/items/1"
    saved = learner.submit(address, {"choice": ["1"], "version": "0"}, headers=headers)
    assert (saved.status_code, saved.json["version"]) == (200, 1)
    conflict = learner.submit(address, {"choice": ["2"], "version": "0"}, headers=headers)
    assert (conflict.status_code, conflict.json) == (409, {"version": 1, "fields": {"choice": ["1"]}})
    wrong = learner.submit(address, {"choice": ["1", "2"], "version": "1"}, headers=headers)
    assert (wrong.status_code, wrong.json) == (422, {"errors": {"answer": ["Choose one answer."]}})


def test_what_cannot_be_read_is_told_and_stays(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    answer = learner.submit(f"{attempt}/items/6", {"number": "sixteen"})
    assert answer.status_code == 422
    assert "“sixteen” is not a number" in answer.text
    assert 'value="sixteen"' in answer.text
    half = learner.submit(f"{attempt}/items/4", {"rank-0": "1", "rank-1": "1"})
    assert half.status_code == 422
    assert half.text.count("selected") == 2
    assert not all_of(app, QuizResponse)


def test_going_on_without_an_answer_leaves_it_open(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    assert learner.submit(f"{attempt}/items/1", {"go": "2"}).headers["Location"] == f"{attempt}/items/2"
    assert learner.submit(f"{attempt}/items/2", {"go": "5"}).headers["Location"] == f"{attempt}/items/5"
    assert learner.submit(f"{attempt}/items/5", {"go": "review"}).headers["Location"] == f"{attempt}/review"
    # A digit that is no number: superscript two.
    assert learner.submit(f"{attempt}/items/1", {"go": "²"}).headers["Location"] == f"{attempt}/items/2"
    assert "6 questions have" in learner.get(f"{attempt}/review").text
    assert not all_of(app, QuizResponse)


def test_an_answer_can_be_taken_out(app: Flask, learner: FlaskClient) -> None:
    attempt = start(learner)
    learner.submit(f"{attempt}/items/1", {"choice": ["1"], "version": "0"})
    learner.submit(f"{attempt}/items/1", {"choice": ["1"], "version": "1", "clear": "yes"})
    assert [row.response for row in all_of(app, QuizResponse)] == [[]]
    assert "6 questions have" in learner.get(f"{attempt}/review").text


def test_the_same_attempt_goes_on_on_another_device(
    app: Flask, learner: FlaskClient, ada: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    attempt = start(learner)
    learner.submit(f"{attempt}/items/1", right_forms(app, attempt)[0])
    other = sign_in(app.test_client(), ada)
    assert start(other) == attempt
    assert other.get(attempt).headers["Location"] == f"{attempt}/items/2"
    assert "You have answered 1 of 6 questions" in other.get(FINAL).text
    assert " checked" in other.get(f"{attempt}/items/1").text


def test_after_a_fail_a_pause_then_fresh_questions(app: Flask, learner: FlaskClient) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False) as clock:
        attempt = start(learner)
        drawn = set(all_of(app, QuizAttempt)[0].items)
        learner.submit(f"{attempt}/submit")
        result = learner.get(f"{attempt}/result").text
        assert "0 of 7 marks" in result
        assert "you need 6" in result
        assert f"/modules/{MODULE}/pages/reading" in result
        assert not FEEDBACK.search(result)
        assert "10 minutes" in result
        clock.shift(9 * 60)
        assert learner.submit(START).headers["Location"] == f"{FINAL}#block-quiz"
        assert "opens in one minute" in learner.get(FINAL).text
        clock.shift(60)
        assert "Try again" in learner.get(FINAL).text
        fresh = start(learner)
        assert fresh != attempt
        assert drawn.isdisjoint(all_of(app, QuizAttempt)[1].items)
    assert told(app).count("failed") == 1


def test_a_second_click_changes_nothing(app: Flask, learner: FlaskClient) -> None:
    assert start(learner) == start(learner)
    attempt = start(learner)
    answer_all(app, learner, attempt)
    learner.submit(f"{attempt}/submit")
    statements = len(all_of(app, Statement))
    assert learner.submit(f"{attempt}/submit").status_code == 303
    assert len(all_of(app, Statement)) == statements
    assert start(learner).startswith(attempt)
    assert len(all_of(app, QuizAttempt)) == 1


def test_anothers_attempt_looks_like_none(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    attempt = start(learner)
    other = sign_in(app.test_client(), person("Zoe Lind"))
    for path in ("", "/items/1", "/review", "/result"):
        assert other.get(attempt + path).status_code == 404
    for path in ("/items/1", "/submit"):
        assert other.submit(attempt + path, {"choice": ["1"]}).status_code == 404
    assert learner.get(f"{attempt}/items/7").status_code == 404
    assert learner.get(f"{attempt}/items/0").status_code == 404


def test_a_score_is_of_the_revision_that_was_drawn(app: Flask, learner: FlaskClient) -> None:
    """Every score of a past attempt is as it was, whatever is published since."""
    attempt = start(learner)
    answer_all(app, learner, attempt)
    revision = all_of(app, QuizAttempt)[0].revision_id
    learner.submit(f"{attempt}/submit")
    with app.app_context():
        assert library.revision(db.session, revision).id == MODULE


@pytest.mark.parametrize("item", items(), ids=lambda item: item.type)
def test_a_check_of_every_type_explains_each_option(app: Flask, learner: FlaskClient, item: Any) -> None:
    page = learner.get(CHECKS).text
    assert not FEEDBACK.search(page)
    section = page.split(f'id="block-check-{item.id}"')[1].split("</section>")[0]
    with app.app_context():
        seed = db.session.scalars(select(Registration.uuid)).one()
    form = to_form(item, present(item, str(seed)), grading.right_response(item))
    token = re.search(r'name="token" value="([^"]+)"', section)
    assert token
    answer = learner.submit(f"/modules/{MODULE}/checks/{item.id}", {**form, "token": token[1]})
    assert answer.headers["Location"] == f"{CHECKS}#block-check-{item.id}"
    learner.submit(f"/modules/{MODULE}/checks/{item.id}", {**form, "token": token[1]})
    (kept,) = all_of(app, CheckAnswer)
    assert kept.raw == kept.max
    after = learner.get(CHECKS).text.split(f'id="block-check-{item.id}"')[1].split("</section>")[0]
    assert FEEDBACK.search(after)
    assert "Try again" in after
    assert told(app).count("answered") == 1


@pytest.mark.parametrize("item", ALL, ids=lambda item: item["type"])
def test_an_empty_check_is_told_in_its_place(learner: FlaskClient, item: dict[str, Any], app: Flask) -> None:
    learner.get(CHECKS)
    answer = learner.submit(f"/modules/{MODULE}/checks/{item['id']}", {"token": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "Choose an answer first." in answer.text
    assert f'id="block-check-{item["id"]}"' in answer.text
    assert not all_of(app, CheckAnswer)


def test_a_practice_of_items_leads_back_to_the_practice(learner: FlaskClient) -> None:
    learner.get(CHECKS)
    data = {"token": str(uuid.uuid4()), "choice": ["0"]}
    answer = learner.submit(f"/modules/{MODULE}/checks/practised-single", data)
    assert answer.headers["Location"] == f"{CHECKS}#block-practice-both"
    after = learner.get(CHECKS).text.split('id="block-practice-both"')[1]
    assert len(FEEDBACK.findall(after)) == 4


def test_tries_at_a_check_are_all_kept(app: Flask, learner: FlaskClient) -> None:
    learner.get(CHECKS)
    for choice in ("0", "1"):
        learner.submit(f"/modules/{MODULE}/checks/single-one", {"token": str(uuid.uuid4()), "choice": [choice]})
    assert len(all_of(app, CheckAnswer)) == 2
    assert told(app).count("answered") == 2


def test_one_token_is_not_anothers_answer(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    learner.get(CHECKS)
    data = {"token": str(uuid.uuid4()), "choice": ["0"]}
    learner.submit(f"/modules/{MODULE}/checks/single-one", data)
    other = sign_in(app.test_client(), person("Zoe Lind"))
    other.get(CHECKS)
    assert other.submit(f"/modules/{MODULE}/checks/single-one", data).status_code == 303
    assert len(all_of(app, CheckAnswer)) == 2


def test_the_way_back_leads_into_the_quiz(learner: FlaskClient) -> None:
    learner.get(f"/modules/{MODULE}/pages/reading")
    learner.get(FINAL)
    attempt = start(learner)
    learner.submit(f"{attempt}/items/1", {"choice": ["1"]})
    assert learner.get(f"/modules/{MODULE}/resume").headers["Location"] == attempt
    learner.get(f"/modules/{MODULE}/pages/reading")
    assert learner.get(f"/modules/{MODULE}/resume").headers["Location"] == f"/modules/{MODULE}/pages/reading"
