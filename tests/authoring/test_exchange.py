"""Questions that come from a file into a draft in the browser, and go out as one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms.accounts.models import Person, Role
from lms.authoring.files.yaml_text import plain
from lms.authoring.interchange.formats import READERS
from lms.authoring.interchange.neutral import Place
from lms.authoring.models import SentQuestions
from lms.db import db, transaction
from lms.operate.chores import remove_old
from tests.authoring.desk import BASE, MODULE, draft, packed, published, trainer, upload, written
from tests.conftest import ready_url

__all__ = ["draft", "published", "ready_url", "trainer"]
BANK = f"quizzes/{MODULE}.yaml"
TAKE, SENT, OUT = f"{BASE}/questions/take", f"{BASE}/questions/take/sent", f"{BASE}/questions/download"
GIFT = (
    b"::First words::Who begins? {=The one who asks#Yes. ~The one who waits#No.}\n\n"
    b"// [tag:old]\n::How many::How many? {#3}\n\n::Write::Write it. {}\n"
)
MOODLE = b"""<?xml version="1.0"?>
<quiz><question type="truefalse"><name><text>True</text></name><questiontext format="html"><text>Is it so?</text>
</questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
</question></quiz>"""
AIKEN = b"Is it so?\nA. Yes\nB. No\nANSWER: B\n"
BOMB = b'<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz>&b;</quiz>'


def send(browser: FlaskClient, data: bytes, name: str = "sample.txt", **more: str) -> TestResponse:
    form = {"questions": upload(data, name), **more}
    return browser.submit(TAKE, form, content_type="multipart/form-data")  # type: ignore[attr-defined, no-any-return]


def carried(page: str) -> dict[str, str]:
    """What the form that decides carries."""
    return dict(re.findall(r'<input type="hidden" name="(sent|to|outcome|level|format)" value="([^"]*)"', page))


def put_in(browser: FlaskClient, where: str = "") -> TestResponse:
    page = browser.get(SENT + where).text
    return browser.submit(SENT, carried(page))  # type: ignore[attr-defined, no-any-return]


def bank(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = plain(written(app)[BANK].decode(), BANK)
    return found


def test_first_one_sees_what_would_be_taken_and_nothing_changes(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    assert f'href="{TAKE}"' in draft.get(f"{BASE}/questions").text
    answer = send(draft, GIFT)
    assert (answer.status_code, answer.location) == (303, SENT)
    page = draft.get(SENT).text
    assert "2 questions of the file sample.txt would be taken." in page
    assert "Who begins?" in page and "first-words" in page
    assert "Question 2, line 4, How many: its tags were left out: old." in page
    assert "Question 3, line 6, Write: an essay question: nothing here is marked by hand." in page
    assert "As the file itself says: GIFT" in page
    assert written(app) == before
    assert "sample.txt, which you sent" in draft.get(TAKE).text


def test_they_become_quick_checks_of_an_outcome_and_a_level(app: Flask, draft: FlaskClient) -> None:
    before = bank(app)
    outcome = before["blueprint"][-1]["outcome"]
    send(draft, GIFT)
    answer = put_in(draft, f"?outcome={outcome}&level=apply")
    assert (answer.status_code, answer.location) == (303, f"{BASE}/questions#checks")
    page = draft.get(answer.location).text
    assert "2 questions are in the draft now, as quick checks. 1 question was left." in page
    made = bank(app)["checks"][len(before["checks"]) :]
    assert [(one["id"], one["outcome"], one["level"]) for one in made] == [
        ("first-words", outcome, "apply"),
        ("how-many", outcome, "apply"),
    ]
    gone = put_in(draft)
    assert gone.location == f"{BASE}/questions", "what was taken waits no longer"
    assert len(bank(app)["checks"]) == len(before["checks"]) + 2
    draft.submit(f"{BASE}/undo")  # type: ignore[attr-defined]
    assert bank(app) == before


def test_a_place_of_the_quiz_takes_its_own_kind(app: Flask, draft: FlaskClient) -> None:
    slot = next(one for one in bank(app)["blueprint"] if one["type"] == "single")["id"]
    send(draft, GIFT)
    page = draft.get(f"{SENT}?to={slot}").text
    assert f"it is of the type numeric, and the place {slot} asks for single" in page
    assert put_in(draft, f"?to={slot}").location == f"{BASE}/questions#slot-{slot}"
    made = bank(app)["items"][-1]
    assert (made["id"], made["slot"]) == ("first-words", slot)


@pytest.mark.parametrize(
    ("where", "told"),
    [("?to=s99", "the quiz has no place &#39;s99&#39;"), ("?outcome=9.9", "the module has no outcome &#39;9.9&#39;")],
)
def test_a_destination_that_is_not_there_is_told(app: Flask, draft: FlaskClient, where: str, told: str) -> None:
    before = written(app)
    send(draft, GIFT)
    page = draft.get(SENT + where).text
    assert told in page and "Put them into the draft</button>" not in page
    form = carried(page)
    assert draft.submit(SENT, form).status_code == 409  # type: ignore[attr-defined]
    assert written(app) == before


@pytest.mark.parametrize(
    ("data", "name", "said", "format_"),
    [
        (GIFT, "a.txt", "", "GIFT"),
        (AIKEN, "a.txt", "", "Aiken"),
        (MOODLE, "a.xml", "", "Moodle XML"),
        (MOODLE.decode().encode("utf-16"), "a.xml", "", "Moodle XML"),
        (AIKEN, "a.txt", "aiken", "Aiken"),
    ],
)
def test_the_format_is_told_or_chosen(
    app: Flask, draft: FlaskClient, data: bytes, name: str, said: str, format_: str
) -> None:
    answer = send(draft, data, name, format=said)
    assert answer.status_code == 303
    page = draft.get(answer.location).text
    expected = f">{format_}</option>" if said else f"As the file itself says: {format_}"
    assert expected in page
    assert put_in(draft, "?" + answer.location.partition("?")[2]).status_code == 303
    assert len(bank(app)["checks"]) > 1


def zip_of(name: str) -> bytes:
    return packed({name: "x"})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (BOMB, "declares a document type"),
        (b"<quiz><question>", "not well-formed XML"),
        (b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "declares a document type"),
        (zip_of("../../x.xml"), "leads out of the archive"),
        (b"PK\x03\x04 no zip", "cannot be read"),
        (b"\xff\xd8\xff\xe0", "not UTF-8 text"),
        (b"a" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(app: Flask, draft: FlaskClient, data: bytes, told: str) -> None:
    before = written(app)
    answer = send(draft, data)
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text and told in answer.text
    assert draft.get(SENT).status_code == 303, "nothing waits"
    assert written(app) == before


def test_without_a_file_it_says_so(draft: FlaskClient) -> None:
    assert "no file was sent" in draft.submit(TAKE, {}).text  # type: ignore[attr-defined]


def test_a_file_waits_for_its_sender_alone_and_for_a_day(
    app: Flask, draft: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    other = sign_in(app.test_client(), person("Max Orr", "max@example.org", roles=[Role.TRAINER], site="north"))
    before = written(app)
    send(draft, GIFT)
    form = carried(draft.get(SENT).text)
    assert other.get(SENT).status_code == 303
    assert other.submit(SENT, form).status_code == 303  # type: ignore[attr-defined]
    send(draft, AIKEN)
    assert draft.submit(SENT, form).status_code == 409, "another file waits now"  # type: ignore[attr-defined]
    assert written(app) == before
    left = draft.submit(f"{SENT}/leave", carried(draft.get(SENT).text))  # type: ignore[attr-defined]
    assert left.location == f"{BASE}/questions"
    send(draft, GIFT)
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    with app.app_context(), transaction() as session:
        session.execute(update(SentQuestions).values(sent_at=long_ago))
    assert draft.get(SENT).status_code == 303
    remove_old(app, dt.datetime.now(dt.UTC))
    with app.app_context():
        assert db.session.scalars(select(SentQuestions.id)).all() == []
    assert written(app) == before


@pytest.mark.parametrize("format_", ["gift", "moodle", "qti", "qti3", "aiken"])
def test_what_is_downloaded_can_be_taken_again(app: Flask, draft: FlaskClient, format_: str) -> None:
    count = len(bank(app)["items"]) + len(bank(app)["checks"])
    page = draft.get(f"{OUT}?format={format_}").text
    told = re.search(r"(\d+) of (\d+) questions? would be in the file", page)
    assert told and int(told[2]) == count
    assert "Its outcome, level and place in the quiz: all questions" in page or format_ == "aiken"
    answer = draft.get(f"{OUT}/{format_}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename={MODULE}-questions.")
    read = READERS["qti" if format_.startswith("qti") else format_](answer.data, "out", Place("1.1"))
    assert len(read.items) == int(told[1])


def test_unfinished_questions_of_a_draft_are_left_out_and_told(app: Flask, draft: FlaskClient) -> None:
    draft.submit(f"{BASE}/new", {"kind": "check", "title": "Half", "type": "single"})  # type: ignore[attr-defined]
    draft.submit(f"{BASE}/check/half", {"stem": "", "outcome": "1.1", "level": "apply", "version": version(draft)})  # type: ignore[attr-defined]
    page = draft.get(f"{OUT}?format=gift").text
    assert "It is not finished" in page and "half" in page
    assert b"[id:half]" not in draft.get(f"{OUT}/gift").data


def version(browser: FlaskClient) -> str:
    found = re.search(r'name="version" value="([^"]*)"', browser.get(f"{BASE}/check/half").text)
    assert found
    return found[1]
