"""What is written is kept: by the button, as one writes, and against a newer text from elsewhere."""

from __future__ import annotations

from tests.reflection.conftest import Author, address
from tests.reflection.sample import MODULE

WORDS = 'I cut Hamid short.\n\n  Then he was quiet: <b>"&amp;"</b> 😶'


def test_what_is_saved_by_the_button_is_there_again(author: Author) -> None:
    answer = author.write("unheard", WORDS, "Wait.")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/modules/{MODULE}/pages/write#block-reflection-unheard"
    form = author.form("unheard")
    assert (form["box-0"], form["box-1"]) == (WORDS, "Wait.")
    assert "Saved on" in author.page("unheard")


def test_text_comes_back_to_the_letter(author: Author) -> None:
    for text in ("\n\nTwo lines above", "  blanks  ", "مرحبا \u202eabc\u202c", "e\u0301 é", "a\ttab", "</textarea>"):
        author.write("unheard", text.replace("\n", "\r\n"))
        assert author.form("unheard")["box-0"] == text


def test_script_is_told_the_version(author: Author) -> None:
    form = author.form("unheard") | {"box-0": WORDS}
    answer = author.autosave("unheard", form)
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["version"] == 1
    assert answer.json["saved_at"].endswith("+00:00")
    assert author.form("unheard")["box-0"] == WORDS


def test_empty_form_makes_nothing(author: Author) -> None:
    answer = author.autosave("unheard", author.form("unheard"))
    assert answer.json
    assert answer.json["version"] == 0
    assert author.write("unheard", "", "").status_code == 303


def test_nobody_else_sees_it(author: Author, stranger: Author) -> None:
    author.write("unheard", WORDS)
    assert stranger.form("unheard")["box-0"] == ""
    assert author.browser.application.test_client().post(address("unheard")).status_code in (303, 401)


def test_what_is_not_a_prompt_is_not_there(author: Author) -> None:
    for path in (
        address("nothing"),
        address("unheard", "recall"),
        address("thanks", "revisit"),
        address("cases", "practice"),
        address("unheard", "diary"),
        "/modules/other/writing/reflection/unheard",
    ):
        assert author.browser.submit(path, {"box-0": "x"}).status_code == 404
