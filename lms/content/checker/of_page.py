"""What the rules say of one page by itself, quickly enough to be told while it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lms.content.checker.minutes import page_budget
from lms.content.checker.prose import page_sentences
from lms.content.checker.readability import is_passive, readability, words_of
from lms.content.checker.reading import (
    FEWEST_WORDS,
    HARDEST_PAGE,
    LONGEST_SENTENCE,
    MOST_PASSIVES,
    begin,
    long_sentences,
    passives,
)
from lms.content.checker.wordlists import word_lists
from lms.content.module import Page
from lms.content.problems import Problem

HARDEST = 3
"""How many sentences are named as those that make a page hard to read."""
_Sentence = tuple[int, str]


@dataclass(frozen=True)
class OnPage:
    """Figures of a page, and what to mend in it."""

    grade: float | None
    """Reading grade; None for a page too short to have one."""
    findings: tuple[Problem, ...]


def check_page(page: Page, names: Collection[str]) -> OnPage:
    """Words against the budget, reading grade, long and passive sentences; `names` are those of people in stories."""
    terms = word_lists()["defined_terms"]
    sentences = page_sentences(page)
    plain = [sentence for _, sentence in sentences]
    figures = readability(plain, names, terms)
    grade = figures.grade if figures.words >= FEWEST_WORDS else None
    _, off_budget = page_budget(page)
    findings = [off_budget] if off_budget else []
    findings += long_sentences(page.file, sentences)
    if sum(map(is_passive, plain)) > MOST_PASSIVES * len(plain):
        findings += passives(page.file, sentences)
    if grade is not None and round(grade, 1) > HARDEST_PAGE:
        findings += _hardest(page.file, sentences, names)
    return OnPage(grade, tuple(findings))


def _hardest(file: str, sentences: list[_Sentence], names: Collection[str]) -> Iterator[Problem]:
    """The sentences that raise the grade most; the long ones are told already."""
    terms = word_lists()["defined_terms"]
    others = [one for one in sentences if len(words_of(one[1])) <= LONGEST_SENTENCE]
    graded = sorted(((readability([one], names, terms).grade, line, one) for line, one in others), reverse=True)
    for grade, line, sentence in graded[:HARDEST]:
        what = f"a hard sentence, grade {grade:.0f}: “{begin(sentence)}”"
        yield Problem(file, line, what, "choose shorter words, or say it in two")
