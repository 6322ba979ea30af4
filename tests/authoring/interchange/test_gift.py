"""GIFT as other systems write it: every kind of question that it has."""

from __future__ import annotations

from typing import Any

import pytest

from lms.authoring.interchange import gift
from lms.authoring.interchange.building import UNWRITTEN
from lms.authoring.interchange.formats import format_of
from lms.authoring.interchange.neutral import Place, Taken

SAMPLE = r"""// question: 1  name: A comment
$CATEGORY: $course$/Handover

// [id:who-speaks-first] [tag:listening]
::Who speaks first?::[html]<p>Who <b>speaks</b> first?</p>{
    =The one who asks#Yes\: they know why.
    ~%50%The one on shift#Nearly.
    ~Nobody#No.
    ####Somebody has to begin.
}

::Two of three::Which two help? {
~%50%A question
~%50%A pause
~%-100%A joke
}

Breaks are paid. {TRUE#Look at the rota again.#Right.}

::Match::Match the word to the deed. {
=Attend -> look up
=Help -> carry the bag
= -> leave
}

::How many::How many beds? {#
=12:0.5#Right.
=%0%6:0#That is one side.
~#Count again.
}

::Range::Between which? {#1..5}

::Steps::Put the steps in order. {>3 ALL VERTICAL ABSOLUTE_POSITION SHOW
Look
Listen
Link
}

The trolley is {=blue ~red ~green} today.

::Escapes::What does \{x \= 1\} mean \~ roughly\:\n\nsay it. {=It is a \#1 sign ~1 * 2 * 3}

::Write::Write what you think. {}

::Name it::What is the first verb? {=attend =Attend}

::Read me::This is only to be read.

::Gaps::One {=a ~b} and two {=c ~d}.

::Broken::One { =a ~b

::Two right::Which? {=a =b ~c}
"""


def read(text: str, place: Place | None = None) -> Taken:
    return gift.read(text.encode(), "sample.gift", place or Place("1.1"))


def items() -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in read(SAMPLE).items}


def test_choices_take_what_weights_say() -> None:
    found = items()
    assert found["who-speaks-first"] == {
        "id": "who-speaks-first",
        "type": "situational",
        "outcome": "1.1",
        "level": "understand",
        "stem": "Who **speaks** first?",
        "options": [
            {"id": "a", "text": "The one who asks", "feedback": "Yes: they know why.", "marks": 2},
            {"id": "b", "text": "The one on shift", "feedback": "Nearly.", "marks": 1},
            {"id": "c", "text": "Nobody", "feedback": "No.", "marks": 0},
        ],
        "rationale": "Somebody has to begin.",
    }
    several = found["two-of-three"]
    assert (several["type"], several["choose"]) == ("multiple", 2)
    assert [option.get("key", False) for option in several["options"]] == [True, True, False]
    assert {option["feedback"] for option in several["options"]} == {UNWRITTEN}


def test_true_or_false_says_first_what_the_wrong_answer_hears() -> None:
    assert items()["breaks-are-paid"]["options"] == [
        {"id": "a", "text": "True", "feedback": "Right.", "key": True},
        {"id": "b", "text": "False", "feedback": "Look at the rota again."},
    ]


def test_matching_ordering_and_numbers() -> None:
    found = items()
    assert [target["text"] for target in found["match"]["targets"]] == ["look up", "carry the bag", "leave"]
    assert [(one["text"], one["target"]) for one in found["match"]["sources"]] == [("Attend", "a"), ("Help", "b")]
    assert [option["text"] for option in found["steps"]["options"]] == ["Look", "Listen", "Link"]
    beds = found["how-many"]
    assert (beds["answer"], beds["tolerance"], beds["feedback"]) == (12, 0.5, "Right.")
    assert beds["responses"] == [{"value": 6, "feedback": "That is one side."}]
    assert beds["otherwise"] == "Count again."
    assert (found["range"]["answer"], found["range"]["tolerance"]) == (3, 2)


def test_escapes_and_missing_words() -> None:
    found = items()
    escapes = found["escapes"]
    assert escapes["stem"] == "What does {x = 1} mean \\~ roughly:\n\nsay it."
    assert [option["text"] for option in escapes["options"]] == ["It is a #1 sign", "1 \\* 2 \\* 3"]
    assert found["the-trolley-is"]["stem"] == "The trolley is \\_\\_\\_\\_\\_ today."


