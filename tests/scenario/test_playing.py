"""A learner plays a story, as a browser without a script would."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.db import db
from lms.outbox.models import Delivery, Statement
from lms.scenario.models import ScenarioRun
from lms.xapi import valid
from tests.scenario.sample import ANCHOR, MODULE, PAGE, STORY, TEXT

START = f"/modules/{MODULE}/scenarios/{STORY}/start"
HIDDEN = ("Heard", "Beds", "Ben feels", "open question", "Waiting makes room", "Asking takes a minute", "cost more")
"""What is not told before the end."""


def runs(app: Flask) -> list[ScenarioRun]:
    with app.app_context():
        return list(db.session.scalars(select(ScenarioRun).order_by(ScenarioRun.id)))


def block(learner: FlaskClient, text: str | None = None) -> str:
    """The story's part of its page."""
    page = text if text is not None else learner.get(PAGE).text
    found = re.search(rf'<section[^>]* id="{ANCHOR}".*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def begin(learner: FlaskClient, app: Flask) -> str:
    """Begin the story; the address of the run."""
    answer = learner.submit(START)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{PAGE}#{ANCHOR}"
    return f"/stories/{runs(app)[-1].uuid}"


def choose(learner: FlaskClient, run: str, step: int, place: int) -> Any:
    return learner.submit(f"{run}/choices", {"step": str(step), "choice": str(place)})


def play(learner: FlaskClient, app: Flask, *places: int) -> str:
    run = begin(learner, app)
    for step, place in enumerate(places):
        assert choose(learner, run, step, place).status_code == 303
    return run


def told(app: Flask) -> list[dict[str, Any]]:
    """The statements about the story."""
    with app.app_context():
        rows = db.session.scalars(select(Statement).order_by(Statement.id)).all()
    bodies = [json.loads(row.body) for row in rows]
    assert all(row.delivery is Delivery.QUEUED for row in rows)
    return [body for body in bodies if "/scenarios/" in body["object"]["id"]]


def test_a_story_is_told_scene_by_scene(learner: FlaskClient, app: Flask) -> None:
    before = block(learner)
    assert "You are a porter&#39;s manager." in before or "You are a porter's manager." in before
    assert "<strong>Ben</strong>, porter" in before
    assert "manager</li>" not in before
    assert "Ben sighs." not in before
    run = begin(learner, app)
    first = block(learner)
    assert "Decision 1 of 3" in first
    assert "Ben sighs." in first
    assert "By the window" not in first
    choose(learner, run, 0, 1)
    second = block(learner)
    assert "Decision 2 of 3" in second
    assert second.index("He stops.") < second.index("Ben says that he is tired.")
    assert "Read the story so far" in second
    for page in (before, first, second):
        assert not [word for word in HIDDEN if word in page]


def test_nothing_that_is_sent_says_which_choice_is_best(learner: FlaskClient, app: Flask) -> None:
    begin(learner, app)
    page = block(learner)
    for word in ("best", "poor", "verdict", "effects", "pass", 'value="ask"'):
        assert word not in page


def test_the_end_tells_all(learner: FlaskClient, app: Flask) -> None:
    play(learner, app, 1, 0, 1)
    page = block(learner)
    order = ("He writes it down.", "Ben was heard", "What was counted", "Your decisions", "Asking takes a minute.",
             "What would you say this time?")  # fmt: skip
    assert sorted(order, key=page.index) == list(order)
    for words in (
        "<strong>Heard</strong> began at 5 and ended at 10 of 10.",
        "Heard rose from 5 to 7. Beds rose from 9 to 10.",
        "Heard rose from 9 to 10. Beds fell from 10 to 9.",
        'aria-label="Heard: at the start 5, after decision 1 7, after decision 2 9, after decision 3 10"',
        "This is an open question.",
        "This helped most",
        "Ben feels heard.",
    ):
        assert words in page, words
    assert "No time was given." not in page
    assert "style=" not in page


def test_an_ended_story_is_told_to_the_store_once(learner: FlaskClient, app: Flask) -> None:
    with time_machine.travel("2026-11-23T08:00:00Z", tick=False) as clock:
        run = begin(learner, app)
        for step, place in enumerate((1, 0, 1)):
            clock.shift(60)
            choose(learner, run, step, place)
            choose(learner, run, step, place)
    (statement,) = told(app)
    assert valid.problems(statement) == []
    assert statement["verb"]["id"].endswith("/completed")
    assert statement["result"]["response"] == "at-the-lift/ask[,]now/wait[,]after/agree"
    assert statement["result"]["duration"] == "PT3M"
    assert list(statement["result"]["extensions"].values()) == ["heard"]
    assert str(runs(app)[0].uuid) in statement["context"]["extensions"].values()


def test_a_double_click_is_one_click(learner: FlaskClient, app: Flask) -> None:
    run = begin(learner, app)
    assert begin(learner, app) == run
    assert choose(learner, run, 0, 1).status_code == 303
    assert choose(learner, run, 0, 1).status_code == 303
    (kept,) = runs(app)
    assert kept.choices == ["ask"]


def test_clicks_side_by_side_are_one(learner: FlaskClient, app: Flask, sign_in: Callable[..., FlaskClient],
                                     ada: Person) -> None:  # fmt: skip
    run = begin(learner, app)
    browsers = [sign_in(app.test_client(), ada) for _ in range(4)]
    tokens = [browser.csrf_token() for browser in browsers]

    def click(number: int) -> int:
        form = {"step": "0", "choice": "1", "csrf_token": tokens[number]}
        return browsers[number].post(f"{run}/choices", data=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {303}
    assert runs(app)[0].choices == ["ask"]


def test_a_page_that_is_past_tells_where_the_story_stands(learner: FlaskClient, app: Flask) -> None:
    run = play(learner, app, 1)
    answer = choose(learner, run, 0, 0)
    assert answer.status_code == 409
    assert "The story has gone on since that page was opened." in answer.text
    assert "Ben says that he is tired." in block(learner, answer.text)
    assert runs(app)[0].choices == ["ask"]
    assert choose(learner, run, 2, 0).status_code == 409
    choose(learner, run, 1, 0)
    choose(learner, run, 2, 0)
    late = choose(learner, run, 2, 1)
    assert late.status_code == 409
    assert "Ben was heard" in late.text
    assert len(told(app)) == 1


@pytest.mark.parametrize("form", [{}, {"choice": ""}, {"choice": "2"}, {"choice": "-1"}, {"choice": "x"}])
def test_without_a_choice_it_says_so(learner: FlaskClient, app: Flask, form: dict[str, str]) -> None:
    run = begin(learner, app)
    answer = learner.submit(f"{run}/choices", {"step": "0", **form})
    assert answer.status_code == 422
    assert "Choose what you would do." in block(learner, answer.text)
    assert runs(app)[0].choices == []


def test_strange_steps_are_refused(learner: FlaskClient, app: Flask) -> None:
    run = begin(learner, app)
    for step in ("", "-1", "x"):
        assert learner.submit(f"{run}/choices", {"step": step, "choice": "0"}).status_code == 400


def test_a_story_goes_on_where_it_was_left_on_any_device(
    learner: FlaskClient, app: Flask, sign_in: Callable[..., FlaskClient], ada: Person
) -> None:
    play(learner, app, 0)
    other = sign_in(app.test_client(), ada)
    assert "Ben does not look up." in block(other)
    assert "He looks after you." in block(other)


def test_someone_elses_story_looks_like_none(
    learner: FlaskClient, app: Flask, sign_in: Callable[..., FlaskClient], person: Callable[..., Person]
) -> None:
    run = play(learner, app, 1)
    ben = sign_in(app.test_client(), person("Ben Cole"))
    nowhere = f"/stories/{uuid.uuid4()}"
    for address in (run, nowhere):
        for action, form in (("choices", {"step": "1", "choice": "0"}), ("replay", {"decision": "0"}), ("leave", {})):
            assert ben.submit(f"{address}/{action}", form).status_code == 404
    assert runs(app)[0].choices == ["ask"]
    assert "Ben sighs." not in block(ben)


def test_writes_need_a_token_and_a_known_story(learner: FlaskClient, app: Flask) -> None:
    assert learner.post(START).status_code == 400
    assert learner.get(START).status_code == 405
    assert learner.submit(f"/modules/{MODULE}/scenarios/none/start").status_code == 404
    assert learner.submit(f"/modules/none/scenarios/{STORY}/start").status_code == 404
    assert runs(app) == []


def test_one_decision_is_played_again(learner: FlaskClient, app: Flask) -> None:
    first = play(learner, app, 0, 1, 0)
    assert "Ben is gone" in block(learner)
    assert learner.submit(f"{first}/replay", {"decision": "0"}).status_code == 303
    scene = block(learner)
    assert "You are playing decision 1 again." in scene
    assert "<strong>Last time:</strong> You walk on." in scene
    assert 'value="0"' not in scene.split('name="step" value="0"')[1]
    again = f"/stories/{runs(app)[1].uuid}"
    assert choose(learner, again, 0, 0).status_code == 422
    choose(learner, again, 0, 1)
    choose(learner, again, 1, 0)
    assert "You chose this before" in block(learner)
    choose(learner, again, 2, 0)
    page = block(learner)
    for words in (
        "The first time it ended as <strong>Ben is gone</strong>. This time it ended as <strong>Ben was heard</strong>",
        "<strong>Heard</strong> ended at 10, the first time at 1.",
        "First time: In the canteen",
        "This time: By the window",
        "You chose the same both times.",
        "Waiting makes room.",
        "Read the debrief again",
    ):
        assert words in page, words
    replayed = runs(app)[1]
    assert (replayed.replay_of_id, replayed.kept, replayed.ending_id) == (runs(app)[0].id, 0, "heard")
    statements = told(app)
    assert len(statements) == 2
    assert all(valid.problems(one) == [] for one in statements)
    assert len({tuple(one["context"]["extensions"].values()) for one in statements}) == 2


def test_a_replay_takes_over_the_choices_before(learner: FlaskClient, app: Flask) -> None:
    first = play(learner, app, 1, 1, 0)
    learner.submit(f"{first}/replay", {"decision": "1"})
    assert runs(app)[1].choices == ["ask"]
    scene = block(learner)
    assert "You are playing decision 2 again." in scene
    assert "He stops." in scene


def test_a_replay_can_be_left(learner: FlaskClient, app: Flask) -> None:
    first = play(learner, app, 1, 1, 0)
    learner.submit(f"{first}/replay", {"decision": "2"})
    again = f"/stories/{runs(app)[1].uuid}"
    assert learner.submit(f"{again}/leave").status_code == 303
    assert learner.submit(f"{again}/leave").status_code == 303
    assert "Asking takes a minute." in block(learner)
    assert choose(learner, again, 2, 1).status_code == 409
    assert len(told(app)) == 1


def test_a_first_story_waits_and_is_not_left(learner: FlaskClient, app: Flask) -> None:
    run = play(learner, app, 1)
    learner.submit(f"{run}/leave")
    assert runs(app)[0].ended_at is None
    assert "Ben says that he is tired." in block(learner)


def test_only_one_story_is_under_way(learner: FlaskClient, app: Flask) -> None:
    first = play(learner, app, 1, 1, 0)
    for _ in range(2):
        assert learner.submit(f"{first}/replay", {"decision": "0"}).status_code == 303
    assert learner.submit(f"{first}/replay", {"decision": "1"}).status_code == 409
    assert begin(learner, app) == f"/stories/{runs(app)[1].uuid}"
    assert len(runs(app)) == 2


@pytest.mark.parametrize("decision", ["", "3", "-1", "x"])
def test_a_decision_that_was_never_taken_is_not_played_again(learner: FlaskClient, app: Flask, decision: str) -> None:
    first = play(learner, app, 1, 1, 0)
    answer = learner.submit(f"{first}/replay", {"decision": decision})
    assert answer.status_code == 422
    assert "Choose the decision" in block(learner, answer.text)
    assert len(runs(app)) == 1


def test_the_whole_story_can_be_played_once_more(learner: FlaskClient, app: Flask) -> None:
    first = play(learner, app, 0, 1, 0)
    second = play(learner, app, 1)
    assert second != first
    page = block(learner)
    assert "By the window" in page
    assert "Back to the debrief" in page
    choose(learner, second, 1, 0)
    choose(learner, second, 2, 0)
    page = block(learner)
    assert "Ben was heard" in page
    assert "What changed" not in page
    assert learner.submit(f"{first}/replay", {"decision": "0"}).status_code == 409
    assert len(told(app)) == 2


def test_a_story_is_told_to_its_end_as_it_was_when_it_began(
    learner: FlaskClient, app: Flask, publish: Callable[[str], None]
) -> None:
    run = play(learner, app, 1)
    publish(TEXT.replace("Ben says that he is tired.", "It rains.").replace("{id: wait,", "{id: listen,"))
    assert "Ben says that he is tired." in block(learner)
    choose(learner, run, 1, 0)
    choose(learner, run, 2, 0)
    learner.submit(f"{run}/replay", {"decision": "1"})
    assert "Ben says that he is tired." in block(learner)
    again = f"/stories/{runs(app)[1].uuid}"
    choose(learner, again, 1, 1)
    choose(learner, again, 2, 1)
    assert "This time it ended as <strong>Polite</strong>" in block(learner)
    play(learner, app, 1)
    assert "It rains." in block(learner)
    assert "You chose this before" not in block(learner)
