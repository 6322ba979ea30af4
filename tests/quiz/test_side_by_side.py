"""A quiz that is handed in many times at once, sent again, and published anew while it is taken (C2, C3)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from lms.accounts.models import Person
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.outbox.models import Statement
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from tests.quiz import sample
from tests.quiz.test_taking import FINAL, MODULE, START, all_of, answer_all, right_forms, start, told

AT_ONCE = 50


def at_once(browsers: list[Any], path: str, form: dict[str, Any] | None = None) -> set[tuple[int, str]]:
    """The different answers to the same form, sent fifty times side by side."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: browsers[one % 8].submit(path, form), range(AT_ONCE)))
    return {(answer.status_code, answer.headers.get("Location", "")) for answer in answers}


def browsers_of(app: Flask, who: Person, sign_in: Callable[..., Any]) -> list[Any]:
    """Of one person, as many as ask at a time."""
    return [sign_in(app.test_client(), who) for _ in range(8)]


def read(browser: Any, path: str) -> str:
    """A page, but for its tokens, which name the moment."""
    return re.sub(r'(content|value)="[^"]{60,}"', "", browser.get(path).text)


def rows(app: Flask) -> list[Any]:
    """What was marked, and what was told."""
    kept = [(one.item_id, one.response, one.raw) for one in all_of(app, QuizResponse)]
    over = [(one.number, one.raw, one.submitted_at) for one in all_of(app, QuizAttempt)]
    return [kept, over, sorted(str(one.uuid) for one in all_of(app, Statement))]


def test_fifty_at_once_begin_and_hand_in_one_attempt(
    app: Flask, learner: Any, ada: Person, sign_in: Callable[..., Any]
) -> None:
    browsers = browsers_of(app, ada, sign_in)
    ((status, there),) = at_once(browsers, START)
    assert status == 303
    attempt = there.split("/items/")[0]
    answer_all(app, learner, attempt)
    assert at_once(browsers, f"{attempt}/submit") == {(303, f"{attempt}/result")}
    assert len(all_of(app, QuizAttempt)) == 1
    verbs = told(app)
    assert verbs.count("answered") == 6
    assert verbs.count("passed") == 1


def test_what_is_sent_again_changes_nothing(
    app: Flask, learner: Any, ada: Person, person: Callable[..., Person], sign_in: Callable[..., Any]
) -> None:
    attempt = start(learner)
    answer_all(app, learner, attempt)
    learner.submit(f"{attempt}/submit")
    before, result = rows(app), read(learner, f"{attempt}/result")
    eve = sign_in(app.test_client(), person("Eve Lund"))
    for version in ("0", "1", "2", "", "-1", "x"):
        for place, form in enumerate(right_forms(app, attempt), 1):
            sent = {**form, "version": version}
            late = learner.submit(f"{attempt}/items/{place}", sent)
            assert late.headers["Location"] == f"{attempt}/result"
            assert eve.submit(f"{attempt}/items/{place}", sent).status_code == 404
    for path in (f"{attempt}/submit", START):
        learner.submit(path)
    assert eve.submit(f"{attempt}/submit").status_code == 404
    assert rows(app) == before
    assert read(learner, f"{attempt}/result") == result


def test_what_was_not_offered_is_no_answer(app: Flask, learner: Any) -> None:
    attempt = start(learner)
    for place in range(1, 7):
        for name in ("choice", "rank-0", "number", "match-0"):
            for value in ("99", "-1", "1 or 1=1", "9" * 400):
                answer = learner.submit(f"{attempt}/items/{place}", {name: value, "version": "0"})
                assert answer.status_code in (303, 409, 422)
    for place in (0, 7, 999999999999999999999):
        assert learner.submit(f"{attempt}/items/{place}", {"choice": "1"}).status_code == 404
    learner.submit(f"{attempt}/submit")
    assert all_of(app, QuizAttempt)[0].passed is False


def test_a_check_that_is_clicked_fifty_times_is_answered_once(
    app: Flask, learner: Any, ada: Person, sign_in: Callable[..., Any]
) -> None:
    page = learner.get(f"/modules/{MODULE}/pages/checks").text
    path = re.search(rf'action="(/modules/{MODULE}/checks/[^"]+)"', page)
    assert path
    form = {"choice": "1", "token": str(uuid.uuid4())}
    ((status, _),) = at_once(browsers_of(app, ada, sign_in), path[1], form)
    assert status == 303
    assert len(all_of(app, CheckAnswer)) == 1
    assert told(app).count("answered") == 1


def test_an_attempt_is_scored_by_the_version_that_it_was_drawn_from(
    app: Flask, learner: Any, ada: Person, person: Callable[..., Person], sign_in: Callable[..., Any]
) -> None:
    attempt = start(learner)
    right = right_forms(app, attempt)
    shown = [read(learner, f"{attempt}/items/{place}") for place in range(1, 7)]
    _publish_anew(app)
    assert [read(learner, f"{attempt}/items/{place}") for place in range(1, 7)] == shown
    for place, form in enumerate(right, 1):
        learner.submit(f"{attempt}/items/{place}", form)
    learner.submit(f"{attempt}/submit")
    assert "7 of 7 marks" in learner.get(f"{attempt}/result").text
    eve = sign_in(app.test_client(), person("Eve Lund"))
    eve.get(FINAL)
    theirs = eve.submit(START).headers["Location"].split("/items/")[0]
    assert all("Worded anew." in eve.get(f"{theirs}/items/{place}").text for place in range(1, 7))


def _publish_anew(app: Flask) -> None:
    """With every question worded anew, as a new revision."""
    files = sample.bundle().files
    bank = f"quizzes/{MODULE}.yaml"
    worded = files[bank].replace(b"It is 06:50.", b"Worded anew.")
    assert worded != files[bank]
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, Bundle({**files, bank: worded}), dt.datetime.now(dt.UTC))
    library.forget()