def test_what_is_left_is_told_with_its_line_and_reason() -> None:
    left = {one.name: (one.line, one.reason) for one in read(SAMPLE).left if one.is_whole}
    assert left == {
        "$course$/Handover": (2, "a category: questions have none here"),
        "Write": (44, "an essay question: nothing here is marked by hand"),
        "Name it": (46, "a short answer in words: only numbers are marked here"),
        "Read me": (48, "a text without a question"),
        "Gaps": (50, "gaps in a text: there is no such question here"),
        "Broken": (52, "its braces do not match: an answer stands between { and }"),
        "Two right": (54, "2 options earn the whole mark; one must"),
    }
    pieces = {(one.name, one.reason) for one in read(SAMPLE).left if not one.is_whole}
    assert pieces == {
        ("Two of three", "here a wrong pick takes away what a right one earns"),
        ("who-speaks-first", "its tags were left out: listening"),
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ("=a ~b ~c ~d ~e ~f ~g", "it has 7 options; here there are 2 to 6"),
        ("=a", "a short answer in words: only numbers are marked here"),
        ("~a ~b", "no options earn the whole mark; one must"),
        ("#many", "its answer 'many' is not a number"),
        ("#nan", "its answer 'nan' is not a number"),
        ("#1e999", "its number is none that can be typed"),
        ("=a -> b", "it has 1 lines to match; here there are 2 to 12"),
        (">2 ALL\na\nb", "it has 2 things to put in order; here there are 3 to 8"),
        ("=a ~<img src\\='x.png'>", "one of its texts is empty: perhaps it was a picture"),
        ("=a ~", "it has 1 options; here there are 2 to 6"),
    ],
)
def test_a_question_that_cannot_be_ours_says_why(answers: str, reason: str) -> None:
    taken = read(f"Which? {{{answers}}}")
    assert taken.items == ()
    assert [one.reason for one in taken.left] == [reason]


def test_a_wider_range_for_a_part_of_the_mark_is_told() -> None:
    taken = read("When? {#=1822:0 =%50%1822:2 =%50%1830:0}")
    assert taken.items[0]["responses"] == [{"value": 1830, "feedback": UNWRITTEN}]
    assert [one.reason for one in taken.left] == [
        "a wider range around the right number, for a part of the mark, was left out",
        "a number that earned a part of the mark earns nothing here",
    ]


def test_ids_are_those_that_nobody_has() -> None:
    taken = read("::One::a {=b ~c}\n\n::One::d {=e ~f}", Place("1.1", taken=("one",)))
    assert [item["id"] for item in taken.items] == ["one-2", "one-3"]


def test_a_place_in_the_quiz_takes_its_own_type_only() -> None:
    taken = read("::One::a {=b ~c}\n\n::Two::d {#1}", Place("1.2", "apply", "s05", "single"))
    assert [item["id"] for item in taken.items] == ["one"]
    assert taken.items[0]["slot"] == "s05" and "type" not in taken.items[0]
    assert [one.reason for one in taken.left] == ["it is of the type numeric, and the place s05 asks for single"]


def test_tags_are_told() -> None:
    taken = read("// [id:a] [tag:wards] [tag:nights]\nIs it so? {T}\n\n// [tag:old]\n\nIs it not? {F}")
    assert [(left.number, left.reason) for left in taken.left] == [(1, "its tags were left out: wards, nights")]


def test_entities_are_signs_even_where_there_is_no_tag() -> None:
    (item,) = read("::A::Is 3 &lt; 5 &amp; 5 &gt; 3?\nSay so. {=Yes &eacute;~No#R&D says &quot;no&quot;}").items
    assert item["stem"].replace("\\", "") == "Is 3 < 5 & 5 > 3?\nSay so."
    assert item["options"][0]["text"] == "Yes é"
    assert item["options"][1]["feedback"] == 'R&D says "no"'
    (plain,) = read("[plain]3 &lt; 5? {T}").items
    assert plain["stem"] == r"3 \&lt; 5?"


def test_questions_without_an_empty_line_between_them_are_told_apart() -> None:
    taken = read("::One::A? {T}\n::Two::B? {F}\n// [id:third] [tag:x]\n::Three::C? {#1}\n")
    assert [item["id"] for item in taken.items] == ["one", "two", "third"]
    assert [left.reason for left in taken.left] == ["its tags were left out: x"]
    nameless = read("A? {T}\nB? {F}\n")
    assert [left.reason for left in nameless.left] == [
        "gaps in a text, or two questions without an empty line between them: put one there"
    ]
    gaps = read("Cats {=drink ~eat} milk and {=mice ~dogs}.")
    assert [left.reason for left in gaps.left] == ["gaps in a text: there is no such question here"]


def test_a_text_in_utf_16_is_read_like_any_other() -> None:
    text = "::One::Wer fängt an? {=Sie ~Er}"
    for source in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be")):
        assert format_of(source, "a.txt") == "gift"
        (item,) = gift.read(source, "a.txt", Place("1.1")).items
        assert item["stem"] == "Wer fängt an?"


@pytest.mark.parametrize("written", [r"\\( x^2 (y) \\)", "$$x^2$$", r"\\[ x \\]"])
def test_a_formula_is_told(written: str) -> None:
    taken = read(f"::One::What is {written}? {{=A ~B}}")
    assert [left.reason for left in taken.left] == ["a formula stands as it was typed: here there are none"]
