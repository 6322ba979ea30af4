"""Rules 5 and 6: how the text reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from lms.content.checker.prose import page_sentences, sentences_of
from lms.content.checker.readability import Readability, is_passive, readability, words_of
from lms.content.checker.report import Result, Rule, at_most, worst
from lms.content.checker.subject import Subject
from lms.content.checker.wordlists import word_lists
from lms.content.problems import Problem
from lms.content.schema import Scenario

GRADE = Rule(5, "Reading grade", "mean at most 7.5, page at most 8", "a page over 9", signal=True)
SENTENCES = Rule(6, "Sentences", "mean at most 15, longest 28, passive 12%", "over 18, 35 or 20%", signal=True)
FEWEST_WORDS = 100
"""Below a hundred words the formula swings with a single word, so such a text counts in the mean alone."""
HARDEST_PAGE = 8
LONGEST_SENTENCE = 28
MOST_PASSIVES = 0.12


@dataclass(frozen=True)
class _Reading:
    """A page, a scenario or a tool: sentences with their lines."""

    file: str
    sentences: tuple[tuple[int, str], ...]

    @property
    def plain(self) -> list[str]:
        return [sentence for _, sentence in self.sentences]


def reading_grade(subject: Subject) -> Result:
    """Flesch-Kincaid of each page, scenario and tool, and of all of them together."""
    judge = partial(readability, names=subject.names, terms=word_lists()["defined_terms"])
    readings = list(_readings(subject))
    whole = judge([sentence for reading in readings for sentence in reading.plain])
    graded = [(reading, judge(reading.plain)) for reading in readings]
    judged = [(reading, figures) for reading, figures in graded if figures.words >= FEWEST_WORDS]
    findings = [_too_hard(reading, figures) for reading, figures in judged if round(figures.grade, 1) > HARDEST_PAGE]
    worst_page = max((figures.grade for _, figures in judged), default=0.0)
    verdict = worst(
        (
            at_most(round(whole.grade, 1), 7.5, 9),
            at_most(round(worst_page, 1), HARDEST_PAGE, 9),
        )
    )
    measured = f"mean {whole.grade:.1f} (raw {whole.raw_grade:.1f}), hardest page {worst_page:.1f}"
    return GRADE.result(measured, verdict, findings)


def sentence_lengths(subject: Subject) -> Result:
    """Mean and longest sentence in words, and the share that look passive."""
    readings = list(_readings(subject))
    every = [sentence for reading in readings for sentence in reading.plain]
    lengths = [len(words_of(sentence)) for sentence in every] or [0]
    mean, longest = sum(lengths) / len(lengths), max(lengths)
    passive = sum(map(is_passive, every)) / len(lengths)
    verdict = worst(
        (
            at_most(round(mean, 1), 15, 18),
            at_most(longest, LONGEST_SENTENCE, 35),
            at_most(round(passive, 3), MOST_PASSIVES, 0.20),
        )
    )
    measured = f"mean {mean:.1f} words, longest {longest}, passive about {passive:.0%}"
    findings = [finding for reading in readings for finding in long_sentences(reading.file, reading.sentences)]
    if passive > MOST_PASSIVES:
        findings += [finding for reading in readings for finding in passives(reading.file, reading.sentences)]
    return SENTENCES.result(measured, verdict, findings)


def _readings(subject: Subject) -> Iterator[_Reading]:
    for page in subject.module.pages:
        yield _Reading(page.file, tuple(page_sentences(page)))
    for file, scenario in subject.scenarios:
        yield _Reading(file, tuple(_scenario_sentences(subject, file, scenario)))
    for file, tool in subject.tools:
        yield _Reading(file, tuple((1, sentence) for sentence in sentences_of(tool.html)))


def _scenario_sentences(subject: Subject, file: str, scenario: Scenario) -> Iterator[tuple[int, str]]:
    for path, text in scenario.texts():
        for sentence in sentences_of(text.html):
            yield subject.line(file, path), sentence


def _too_hard(reading: _Reading, figures: Readability) -> Problem:
    what = f"reading grade {figures.grade:.1f} (raw {figures.raw_grade:.1f})"
    return Problem(reading.file, 1, what, "shorten sentences and choose shorter words")


def long_sentences(file: str, sentences: Iterable[tuple[int, str]]) -> Iterator[Problem]:
    """Each sentence, with its line, that is longer than one should be."""
    for line, sentence in sentences:
        length = len(words_of(sentence))
        if length > LONGEST_SENTENCE:
            yield Problem(file, line, f"a sentence of {length} words: “{begin(sentence)}”", "make two of it")


def passives(file: str, sentences: Iterable[tuple[int, str]]) -> Iterator[Problem]:
    """Each sentence, with its line, that does not seem to say who does it."""
    for line, sentence in sentences:
        if is_passive(sentence):
            yield Problem(file, line, f"it may be passive: “{begin(sentence)}”", "say who does it")


def begin(sentence: str) -> str:
    """The first words of a sentence, enough to find it by."""
    return " ".join(sentence.split()[:8]) + " …"
