"""Whatever is typed in one block of a page, no other block is lost by it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.authoring.files.block_text import values_of, with_values
from lms.authoring.files.page_text import pieces
from lms.authoring.files.unfit import UnfitError
from tests.authoring import desk
from tests.authoring.desk import BASE, MODULE, draft, published, trainer
from tests.authoring.test_writing import fields_in, form_of, version

__all__ = ["draft", "published", "trainer"]
PAGE = f"{BASE}/pages/who-cares"
FILE = f"courses/{MODULE}/start/who-cares.md"
ASKS = {"Accept": "application/json", "X-Requested-With": "fetch"}
TEXT = """---
title: Who cares
words: 700
outcomes: ["1.1"]
---

One.

:::{callout}
title: Two
---
Two.
:::

Three.

:::{practice} four
minutes: 5
---
Four?
---
Four.
:::

Five.
"""


@pytest.fixture
def page(app: Flask, draft: FlaskClient) -> FlaskClient:
    """A trainer with a page of a text, a box, a text, a practice and a text."""
    desk.put(app, FILE, TEXT)
    return draft


def texts(app: Flask) -> list[str]:
    return [one.text for one in pieces(desk.written(app)[FILE].decode())]


def send(browser: FlaskClient, place: int, form: dict[str, str], *, script: bool = True) -> TestResponse:
    """The form of a block as it is on the page, with what was typed."""
    filled = {**form_of(browser.get(PAGE).text, place), **form}
    return browser.submit(f"{PAGE}/blocks/{place}", filled, headers=ASKS if script else {})


@pytest.mark.parametrize("place", [1, 3, 5])
@pytest.mark.parametrize("blank", ["", " \r\n\r\n"])
def test_a_box_that_is_emptied_to_be_written_anew_stays_a_block(
    app: Flask, page: FlaskClient, place: int, blank: str
) -> None:
    before, marked = texts(app), version(page.get(PAGE), place)
    emptied = send(page, place, {"source": blank})
    assert (emptied.status_code, "version" in emptied.json) == (422, False)
    assert "Take away" in emptied.json["errors"]["source"][0]
    assert texts(app) == before
    filled = page.submit(f"{PAGE}/blocks/{place}", {"version": marked, "source": "New words."}, headers=ASKS)
    assert filled.status_code == 200
    assert texts(app) == [*before[:place], "New words.", *before[place + 1 :]]


def test_without_a_script_an_emptied_box_is_asked_about(app: Flask, page: FlaskClient) -> None:
    before = texts(app)
    asked = send(page, 1, {"source": ""}, script=False)
    assert asked.status_code == 422
    assert "The box is empty." in asked.text
    assert texts(app) == before
    form = fields_in(asked.text.split('id="mine"')[1])
    assert 'value="remove block"' in asked.text
    assert page.submit(f"{PAGE}/blocks/1", {**form, "do": "remove block"}).status_code == 303
    assert texts(app) == [before[0], *before[2:]]


@pytest.mark.parametrize("fence", ["```", "~~~", "````text", ":::", ":::{callout}", "- one\n\n```", "> ```\n\n~~~"])
@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_fence_that_is_not_closed_yet_swallows_nothing(app: Flask, page: FlaskClient, fence: str, place: int) -> None:
    before, marked = texts(app), version(page.get(PAGE), place)
    for more in ("", "\nmore", "\nmore\n\nand more"):
        typed = f"As I write.\n\n{fence}{more}"
        saved = send(page, place, {"source": typed, "version": marked})
        assert saved.status_code == 200
        marked, now = saved.json["version"], texts(app)
        assert now[:place] == before[:place]
        assert now[len(now) - len(before[place + 1 :]) :] == before[place + 1 :]
        assert "\n\n".join(now).count("As I write.") == 1
    closing = re.findall(r"[`~:]{3,}", fence)[-1]
    whole = f"{typed}\n{closing}\n\nAnd on."
    assert send(page, place, {"source": whole, "version": marked}).status_code == 200
    assert "\n\n".join(texts(app)).replace("\n\n", "\n") == "\n\n".join(
        [*before[:place], whole, *before[place + 1 :]]
    ).replace("\n\n", "\n")


def test_a_block_that_is_written_into_a_text_is_one_of_its_own(app: Flask, page: FlaskClient) -> None:
    before = texts(app)
    typed = "One.\n\n:::{callout}\nA box.\n:::\n\nMore."
    saved = send(page, 1, {"source": typed})
    again = send(page, 1, {"source": f"{typed} And more.", "version": saved.json["version"]})
    assert again.status_code == 200
    assert texts(app) == [before[0], "One.", ":::{callout}\nA box.\n:::", "More. And more.", *before[2:]]
    stale = send(page, 1, {"source": "Of another tab.", "version": saved.json["version"]})
    assert stale.status_code == 409


def test_text_that_would_be_one_with_its_neighbours_is_not_saved(app: Flask, page: FlaskClient) -> None:
    desk.put(app, FILE, TEXT.replace(":::{callout}", ":::{strange}"))
    before = texts(app)
    refused = send(page, 2, {"source": "A text of its own."})
    assert (refused.status_code, "one text" in refused.json["errors"]["source"][0]) == (422, True)
    shown = send(page, 2, {"source": "A text of its own."}, script=False)
    assert (shown.status_code, "A text of its own." in shown.text) == (422, True)
    assert texts(app) == before


def test_a_text_that_was_saved_already_is_saved(app: Flask, page: FlaskClient) -> None:
    marked = version(page.get(PAGE), 1)
    for _ in range(2):
        form = {"version": marked, "source": "Sent twice.\r\n\r\n"}
        assert page.submit(f"{PAGE}/blocks/1", form, headers=ASKS).status_code == 200
    assert texts(app)[1] == "Sent twice."


RULES = "One.\r\n\r\n---\r\n\r\nTwo.\r\n\r\nThree\r\n---  \r\n\r\nFour."


@pytest.mark.parametrize("name", ["text", "model"])
def test_a_line_in_a_form_takes_nothing_away(app: Flask, page: FlaskClient, name: str) -> None:
    assert send(page, 4, {name: RULES}).status_code == 200
    kept = form_of(page.get(PAGE).text, 4)
    assert kept[name].split() == ["One.", "----", "Two.", "Three", "----", "Four."]
    assert kept["model" if name == "text" else "text"].startswith("Four")
    assert send(page, 4, {"minutes": "6"}).status_code == 200
    assert form_of(page.get(PAGE).text, 4)[name] == kept[name]
    assert send(page, 2, {"text": RULES}).status_code == 200
    assert form_of(page.get(PAGE).text, 2)["text"].split() == kept[name].split()
    assert "takes 1 to" not in page.get(PAGE).text


def test_what_a_file_has_below_such_a_line_is_shown_and_kept() -> None:
    source = ":::{reflection} what\nminutes: 3\n---\nOne.\n\n---\n\nTwo.\n:::"
    values = values_of(source)
    assert values["text"] == "One.\n\n----\n\nTwo."
    assert "\nTwo.\n" in with_values(source, {**values, "minutes": 4})
    with pytest.raises(ValueError, match="no options"):
        values_of(":::{reflection} what\nOne.\n---\nTwo.\n:::")  # shown as text


@pytest.mark.parametrize("typed", [":::", "  ::::", "a\n   :::::\nb"])
def test_colons_in_a_form_do_not_end_its_block(app: Flask, page: FlaskClient, typed: str) -> None:
    before = texts(app)
    assert send(page, 2, {"text": f"One.\n{typed}\nTwo."}).status_code == 200
    assert [*texts(app)[:2], *texts(app)[3:]] == [*before[:2], *before[3:]]
    assert typed in form_of(page.get(PAGE).text, 2)["text"]


def test_a_model_answer_never_stands_in_the_place_of_its_prompt(app: Flask, page: FlaskClient) -> None:
    before = texts(app)
    refused = send(page, 4, {"text": ""})
    assert (refused.status_code, "model answer" in refused.json["errors"]["source"][0]) == (422, True)
    assert texts(app) == before
    assert send(page, 4, {"text": "Another prompt?"}).status_code == 200
    assert texts(app)[4].endswith("---\nAnother prompt?\n---\nFour.\n:::")
    with pytest.raises(UnfitError):
        with_values(before[4], {**values_of(before[4]), "text": ""})


def test_up_and_down_keep_what_was_typed(app: Flask, page: FlaskClient) -> None:
    assert send(page, 3, {"source": "Typed.", "do": "block up"}, script=False).location.endswith("#block-2")
    assert texts(app)[1] == "One.\n\nTyped.", "text beside text is one"
    assert send(page, 2, {"text": "Typed too.", "do": "block down"}, script=False).location.endswith("#block-3")
    assert texts(app)[3] == ":::{callout}\ntitle: Two\n---\nTyped too.\n:::"


def test_a_block_that_was_taken_away_can_be_put_in_again(app: Flask, page: FlaskClient) -> None:
    forms = {place: form_of(page.get(PAGE).text, place) for place in (2, 4)}
    for place in (4, 2):
        send(page, place, {"do": "remove block"}, script=False)
    typed = {**forms[4], "text": "Mine?", "minutes": "7"}
    stale = page.submit(f"{PAGE}/blocks/4", typed, headers=ASKS)
    assert (stale.status_code, stale.json["version"]) == (409, "")
    kept = page.submit(f"{PAGE}/blocks/4", {**typed, "version": stale.json["version"]}, headers=ASKS)
    assert (kept.status_code, kept.json["is_new"]) == (200, True)
    found = next(one for one in pieces(desk.written(app)[FILE].decode()) if one.kind == "practice")
    assert (found.id, values_of(found.text)) == (
        "four",
        {"id": "four", "minutes": 7, "text": "Mine?", "model": "Four."},
    )
    by_hand = page.submit(f"{PAGE}/blocks/2", {**forms[2], "text": "My box."})
    assert (by_hand.status_code, "Put mine in again" in by_hand.text) == (409, True)
    form = fields_in(by_hand.text.split('id="mine"')[1])
    assert page.submit(f"{PAGE}/blocks/2", form).status_code == 303
    assert "My box." in "".join(texts(app))
    assert "is in the page again" in page.get(PAGE).text


def test_a_text_that_was_taken_away_too(app: Flask, page: FlaskClient) -> None:
    answer = page.submit(f"{PAGE}/blocks/5", {"version": "", "source": "My words, ```\n\n```\nopen"}, headers=ASKS)
    assert answer.status_code == 200
    assert "My words" in texts(app)[-1]
    for headers in (ASKS, {}):
        blank = page.submit(f"{PAGE}/blocks/5", {"version": "", "source": " "}, headers=headers)
        assert (blank.status_code, "The box is empty." in blank.text) == (422, True)
    for form in ({}, {"source": "Without a mark."}, {"version": "", "title": "Of no kind"}):
        assert page.submit(f"{PAGE}/blocks/2", form, headers=ASKS).status_code == 409


def test_both_are_shown_in_the_words_of_the_form(app: Flask, page: FlaskClient) -> None:
    form = form_of(page.get(PAGE).text, 2)
    send(page, 2, {"title": "Theirs", "type": "try"})
    stale = page.submit(f"{PAGE}/blocks/2", {**form, "title": "Mine"})
    assert stale.status_code == 409
    theirs = stale.text.split('id="mine"')[0]
    assert "Theirs" in theirs
    assert "Something to try" in theirs
    assert ":::" not in theirs


def test_a_question_that_two_change_is_shown_in_words(page: FlaskClient) -> None:
    address = re.findall(rf'href="({BASE}/item/[^"]+)"', page.get(f"{BASE}/questions").text)[0]
    form = fields_in(page.get(address).text)
    page.submit(address, {**form, "stem": "Theirs?"})
    stale = page.submit(address, {**form, "stem": "Mine?"})
    assert stale.status_code == 409
    shown = stale.text.split('class="alert alert-warning"')[1].split("</form>")[0].split("<form")[0]
    assert "Theirs?" in shown
    assert "Options a, Text: " in re.sub("<[^>]+>", "", shown)
    assert "{" not in shown and "&#39;id&#39;" not in shown
