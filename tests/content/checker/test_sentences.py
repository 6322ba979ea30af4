"""Syllables, sentences and the grade made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.checker.prose import paragraphs, sentences
from lms.content.checker.readability import is_passive, readability
from lms.content.checker.syllables import count_syllables
from lms.content.checker.texts import line_within
from lms.content.markup import Citations, render


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "care use takes asked named one the you’re don’t team’s 61"),
        (2, "people table wanted wishes careful someone trolley quiet being isn’t colleague lifetime UK"),
        (3, "manager idea employee area hospital compassion NHS caveat"),
        (4, "intelligence situation supervisor appreciate"),
        (5, "psychological communication"),
    ],
)
def test_syllables(count: int, words: str) -> None:
    assert {word: count_syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


@given(st.text(max_size=30))
def test_any_word_has_a_syllable(word: str) -> None:
    assert count_syllables(word) >= 1


@pytest.mark.parametrize(
    ("paragraph", "count"),
    [
        ("One. Two! Three? Four…", 4),
        ("Dr Lee and Mr. Ade met at 7 a.m. on Monday. They sat down.", 2),
        ("It rose to 0.5 per cent, e.g. in June. It fell.", 2),
        ("“Are you all right?” she asked. “I am fine,” he said.", 2),
        ("He said: “Sit down. Take your time.” Then he waited.", 3),
        ("West, M. A. wrote it.", 1),
        ("No full stop", 1),
        ("…", 0),
        ("", 0),
    ],
)
def test_sentences(paragraph: str, count: int) -> None:
    assert len(sentences(paragraph)) == count, sentences(paragraph)


@given(st.text(st.sampled_from("AbC.!? “”1\n"), max_size=80))
def test_no_word_is_lost_between_sentences(paragraph: str) -> None:
    kept = "".join("".join(sentences(paragraph)).split())
    assert [c for c in kept if c.isalnum()] == [c for c in paragraph if c.isalnum()]


def test_headings_tables_labels_and_marks_are_no_sentences() -> None:
    source = (
        "## A heading\n\nA paragraph on\ntwo lines [@x].\n\n- Label\n- A list item of some words\n\n"
        "1. First step of a list\n\n   More of it.\n\n> Quoted words stand here.\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    assert paragraphs(render(source, Citations())) == [
        "A paragraph on two lines .",
        "A list item of some words",
        "First step of a list",
        "More of it.",
        "Quoted words stand here.",
    ]


def test_names_and_terms_are_masked_and_the_raw_grade_kept() -> None:
    text = ["We ask Oluwaseun at the Bartholomew Infirmary what psychological safety is."]
    masked = readability(text, {"Oluwaseun"}, ["psychological safety"])
    bare = readability(["We ask Jo at the Ward Three what good calm is."], {"Jo"}, [])
    assert masked.words == 11
    assert masked.grade < masked.raw_grade - 5
    assert abs(masked.grade - bare.grade) < 1


def test_the_grade_is_that_of_the_formula() -> None:
    # 10 words, 1 sentence, 10 syllables: 0.39 * 10 + 11.8 * 1 - 15.59
    figures = readability(["we all sat down and then had tea by ten."], (), ())
    assert figures.raw_grade == pytest.approx(0.11)
    assert readability([], (), ()).grade == 0


def test_longer_sentences_and_words_are_harder() -> None:
    short = readability(["We sat down.", "We had tea."], (), ())
    joined = readability(["We sat down and we had tea."], (), ())
    long_words = readability(["Organisational communication necessitates collaboration."], (), ())
    assert short.grade < joined.grade < long_words.grade


@pytest.mark.parametrize(
    ("sentence", "passive"),
    [
        ("The room was cleaned by Ana.", True),
        ("It has not been properly checked.", True),
        ("He got told off.", True),
        ("The form is kept here.", True),
        ("Ana cleaned the room.", False),
        ("He was tired and worried.", False),
        ("They are in the red team.", False),
        ("I am interested.", False),
    ],
)
def test_passives_are_estimated(sentence: str, passive: bool) -> None:
    assert is_passive(sentence) is passive


def test_a_line_is_found_through_markup() -> None:
    source = "One.\n\n**Two** words “here”\nand *so* on."
    assert line_within(source, "Two words 'here' and so") == 2
    assert line_within(source, "and so on") == 3
    assert line_within(source, "nowhere") == 0
