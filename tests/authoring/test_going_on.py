"""What a trainer needs to go on by themselves: undo, blocks that bring what they stand for, new modules and places."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from lms.authoring import service
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


def stepped(browser: FlaskClient, step: str) -> str:
    """What is said after “Undo” or “Redo”."""
    return browser.get(browser.submit(f"{BASE}/{step}").location).text


def test_changes_are_undone_one_after_the_other_and_done_again(app: Flask, draft: FlaskClient) -> None:  # noqa: F811
    texts = [text(app, FILE)]
    for words in ("One.", "Two.", "Three."):
        change(draft, 1, source=words)
        texts.append(text(app, FILE))
    for before in (texts[2], texts[1], texts[0]):
        assert "Your last change is taken back." in stepped(draft, "undo")
        assert text(app, FILE) == before
    assert "There is nothing of yours to undo" in stepped(draft, "undo")
    for after in (texts[1], texts[2]):
        assert "is there again" in stepped(draft, "redo")
        assert text(app, FILE) == after
    stepped(draft, "undo")
    assert text(app, FILE) == texts[1], "what was done again can be undone again"
    change(draft, 1, source="Four.")
    assert "There is nothing to redo" in stepped(draft, "redo")
    stepped(draft, "undo")
    stepped(draft, "undo")
    assert text(app, FILE) == texts[0]


def test_undo_goes_as_far_as_versions_are_kept_and_takes_no_page_away(
    app: Flask,
    draft: FlaskClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "KEPT_VERSIONS", 6)
    for number in range(8):
        change(draft, 1, source=f"Number {number}.")
    said = [stepped(draft, "undo") for _ in range(8)]
    assert "There is nothing of yours to undo" in said[-1]
    assert "Number 4." in text(app, FILE)
    for number in (5, 6, 7):
        stepped(draft, "redo")
        assert f"Number {number}." in text(app, FILE)


def test_nobody_brings_back_what_another_has_undone(
    app: Flask,
    draft: FlaskClient,  # noqa: F811
    person: MakePerson,
    sign_in: SignIn,
) -> None:
    change(draft, 1, source="Something else altogether.")
    stepped(draft, "undo")
    other = sign_in(app.test_client(), person("Rae Holm", roles=[Role.TRAINER], site="north"))
    assert "There is nothing to redo" in stepped(other, "redo")
    assert "Something else altogether." not in text(app, FILE)


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
