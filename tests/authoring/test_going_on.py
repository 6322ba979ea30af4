"""What a trainer needs to go on by themselves: undo, blocks that bring what they stand for, new modules and places."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from tests.authoring.test_writing import (  # noqa: F401
    BASE,
    FILE,
    MODULE,
    PAGE,
    change,
    course,
    draft,
    files,
    text,
    trainer,
)

BANK = f"quizzes/{MODULE}.yaml"
MakePerson = Callable[..., Person]
SignIn = Callable[..., FlaskClient]


def test_the_last_change_is_undone_and_done_again(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    before = text(app, FILE)
    change(draft, 1, source="Something else altogether.")
    after = text(app, FILE)
    draft.submit(f"{BASE}/undo")
    assert text(app, FILE) == before
    draft.submit(f"{BASE}/undo")
    assert text(app, FILE) == after


def test_nobody_undoes_what_another_did(
    app: Flask,
    draft: FlaskClient,  # noqa: F811
    person: MakePerson,
    sign_in: SignIn,
) -> None:
    change(draft, 1, source="Something else altogether.")
    other = sign_in(app.test_client(), person("Rae Holm", roles=[Role.TRAINER], site="north"))
    assert "nothing of yours to undo" in other.get(other.submit(f"{BASE}/undo").location).text
    assert "Something else altogether." in text(app, FILE)


def test_a_page_that_was_taken_away_comes_back(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    before = text(app, FILE)
    draft.submit(f"{BASE}/outline", {"do": "remove page", "page": "attend"})
    assert draft.get(PAGE).status_code == 404
    draft.submit(f"{BASE}/undo")
    assert draft.get(PAGE).status_code == 200
    assert text(app, FILE) == before


def test_a_check_brings_its_question_and_a_story_its_scenes(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    draft.submit(f"{PAGE}/blocks", {"kind": "check", "place": "2"})
    assert ":::{check} attend-check" in text(app, FILE)
    assert "- id: attend-check" in text(app, BANK)
    assert draft.get(f"{BASE}/check/attend-check").status_code == 200
    draft.submit(f"{PAGE}/blocks", {"kind": "scenario", "place": "2"})
    assert "id: attend-story" in text(app, f"courses/{MODULE}/scenarios/attend-story.yaml")
    page = draft.get(PAGE).text
    assert f"{BASE}/scenario/attend-story" in page
    assert "there is no" not in draft.get(f"{BASE}/publish").text


def test_a_story_that_waits_for_its_place_takes_it(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    draft.submit(f"{BASE}/new", {"kind": "scenario", "title": "The late trolley"})
    draft.submit(f"{PAGE}/blocks", {"kind": "scenario", "place": "2"})
    assert ":::{scenario} the-late-trolley" in text(app, FILE)


def test_the_quiz_gets_a_place(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    added = draft.submit(f"{BASE}/new", {"kind": "slot", "type": "numeric"})
    assert added.location.endswith("/slot/s17")
    assert "No question for this place." in draft.get(f"{BASE}/questions").text


def test_text_beside_text_says_that_it_is_one(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    answer = draft.submit(f"{PAGE}/blocks", {"kind": "prose", "place": "2"})
    assert "There is a text here already" in draft.get(answer.location).text
    assert answer.location.endswith("#block-1") or re.search(r"#block-\d+$", answer.location)


def test_a_line_that_was_broken_in_its_box_is_one_line(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    page = draft.get(f"{BASE}/module").text
    found = re.search(r'name="version" value="([0-9a-f]+)"', page)
    assert found
    fields = {"version": found[1], "do": "save", "title": "Notice", "summary": "One.\r\n Two.", "promise": "You will."}
    draft.submit(f"{BASE}/module", fields)
    assert "summary: One. Two.\n" in text(app, f"courses/{MODULE}/module.yaml")
