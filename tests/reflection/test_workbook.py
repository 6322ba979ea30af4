"""The journal on paper: what is written, lines for what is not, and nothing that a text could command."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lms.paper.press import press
from tests.reflection.conftest import Author

HOSTILE = (
    '#read("/etc/passwd") #panic("no") $x^2$ `raw` *b* _i_ <label> @ref \\ ] } // gone /* gone */ #set page(width: 1pt)'
)
SCRIPTS = ("🙂 well done", "你好", "مرحبا", "x\x1by", "e\u0301", "zażółć gęślą jaźń", "\u202eabc", "|" * 3000)


def words(author: Author, folder: Path) -> str:
    """The text of the workbook, in reading order."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (package poppler-utils)")
    answer = author.browser.get("/reflections/workbook.pdf")
    assert answer.mimetype == "application/pdf"
    path = folder / "workbook.pdf"
    path.write_bytes(answer.data)
    command = ["pdftotext", "-raw", str(path), "-"]
    return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_what_is_written_stands_below_its_prompt(author: Author, tmp_path: Path) -> None:
    author.write("unheard", "I cut him short.\nHe went.\n\nLater I said sorry.", "Wait.")
    text = words(author, tmp_path)
    parts = ["Ada Bell", "Look back", "1. Notice yourself", "the last time you did not listen", "What happened?"]
    parts += ["I cut him short.", "He went.", "Later I said sorry.", "What will you do?", "Wait.", "Saved on"]
    parts += ["Whom did you not thank?", "Name two listening moves."]
    places = [text.index(part) for part in parts[1:]]
    assert places == sorted(places)
    assert "to wait and to ask" not in text
    assert "Try these two" not in text


def test_hostile_text_is_only_text(author: Author, tmp_path: Path) -> None:
    author.write("unheard", HOSTILE, HOSTILE)
    text = words(author, tmp_path)
    assert text.count(" ".join(HOSTILE.split())) == 2
    assert "root:" not in text


def test_every_script_makes_a_workbook(author: Author) -> None:
    for text in SCRIPTS:
        author.write("unheard", text)
        answer = author.browser.get("/reflections/workbook.pdf")
        assert answer.status_code == 200
        assert b"/StructTreeRoot" in answer.data


def test_it_is_made_for_screen_readers(author: Author) -> None:
    author.write("unheard", "Plain words.")
    data = author.browser.get("/reflections/workbook.pdf").data
    assert b"pdfuaid" in data
    assert b"/Lang(en-GB)" in data
    assert re.search(rb"<dc:title>.*My reflections", data, re.DOTALL)


def test_workbook_is_a_download_that_nothing_keeps(author: Author) -> None:
    answer = author.browser.get("/reflections/workbook.pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == "attachment; filename=my-reflections.pdf"


def test_whoever_asks_for_many_at_once_gets_one_and_is_told_to_wait(author: Author) -> None:
    """One person could otherwise fill the memory and all threads of the server."""
    with press.turn(author.person.id):
        busy = author.browser.get("/reflections/workbook.pdf")
    assert busy.status_code == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert "Please try again in a moment" in busy.text
    assert author.browser.get("/reflections/workbook.pdf").status_code == 200
