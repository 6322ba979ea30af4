"""How hard sentences are to read: Flesch-Kincaid grade, sentence length, an estimate of passives.

The formula only counts length; it says nothing of sense. Names and defined terms cannot be made shorter, so the grade
is also measured with each of their words masked by a word of one syllable: people in the cast, words with a capital
inside a sentence, and the terms that the programme defines (words.toml).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lms.content.checker.prose import WORD
from lms.content.checker.syllables import count_syllables
from lms.content.checker.wordlists import word_lists
from lms.content.remembering import by_text

_MASK = "x"
_BE = r"(?:am|is|are|was|were|be|been|being|get|gets|got|isn’t|aren’t|wasn’t|weren’t|isn't|aren't|wasn't|weren't)"
_BETWEEN = r"(?:\s+(?:not|never|also|often|still|then|now|all|both|being|[a-z]+ly)){0,2}"
_LISTS = word_lists()
_PARTICIPLE = "|".join(["[a-z]+ed", *_LISTS["irregular_participles"]])
_PASSIVE = re.compile(rf"\b{_BE}{_BETWEEN}\s+({_PARTICIPLE})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Readability:
    """Figures of a set of sentences."""

    words: int
    grade: float
    """Flesch-Kincaid, with names and defined terms masked."""
    raw_grade: float


@by_text
def words_of(sentence: str) -> tuple[str, ...]:
    """The words of a sentence; `don't`, `ten-minute`, `07:40` and `0.36` are one each."""
    return tuple(WORD.findall(sentence))


def readability(sentences: Sequence[str], names: Collection[str], terms: Iterable[str]) -> Readability:
    """Both grades of some sentences; 0 if there are none."""
    known, terms = frozenset(names), tuple(terms)
    masked = [_masked(sentence, known, terms) for sentence in sentences]
    return Readability(
        words=sum(len(words_of(sentence)) for sentence in sentences),
        grade=_grade(masked),
        raw_grade=_grade([words_of(sentence) for sentence in sentences]),
    )


@by_text
def is_passive(sentence: str) -> bool:
    """An estimate: a form of `be` and a participle that does not name a state of mind."""
    return any(match[1].lower() not in _LISTS["states"] for match in _PASSIVE.finditer(sentence))


def _grade(sentences: Sequence[Sequence[str]]) -> float:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975)."""
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


@by_text
def _syllables(word: str) -> int:
    return sum(count_syllables(part) for part in re.split(r"[-:.,]", word) if part)


@by_text
def _masked(sentence: str, names: frozenset[str], terms: tuple[str, ...]) -> tuple[str, ...]:
    for term in terms:
        sentence = re.sub(
            rf"\b{re.escape(term)}\b", " ".join([_MASK] * len(term.split())), sentence, flags=re.IGNORECASE
        )
    words = list(WORD.finditer(sentence))
    return tuple(_MASK if _is_name(sentence, word, names) else word[0] for word in words)


def _is_name(sentence: str, word: re.Match[str], names: Collection[str]) -> bool:
    if re.sub(r"['’]s?$", "", word[0]) in names:
        return True
    # A capital after a quotation mark or a colon begins spoken words; elsewhere inside a sentence it marks a name.
    inside = sentence[: word.start()].rstrip()
    begins = not inside or inside[-1] in "“‘\"'(:–—.!?…" or sentence[word.start() - 1] in "“‘\"'("
    return word[0][0].isupper() and not begins and word[0] not in ("I", "I’m", "I'm", "I’ll", "I’ve", "I’d")
