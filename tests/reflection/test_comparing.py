"""Writing from memory and practice: the model answer comes after one's own words, or on request."""

from __future__ import annotations

import pytest

from tests.reflection.conftest import Author

MODEL = {"recall": "to wait and to ask", "practice": "I have ten minutes"}
PROMPTS = [("moves", "recall"), ("opener", "practice")]


@pytest.mark.parametrize(("block_id", "kind"), PROMPTS)
def test_model_answer_comes_after_writing(author: Author, block_id: str, kind: str) -> None:
    assert MODEL[kind] not in author.page(block_id)
    author.autosave(block_id, author.form(block_id, kind) | {"box-0": "Wait."}, kind)
    assert MODEL[kind] not in author.page(block_id)
    assert author.write(block_id, "Wait, ask.", kind=kind, compare="written").status_code == 303
    page = author.page(block_id)
    assert MODEL[kind] in page
    assert author.form(block_id, kind)["box-0"] == "Wait, ask."


@pytest.mark.parametrize(("block_id", "kind"), PROMPTS)
def test_model_answer_comes_without_writing_too(author: Author, block_id: str, kind: str) -> None:
    assert author.write(block_id, "", kind=kind, compare="unwritten").status_code == 303
    assert MODEL[kind] in author.page(block_id)
    assert MODEL[kind] not in author.browser.get("/reflections").text


def test_empty_box_is_no_answer_to_compare(author: Author) -> None:
    answer = author.write("moves", "  ", kind="recall", compare="written")
    assert answer.status_code == 422
    assert "Write a few words first" in answer.text
    assert MODEL["recall"] not in answer.text


def test_points_are_ticked_off(author: Author) -> None:
    author.write("moves", "Wait.", kind="recall", compare="written")
    assert "Ask an <em>open</em> question" in author.page("moves")
    author.write("moves", "Wait.", kind="recall", **{"point-1": "yes"})
    form = author.form("moves", "recall")
    assert "point-1" in form
    assert "point-0" not in form
    assert "Ticked off: 1 of 2 points" in author.browser.get("/reflections").text


def test_questions_are_still_questions(author: Author) -> None:
    page = author.page("cases")
    assert "Which of these is a listening move?" in page
    assert "/writing/practice/cases" not in page


def test_pages_count_without_a_word_written(author: Author) -> None:
    for name in ("write", "compare", "final"):
        page = author.browser.get(f"/modules/look/pages/{name}").text
    assert "100% opened" in page
