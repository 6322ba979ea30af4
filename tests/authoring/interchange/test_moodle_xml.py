"""Moodle XML as Moodle writes it: every type of question."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from lms.authoring.interchange import moodle_xml, to_moodle_xml
from lms.authoring.interchange.neutral import Place, Taken


def question(type_: str, body: str, name: str = "One", stem: str = "<p>What is <b>asked</b>?</p>") -> str:
    return (
        f'<question type="{type_}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>{body}</question>'
    )


def answer(share: float | str, text: str, said: str = "", more: str = "") -> str:
    return (
        f'<answer fraction="{share}" format="html"><text>{text}</text>{more}'
        f'<feedback format="html"><text>{said}</text></feedback></answer>'
    )


def read(*questions: str) -> Taken:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>"
    return moodle_xml.read(text.encode(), "sample.xml", Place("1.1"))


def one(type_: str, body: str) -> dict[str, Any]:
    taken = read(question(type_, body))
    assert not [left for left in taken.left if left.is_whole]
    return taken.items[0]


def reasons(taken: Taken) -> list[str]:
    return [left.reason for left in taken.left]


def test_a_choice_with_one_right_answer() -> None:
    item = one("multichoice", "<single>true</single>" + answer(100, "yes", "Why.") + answer(0, "no", "Why not."))
    assert item == {
        "id": "one",
        "type": "single",
        "outcome": "1.1",
        "level": "understand",
        "stem": "What is **asked**?",
        "options": [
            {"id": "a", "text": "yes", "feedback": "Why.", "key": True},
            {"id": "b", "text": "no", "feedback": "Why not."},
        ],
    }


def test_shares_of_the_mark_become_marks() -> None:
    body = "<single>true</single>" + answer(100, "best") + answer("33.33333", "fair") + answer(-25, "harm")
    taken = read(question("multichoice", body))
    assert [option["marks"] for option in taken.items[0]["options"]] == [2, 1, 0]
    assert reasons(taken) == [
        "wrong answers cost marks; here they earn none",
        "a part of the mark counts as half of it here",
    ]


def test_several_right_answers() -> None:
    body = "<single>false</single>" + answer(50, "a") + answer(50, "b") + answer(-50, "c")
    item = one("multichoice", body)
    assert (item["type"], item["choose"]) == ("multiple", 2)
    uneven = read(
        question("multichoice", "<single>false</single>" + answer(60, "a") + answer(40, "b") + answer(0, "c"))
    )
    assert reasons(uneven) == [
        "its right answers weigh differently; here each weighs the same",
        "here a wrong pick takes away what a right one earns",
    ]
    single = read(question("multichoice", "<single>false</single>" + answer(100, "a") + answer(0, "b")))
    assert single.items[0]["type"] == "single"
    assert reasons(single) == ["several answers could be picked; it has one right answer, so here one is picked"]


def test_true_or_false() -> None:
    item = one("truefalse", answer(0, "true", "No.") + answer(100, "false", "Yes."))
    assert [(option["text"], option.get("key", False)) for option in item["options"]] == [
        ("True", False),
        ("False", True),
    ]


def test_matching_with_a_target_to_spare() -> None:
    pairs = [("Attend", "look"), ("Help", "carry"), ("", "leave")]
    body = "".join(
        f'<subquestion format="html"><text>{line}</text><answer><text>{target}</text></answer></subquestion>'
        for line, target in pairs
    )
    item = one("matching", body)
    assert [target["text"] for target in item["targets"]] == ["look", "carry", "leave"]
    assert [source["target"] for source in item["sources"]] == ["a", "b"]


def test_ordering_goes_by_the_place_of_each_line() -> None:
    item = one("ordering", answer("2.0000000", "second") + answer("3.0000000", "third") + answer("1.0000000", "first"))
    assert [option["text"] for option in item["options"]] == ["first", "second", "third"]


def test_a_number_with_tolerance_unit_and_common_wrong_ones() -> None:
    body = (
        answer(100, "12", "Right.", "<tolerance>0.5</tolerance>")
        + answer(0, "6", "One side.", "<tolerance>0</tolerance>")
        + answer(0, "*", "Count again.")
        + "<units><unit><multiplier>1</multiplier><unit_name>beds</unit_name></unit></units>"
    )
    item = one("numerical", body)
    assert item["answer"] == 12 and item["tolerance"] == 0.5 and item["unit"] == "beds"
    assert item["responses"] == [{"value": 6, "feedback": "One side."}]
    assert (item["feedback"], item["otherwise"]) == ("Right.", "Count again.")


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("essay", "an essay question: nothing here is marked by hand"),
        ("shortanswer", "a short answer in words: only numbers are marked here"),
        ("description", "a text without a question"),
        ("cloze", "gaps in a text: there is no such question here"),
        ("multianswer", "gaps in a text: there is no such question here"),
        ("gapselect", "words to be put into gaps of a text"),
        ("ddwtos", "words to be put into gaps of a text"),
        ("ddimageortext", "a question on a picture"),
        ("ddmarker", "a question on a picture"),
        ("calculated", "a question with a formula: its numbers are drawn anew each time"),
        ("calculatedsimple", "a question with a formula: its numbers are drawn anew each time"),
        ("calculatedmulti", "a question with a formula: its numbers are drawn anew each time"),
        ("random", "a question drawn from a category: questions have none here"),
        ("randomsamatch", "a question made of others at random"),
        ("stack", "a question of the type 'stack': there is no such question here"),
    ],
)
def test_other_types_are_left_with_their_reason(type_: str, reason: str) -> None:
    taken = read(question("multichoice", answer(100, "a") + answer(0, "b")), question(type_, "", "Other"))
    assert len(taken.items) == 1
    assert [(left.number, left.line, left.name, left.reason) for left in taken.left] == [(2, 4, "Other", reason)]


def test_a_category_is_told() -> None:
    taken = read('<question type="category"><category><text>$course$/top</text></category></question>')
    assert [(left.number, left.name, left.reason) for left in taken.left] == [
        (0, "$course$/top", "a category: questions have none here")
    ]


def test_pictures_scripts_hints_and_combined_feedback_are_told() -> None:
    stem = '<p>See <img src="@@PLUGINFILE@@/a.png"> this</p><script>alert(1)</script>'
    body = (
        "<single>true</single>"
        + answer(100, "a", "x")
        + answer(0, "b", "y")
        + "<generalfeedback format='html'><text>In all.</text></generalfeedback>"
        + "<correctfeedback format='html'><text>Well done.</text></correctfeedback>"
        + "<incorrectfeedback format='html'><text>Your answer is incorrect.</text></incorrectfeedback>"
        + "<hint format='html'><text>Think.</text></hint>"
    )
    taken = read(question("multichoice", body, stem=stem))
    assert taken.items[0]["stem"] == "See this"
    assert taken.items[0]["note"] == "Feedback on the whole question: In all."
    assert set(reasons(taken)) == {
        "a picture was left out",
        "a script was left out",
        "its hints were left out: one answer counts here",
        "feedback that goes by how much was right was left out",
    }


def test_general_feedback_stands_in_where_an_answer_has_none() -> None:
    body = answer(100, "a", "x") + answer(0, "b") + "<generalfeedback><text>In all.</text></generalfeedback>"
    item = one("multichoice", body)
    assert [option["feedback"] for option in item["options"]] == ["x", "In all."]
    assert "note" not in item


def test_tags_and_pictures_of_old_are_told() -> None:
    body = answer(100, "Yes", "Right.") + answer(0, "No", "Wrong.")
    tags = "<tags><tag><text>wards</text></tag><tag><text>nights</text></tag></tags>"
    old = "<image>map.png</image><image_base64>iVBORw0KGgo=</image_base64>"
    assert reasons(read(question("multichoice", body + tags + old))) == [
        "a picture or another file was left out",
        "its tags were left out: wards, nights",
    ]


def written(item: dict[str, Any]) -> Element:
    """One of our questions as we write it."""
    made: Element = fromstring(to_moodle_xml.write([item]).content)
    return made


NUMBER: dict[str, Any] = {
    "id": "wait",
    "type": "numeric",
    "stem": "How long?",
    "answer": 5,
    "unit": "minutes & more",
    "feedback": "Yes.",
    "otherwise": "No.",
}


def test_a_number_is_asked_for_with_its_unit_behind_the_box() -> None:
    # Moodle's import takes units for marking; what is shown is the text, in which five low lines become the box.
    text = written(NUMBER).findtext("question/questiontext/text")
    assert text == "<p>How long?</p><p>_____ minutes &amp; more</p>"
    taken = moodle_xml.read(to_moodle_xml.write([NUMBER]).content, "sample", Place("1.1"))
    assert (taken.items[0]["stem"], taken.items[0]["unit"]) == ("How long?", "minutes & more")


def test_signs_that_xml_cannot_say_are_left_out() -> None:
    question = written({**NUMBER, "stem": "How\x0b long\ufffe?", "unit": "minutes\x1b"})
    assert question.findtext("question/questiontext/text") == "<p>How long?</p><p>_____ minutes</p>"


def test_one_language_comes_along_and_formulas_are_told() -> None:
    stem = (
        '<p><span lang="de" class="multilang">Wie viel ist \\( x^2 \\)?</span>'
        '<span lang="en" class="multilang">How much is \\( x^2 \\)?</span></p>'
    )
    taken = read(question("truefalse", answer(100, "true") + answer(0, "false"), stem=stem))
    assert taken.items[0]["stem"].replace("\\", "") == "How much is ( x^2 )?"
    assert set(reasons(taken)) == {
        "a formula stands as it was typed: here there are none",
        "its text in other languages was left out: de (en is kept)",
    }
