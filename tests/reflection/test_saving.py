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


def test_text_that_is_too_long_is_told_and_kept_in_the_box(author: Author) -> None:
    long = "a\n" * 10_001
    form = author.form("thanks") | {"box-0": long}
    answer = author.autosave("thanks", form)
    assert answer.status_code == 422
    assert answer.json
    assert "2 characters too long" in answer.json["errors"]["box-0"][0]
    page = author.send("thanks", "reflection", form)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert author.form("thanks", page=page.text)["box-0"] == long
    assert author.form("thanks")["box-0"] == ""


def test_four_full_boxes_of_any_script_fit_into_one_request(author: Author) -> None:
    assert author.write("unheard", "語" * 20_000, "語" * 20_000).status_code == 303
    assert author.form("unheard")["box-1"] == "語" * 20_000


def test_strange_forms_are_refused(author: Author) -> None:
    for version in ("x", "-1", str(2**31)):
        assert author.write("unheard", WORDS, version=version).status_code == 400
    assert author.form("unheard")["box-0"] == ""
    assert author.browser.post(address("unheard"), data={"box-0": WORDS}).status_code == 400


def test_second_click_changes_nothing(author: Author) -> None:
    form = author.form("unheard") | {"box-0": WORDS}
    for _ in range(3):
        assert author.send("unheard", "reflection", form).status_code == 303
    assert author.form("unheard")["version"] == "1"


def test_newer_text_is_not_overwritten_by_a_script(author: Author) -> None:
    here = author.form("unheard")
    author.write("unheard", "From the phone.", "Wait.")
    answer = author.autosave("unheard", here | {"box-0": "From the desk."})
    assert answer.status_code == 409
    assert answer.json == {"version": 1, "fields": {"box-0": "From the phone.", "box-1": "Wait."}}
    kept = author.autosave("unheard", here | {"box-0": "From the desk.", "version": "1"})
    assert kept.status_code == 200
    assert author.form("unheard")["box-0"] == "From the desk."


def test_both_texts_are_shown_without_a_script(author: Author) -> None:
    here = author.form("unheard")
    author.write("unheard", "From the phone.")
    answer = author.send("unheard", "reflection", here | {"box-0": "From the desk."})
    assert answer.status_code == 409
    assert "There are two texts" in answer.text
    assert "From the phone." in answer.text
    assert "Use the other one" in answer.text
    mine = author.form("unheard", page=answer.text)
    assert mine["box-0"] == "From the desk."
    assert author.form("unheard")["box-0"] == "From the phone."
    assert author.send("unheard", "reflection", mine).status_code == 303
    assert author.form("unheard")["box-0"] == "From the desk."


def test_page_whose_answers_got_lost_goes_on_where_it_was(author: Author) -> None:
    form = author.form("unheard")
    for text in ("One", "One two", "One two three"):
        assert author.autosave("unheard", form | {"box-0": text}).status_code == 200
    assert author.form("unheard")["box-0"] == "One two three"


def test_emptied_text_is_saved_empty(author: Author) -> None:
    author.write("unheard", WORDS)
    assert author.write("unheard", "", "").status_code == 303
    assert author.form("unheard")["box-0"] == ""


def test_what_was_sent_after_the_sign_in_had_ended_is_saved_after_the_next(author: Author) -> None:
    form = author.form("unheard") | {"box-0": WORDS}
    author.browser.delete_cookie(author.browser.application.config["SIGN_IN_COOKIE_NAME"])
    assert author.autosave("unheard", form).status_code == 401


def test_earlier_text_stands_beside_the_plan_that_refers_to_it(author: Author) -> None:
    assert "What you wrote on" not in author.page("unheard")
    author.write("unheard", WORDS, "Wait.")
    page = author.page("unheard")
    plan = page[page.index('id="block-commitment-plan"') :]
    assert "What you wrote on" in plan
    assert "I cut Hamid short." in plan
    assert "What will you do?" in plan
