"""A learner makes an if-then plan, and ticks off what was done on shift."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import Person
from lms.commitment.models import Commitment, ExerciseMark, FollowUp
from lms.commitment.planning import Plan, due
from lms.db import db
from lms.outbox.models import Statement
from tests.player.sample import MODULE

PAGE = f"/modules/{MODULE}/pages/turn"
PLAN = f"/modules/{MODULE}/plans/my-plan"
EXERCISE = f"/modules/{MODULE}/exercises/ten-minutes"
WORDS = {"when": "Hamid hands over at the lift", "will": "ask one question and wait", "version": "0"}
SCRIPT = {"Accept": "application/json", "X-Requested-With": "fetch"}


def all_of(app: Flask, table: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def told(app: Flask, part: str) -> int:
    """How many statements are about an activity with this in its address."""
    return sum(part in json.loads(row.body)["object"]["id"] for row in all_of(app, Statement))


@given(st.text(), st.text())
def test_a_plan_is_the_same_again(when: str, will: str) -> None:
    plan = Plan(when, will)
    assert Plan.from_text(plan.to_text()) == plan


@given(st.text(), st.text())
def test_a_plan_reads_as_one_sentence(when: str, will: str) -> None:
    sentence = Plan(when, will).sentence
    assert sentence.startswith("When ")
    assert ", I will " in sentence
    assert sentence.endswith((".", "!", "?"))


@pytest.mark.parametrize(
    ("when", "will"),
    [
        ("the radio goes", "breathe once"),
        ("When the radio goes,", "I will breathe once."),
        ("… when the radio goes …", "… I'll breathe once"),
        ("  WHEN, the radio goes.", "then I will breathe once. "),
    ],
)
def test_words_that_the_labels_say_already_are_not_said_twice(when: str, will: str) -> None:
    assert Plan(when, will).sentence == "When the radio goes, I will breathe once."


def test_words_that_only_begin_alike_stay() -> None:
    assert Plan("whenever it rings", "illustrate it").sentence == "When whenever it rings, I will illustrate it."


def test_days_to_look_back_come_in_order() -> None:
    at = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    assert [(day - at).days for day in due(at, (42, 14))] == [14, 42]


def test_a_plan_is_kept_and_shown_with_its_days(app: Flask, learner: FlaskClient) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        learner.get(PAGE)
        answer = learner.submit(PLAN, WORDS)
        assert answer.headers["Location"] == f"{PAGE}#block-commitment-my-plan"
        page = learner.get(PAGE).text
    assert WORDS["when"] in page
    assert WORDS["will"] in page
    assert "7 December 2026" in page
    assert "4 January 2027" in page
    assert 'name="version" value="1"' in page
    assert told(app, "/commitments/my-plan") == 1


def test_a_whole_plan_is_shown_as_a_sentence_and_half_a_plan_is_told(learner: FlaskClient) -> None:
    learner.submit(PLAN, {**WORDS, "will": ""})
    page = learner.get(PAGE).text
    assert "A plan needs both parts" in page
    assert "Your plan is saved" not in page
    learner.submit(PLAN, {**WORDS, "version": "1"})
    assert f"When {WORDS['when']}, I will {WORDS['will']}." in learner.get(PAGE).text


def test_words_are_sealed_and_told_to_nobody(app: Flask, learner: FlaskClient) -> None:
    learner.submit(PLAN, WORDS)
    (kept,) = all_of(app, Commitment)
    assert b"Hamid" not in kept.sealed
    assert all("Hamid" not in row.body for row in all_of(app, Statement))


def test_half_a_plan_is_kept_and_not_yet_a_plan(app: Flask, learner: FlaskClient) -> None:
    learner.submit(PLAN, {**WORDS, "will": " "}, headers=SCRIPT)
    assert told(app, "/commitments/") == 0
    assert not all_of(app, FollowUp)
    learner.submit(PLAN, {**WORDS, "version": "1"}, headers=SCRIPT)
    learner.submit(PLAN, {**WORDS, "will": "wait", "version": "2"}, headers=SCRIPT)
    assert told(app, "/commitments/") == 1
    assert len(all_of(app, FollowUp)) == 2


def test_a_script_saves_as_one_writes(learner: FlaskClient) -> None:
    saved = learner.submit(PLAN, WORDS, headers=SCRIPT)
    assert (saved.status_code, saved.json["version"]) == (200, 1)
    assert learner.submit(PLAN, WORDS, headers=SCRIPT).json["version"] == 1
    conflict = learner.submit(PLAN, {**WORDS, "will": "run"}, headers=SCRIPT)
    assert conflict.status_code == 409
    assert conflict.json == {"version": 1, "fields": {"when": WORDS["when"], "will": WORDS["will"]}}


def test_of_two_windows_both_plans_are_shown(app: Flask, learner: FlaskClient) -> None:
    learner.submit(PLAN, WORDS)
    other = learner.submit(PLAN, {**WORDS, "will": "breathe out first"})
    assert other.status_code == 409
    assert ">breathe out first</textarea>" in other.text
    assert "<strong>The other one:</strong> When Hamid hands over at the lift, I will ask one question and wait." in (
        other.text
    )
    assert "Keep mine" in other.text
    assert learner.submit(PLAN, {**WORDS, "will": "breathe out first", "version": "1"}).status_code == 303
    assert all_of(app, Commitment)[0].version == 2


def test_a_plan_that_is_too_long_comes_back(app: Flask, learner: FlaskClient) -> None:
    answer = learner.submit(PLAN, {**WORDS, "will": "wait " * 200})
    assert answer.status_code == 422
    assert "within 500 characters" in answer.text
    assert "wait wait" in answer.text
    assert not all_of(app, Commitment)


def test_anothers_plan_is_not_seen(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    learner.submit(PLAN, WORDS)
    other = sign_in(app.test_client(), person("Zoe Lind"))
    assert WORDS["when"] not in other.get(PAGE).text
    other.submit(PLAN, {**WORDS, "will": "do my own thing"})
    assert "ask one question and wait" in learner.get(PAGE).text


def test_a_ciphertext_moved_to_another_row_does_not_open(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    learner.submit(PLAN, WORDS)
    other = sign_in(app.test_client(), person("Zoe Lind"))
    other.submit(PLAN, {**WORDS, "will": "do my own thing"})
    with app.app_context():
        adas, zoes = db.session.scalars(select(Commitment).order_by(Commitment.id))
        zoes.sealed = adas.sealed
        db.session.commit()
    page = other.get(PAGE)
    assert page.status_code == 200
    assert "Your plan cannot be opened at the moment." in page.text
    assert "Hamid" not in page.text


def test_an_exercise_is_ticked_off_and_taken_back(app: Flask, learner: FlaskClient) -> None:
    learner.get(PAGE)
    assert learner.submit(EXERCISE, {"done": "yes"}).headers["Location"] == f"{PAGE}#block-exercise-ten-minutes"
    learner.submit(EXERCISE, {"done": "yes"})
    assert re.search(r"Done on \d+ \w+ \d{4}", learner.get(PAGE).text)
    learner.submit(EXERCISE, {"not-done": "yes"})
    assert "I have done it" in learner.get(PAGE).text
    learner.submit(EXERCISE, {"done": "yes"})
    assert len(all_of(app, ExerciseMark)) == 1
    assert told(app, "/exercises/ten-minutes") == 1


def test_the_day_of_the_shift_can_be_given(app: Flask, learner: FlaskClient) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        learner.get(PAGE)
        learner.submit(EXERCISE, {"done": "yes", "day": "2026-11-20"})
        assert "Done on 20 November 2026" in learner.get(PAGE).text
        learner.submit(EXERCISE, {"not-done": "yes"})
        learner.submit(EXERCISE, {"done": "yes", "day": " "})
        assert "Done on 23 November 2026" in learner.get(PAGE).text
    assert [mark.done_on for mark in all_of(app, ExerciseMark)] == [None]


@pytest.mark.parametrize("day", ["2026-11-25", "9999-12-31", "2026-02-30", "yesterday", "20.11.2026", "²"])
def test_a_day_that_cannot_be_is_told(app: Flask, learner: FlaskClient, day: str) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        learner.get(PAGE)
        answer = learner.submit(EXERCISE, {"done": "yes", "day": day})
    assert answer.status_code == 422
    assert "Please give a day that is not to come" in answer.text
    assert f'value="{day}"' in answer.text
    assert not all_of(app, ExerciseMark)
    assert told(app, "/exercises/") == 0


def test_what_is_no_plan_or_exercise_is_not_found(learner: FlaskClient) -> None:
    assert learner.submit(f"/modules/{MODULE}/plans/ten-minutes", WORDS).status_code == 404
    assert learner.submit(f"/modules/{MODULE}/exercises/my-plan", {"done": "yes"}).status_code == 404
    assert learner.submit("/modules/none/plans/my-plan", WORDS).status_code == 404
