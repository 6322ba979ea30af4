"""Aiken as other systems write it."""

from __future__ import annotations

from lms.authoring.interchange import aiken
from lms.authoring.interchange.neutral import Place

SAMPLE = """What helps most?
A. A question
B) Advice
C. A form
ANSWER: A

Which of these is true?
It is about trolleys.
A) 5 * 3 = 15
B) None
ANSWER: b

Whose turn is it?
A. Mine
B. Yours
ANSWER: D

What comes next?
A. This
B. That
"""


def test_questions_are_read_and_those_without_a_right_answer_are_told() -> None:
    taken = aiken.read(SAMPLE.encode(), "sample.txt", Place("1.1"))
    first, second = taken.items
    assert [option.get("key", False) for option in first["options"]] == [True, False, False]
    assert second["stem"] == "Which of these is true?\n\nIt is about trolleys."
    assert [option["text"] for option in second["options"]] == ["5 \\* 3 = 15", "None"]
    assert [(one.number, one.line, one.reason) for one in taken.left] == [
        (3, 13, "no answer has the letter 'D'"),
        (4, 18, "it has no line ANSWER: with the letter of the right answer"),
    ]


def test_several_right_answers_and_stray_lines_are_refused() -> None:
    source = b"Which?\nA. x\nB. y\nANSWER: A, B\n\nWho?\nA. x\nstray\nANSWER: A\n\nA. x\nANSWER: A\n"
    taken = aiken.read(source, "sample.txt", Place("1.1"))
    assert taken.items == ()
    assert [one.line for one in taken.left] == [1, 6, 11]
