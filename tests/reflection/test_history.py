"""Earlier versions can be read, brought back and deleted, by their author alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.db import db
from lms.reflection.models import Entry, EntryVersion
from tests.reflection.conftest import Author

START = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)


def entry_id(author: Author) -> str:
    """The name of the only text in the journal."""
    return re.search(r'href="/reflections/([0-9a-f-]{36})"', author.browser.get("/reflections").text)[1]  # type: ignore[index]


def texts(author: Author) -> list[str]:
    """The first box of each version, newest first."""
    page = author.browser.get(f"/reflections/{entry_id(author)}").text
    return re.findall(r'<p class="typed-text">(.*?)</p>', page, re.DOTALL)


def count(author: Author, table: type) -> int:
    with author.browser.application.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def clock(author: Author, sign_in: Callable[..., FlaskClient]) -> Callable[[float], time_machine.travel]:
    """`with clock(6):` it is six minutes past eight, and the author has just signed in."""

    def at(minutes: float) -> time_machine.travel:
        return time_machine.travel(START + dt.timedelta(minutes=minutes), tick=False)

    with at(0):
        sign_in(author.browser, author.person)
    return at


def test_what_saves_itself_is_one_version(author: Author, clock: Callable[[float], time_machine.travel]) -> None:
    with clock(0):
        form = author.form("unheard")
    for second, text in enumerate(["I", "I was", "I was late", "I was late and cross"]):
        with clock(second / 20):
            answer = author.autosave("unheard", form | {"box-0": text})
            form["version"] = str(answer.json["version"])  # type: ignore[index]
    with clock(1):
        assert texts(author) == ["I was late and cross"]
        assert count(author, EntryVersion) == 1
    with clock(10):
        author.autosave("unheard", form | {"box-0": "I was late."})
        assert texts(author) == ["I was late.", "I was late and cross"]


def test_what_is_saved_by_the_button_stays(author: Author, clock: Callable[[float], time_machine.travel]) -> None:
    with clock(0):
        author.write("unheard", "First")
        author.write("unheard", "Second")
        form = author.form("unheard")
        author.autosave("unheard", form | {"box-0": "Third"})
        assert texts(author) == ["Third", "Second", "First"]


def test_deleting_half_by_mistake_can_be_mended(author: Author, clock: Callable[[float], time_machine.travel]) -> None:
    whole = "A long text that took me the whole of my break to write down."
    with clock(0):
        form = author.form("unheard")
        author.autosave("unheard", form | {"box-0": whole})
        author.autosave("unheard", form | {"box-0": ""})
        assert texts(author) == [whole]
        assert "Empty" in author.browser.get(f"/reflections/{entry_id(author)}").text


def test_an_earlier_version_is_brought_back(author: Author) -> None:
    author.write("unheard", "First", "Act one")
    author.write("unheard", "Second", "Act two")
    address = f"/reflections/{entry_id(author)}/versions/1"
    answer = author.browser.submit(address)
    assert answer.status_code == 303
    form = author.form("unheard")
    assert (form["box-0"], form["box-1"]) == ("First", "Act one")
    assert [text for text in texts(author) if "Act" not in text] == ["First", "Second", "First"]
    assert author.browser.submit(f"/reflections/{entry_id(author)}/versions/99").status_code == 404


def test_a_deleted_text_is_gone_with_its_history(author: Author) -> None:
    open_page = author.form("unheard")
    author.write("unheard", "First")
    author.write("unheard", "Second")
    address = f"/reflections/{entry_id(author)}/delete"
    assert "1 earlier version," in author.browser.get(address).text
    assert count(author, EntryVersion) == 2
    assert author.browser.submit(address).status_code == 303
    assert count(author, EntryVersion) == 0
    assert count(author, Entry) == 1
    page = author.browser.get("/reflections").text
    assert "First" not in page
    assert "Second" not in page
    assert author.form("unheard")["box-0"] == ""
    # A page that was open elsewhere does not write it again unseen.
    assert author.autosave("unheard", open_page | {"box-0": "First"}).status_code == 409
    assert author.write("unheard", "Anew").status_code == 303
    assert author.form("unheard")["box-0"] == "Anew"


def test_another_persons_text_looks_like_none(author: Author, stranger: Author) -> None:
    author.write("unheard", "Mine")
    author.write("unheard", "Mine again")
    name = entry_id(author)
    for path in (f"/reflections/{name}", f"/reflections/{name}/delete"):
        assert stranger.browser.get(path).status_code == 404
    for path in (f"/reflections/{name}/versions/1", f"/reflections/{name}/delete"):
        assert stranger.browser.submit(path).status_code == 404
        assert author.browser.post(path).status_code == 400
    assert author.form("unheard")["box-0"] == "Mine again"


def test_a_reflection_comes_back_after_six_weeks(
    author: Author, clock: Callable[[float], time_machine.travel], sign_in: Callable[..., FlaskClient]
) -> None:
    with clock(0):
        author.write("unheard", "I did not listen.")
        assert "comes back to you on 4 January 2027" in author.page("unheard")
        assert "second look" not in author.browser.get("/reflections").text
    with clock(43 * 24 * 60):
        sign_in(author.browser, author.person)
        assert "Time for a second look" in author.browser.get("/reflections").text
        assert "What would you add now?" in author.page("unheard")
        author.write("unheard", "I ask more.", kind="revisit")
        journal = author.browser.get("/reflections").text
        assert "second look" not in journal
        assert "I did not listen." in journal
        assert "I ask more." in journal
        assert author.form("unheard")["box-0"] == "I did not listen."
        assert author.form("unheard", "revisit")["box-0"] == "I ask more."
