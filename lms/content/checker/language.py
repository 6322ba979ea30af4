"""Rule 24: words that do not belong in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lms.content.checker.report import Result, Rule, Verdict
from lms.content.checker.subject import Subject
from lms.content.checker.texts import Passage, passages
from lms.content.checker.wordlists import word_lists
from lms.content.problems import Problem
from lms.content.remembering import by_text

WORDS = Rule(24, "Words", "none of the lists", "a myth or a trademark")
_SPOKEN = re.compile(r"“[^”]*”|\"[^\"]*\"")


def unwanted_words(subject: Subject) -> Result:
    """US spellings, patronising words, excluded terms, myths and trademarks (words.toml) in all that can be read.

    What someone says in quotation marks may be patronising; it may not be the rest.
    """
    found = [(name, finding) for passage in passages(subject) for name, finding in _found(passage)]
    counts = {name: sum(kind == name for kind, _ in found) for name in _patterns()}
    verdict: Verdict = "fail" if counts["myths"] or counts["trademarks"] else "warn" if found else "pass"
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    return WORDS.result(told or "none", verdict, [finding for _, finding in found])


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], str]]:
    """A pattern and a remedy for each list."""
    lists = word_lists()
    spellings = lists["us_spellings"]
    return {
        "us_spellings": (_any_word(spellings), "use the UK spelling"),
        "patronising": (_any_pattern(lists["patronising"]), "leave it out"),
        "excluded_terms": (_any_pattern(lists["excluded_terms"]), "choose a word from the brief (section 6)"),
        "myths": (_any_pattern(lists["myths"]), "leave it out: the research does not bear it"),
        "trademarks": (_any_pattern(lists["trademarks"]), "leave it out"),
    }


def _any_word(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _any_pattern(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _found(passage: Passage) -> Iterator[tuple[str, Problem]]:
    for name, word, text in _unwanted(passage.plain):
        better = word_lists()["us_spellings"].get(word.lower())
        told = f"write “{better}”" if better else _patterns()[name][1]
        yield name, Problem(passage.file, passage.line_of(text), f"“{word}”", told)


@by_text
def _unwanted(plain: str) -> tuple[tuple[str, str, str], ...]:
    """Each list that a text goes against, with the word, and the text from there on, by which its line is found."""
    found = []
    for name, (pattern, _) in _patterns().items():
        text = _SPOKEN.sub("“”", plain) if name == "patronising" else plain
        for phrase in word_lists()["allowed_phrases"]:
            text = text.replace(phrase, "")
        found += [(name, match[0], text[match.start() : match.start() + 60]) for match in pattern.finditer(text)]
    return tuple(found)
