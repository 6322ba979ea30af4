"""Managers rate statements about themselves, for themselves alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.cli import main
from lms.config import Settings
from lms.content.blocks import SelfAssessment as Block
from lms.db import db
from lms.outbox.models import Statement
from lms.pulse import rating
from lms.pulse.models import ModuleComment, SelfAssessment
from tests.player.sample import MODULE

PAGE = f"/modules/{MODULE}/pages/turn"
ADDRESS = f"/modules/{MODULE}/self-assessments/where-i-stand"
BLOCK = Block.model_validate(
    {
        "id": "habits",
        "minutes": 2,
        "scale": ["Never", "Sometimes", "Often"],
        "statements": [{"id": name, "text": f"I {name}."} for name in ("ask", "wait", "thank")],
    }
)


def form(**fields: str) -> dict[str, str]:
    return {"token": str(uuid.uuid4()), "rate-ask": "1", **fields}


def all_of(app: Flask, table: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(table).order_by(table.id)))


def told(app: Flask) -> int:
    return sum("/self-assessments/" in json.loads(row.body)["object"]["id"] for row in all_of(app, Statement))


RATINGS = st.dictionaries(st.sampled_from(["ask", "wait", "thank"]), st.integers(0, 2))


@given(RATINGS)
def test_ratings_are_the_same_again(ratings: dict[str, int]) -> None:
    assert rating.from_text(rating.to_text(ratings)) == ratings
    fields = {f"rate-{name}": str(place) for name, place in ratings.items()}
    assert rating.read(BLOCK, fields) == ratings
    assert set(rating.missing(BLOCK, ratings)) == {"ask", "wait", "thank"} - set(ratings)


@given(RATINGS, RATINGS)
def test_rows_tell_how_each_has_moved(first: dict[str, int], now: dict[str, int]) -> None:
    for statement, row in zip(BLOCK.statements, rating.rows(BLOCK, [first, {}, now]), strict=True):
        both = statement.id in first and statement.id in now
        assert row.moved == (now[statement.id] - first[statement.id] if both else 0)
        assert row.now == (BLOCK.scale[now[statement.id]] if statement.id in now else "")


@pytest.mark.parametrize("value", ["3", "-1", "01", "one", "", "1 ", "²"])
def test_what_is_not_on_the_scale_is_no_rating(value: str) -> None:
    assert rating.read(BLOCK, {"rate-ask": value}) == {}


def test_answers_are_kept_and_shown_to_their_owner(app: Flask, learner: FlaskClient) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        learner.get(PAGE)
        answer = learner.submit(ADDRESS, form())
        assert answer.headers["Location"] == f"{PAGE}#block-self-assessment-where-i-stand"
        page = learner.get(PAGE).text
    assert "Saved on 23 November 2026" in page
    assert "<td>Sometimes" in page
    assert told(app) == 1


def test_a_second_click_is_the_same_answer(app: Flask, learner: FlaskClient) -> None:
    sent = form(comment="The lift story is not like ours.")
    learner.submit(ADDRESS, sent)
    learner.submit(ADDRESS, sent)
    assert len(all_of(app, SelfAssessment)) == len(all_of(app, ModuleComment)) == told(app) == 1


def test_answering_again_shows_what_has_moved(app: Flask, learner: FlaskClient) -> None:
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False) as clock:
        learner.submit(ADDRESS, form(**{"rate-ask": "0"}))
        clock.shift(3600)
        learner.submit(ADDRESS, form(**{"rate-ask": "2"}))
        page = learner.get(PAGE).text
    assert "<td>Never</td>" in page
    assert "<td>Often " in page
    assert "higher on the scale" in page
    assert len(all_of(app, SelfAssessment)) == 2


def test_a_form_without_an_answer_comes_back_with_its_comment(app: Flask, learner: FlaskClient) -> None:
    answer = learner.submit(ADDRESS, {"token": str(uuid.uuid4()), "comment": "On nights this is not so."})
    assert answer.status_code == 422
    assert "Choose an answer for at least one line." in answer.text
    assert "On nights this is not so." in answer.text
    assert "How often?" in answer.text
    assert not all_of(app, ModuleComment)


def test_answers_are_sealed_and_seen_by_nobody_else(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    learner.submit(ADDRESS, form())
    (kept,) = all_of(app, SelfAssessment)
    assert b"ask" not in kept.sealed
    other = sign_in(app.test_client(), person("Zoe Lind"))
    assert "Saved on" not in other.get(PAGE).text


def test_comments_reach_the_authors_without_a_name(
    app: Flask, learner: FlaskClient, ada: Person, settings: Settings
) -> None:
    learner.submit(ADDRESS, form(comment="On nights this is not so."))
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database_url}
    told_to_authors = CliRunner().invoke(main, ["comments"], env=environment).output
    assert "On nights this is not so." in told_to_authors
    assert ada.name not in told_to_authors
    assert (
        "There are no comments yet." in CliRunner().invoke(main, ["comments", "--module", "x"], env=environment).output
    )


def test_an_answer_that_does_not_open_does_not_take_the_page_away(app: Flask, learner: Any) -> None:
    learner.submit(ADDRESS, form())
    with app.app_context():
        db.session.execute(update(SelfAssessment).values(sealed=b"\x01 something else"))
        db.session.commit()
    assert learner.get(PAGE).status_code == 200
