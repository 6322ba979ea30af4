"""Rule 21: nobody is quoted without source and page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject
from lms.content.checker.texts import Passage, block_passages
from lms.content.markup import CITATION, count_words
from lms.content.problems import Problem

QUOTES = Rule(21, "Quotations", "over 6 words only as dialogue, or with source and page", "any other")
MOST_WORDS = 6
_QUOTATION = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
_PAGE = re.compile(r"\b(?:pp?\.|pages?)\s*\d", re.IGNORECASE)
_SAYS = re.compile(
    r"\b(?:say|says|said|saying|ask|asks|asked|asking|try|tell|tells|told|reply|replies|replied|answers?|answered|"
    r"think|thinks|thought|hear|hears|heard|write|words?|sentences?|questions?|lines?|like|for example|add|adds|"
    r"added|open|opens|whisper(?:s|ed)?|shout(?:s|ed)?|mutter(?:s|ed)?|go(?:es)?|begins?|starts?|ends?)\b",
    re.IGNORECASE,
)
_AUTHOR = re.compile(r"\b([A-Z][a-z]+)(?: et al\.)?,? (?:says|said|writes|wrote|argues|argued|puts it)\b")
_NEAR = 80
_PRONOUNS = {"He", "She", "They", "You", "We", "It", "Someone", "Nobody", "Everyone", "Who", "One", "People"}


def quotations(subject: Subject) -> Result:
    """Words in quotation marks, more than six of them, in prose and callouts.

    Dialogue is free: callouts of type story and try, tasks, scenarios and items are. In prose a quotation is dialogue
    when its paragraph cites nothing, no author is named as the speaker, and it either stands as a sentence of its own
    or has a verb of speaking or thinking within 80 characters. Any other needs a citation and a page there.
    """
    found = [(passage, quotation) for passage in _prose(subject) for quotation in _long_quotations(passage)]
    findings = [
        Problem(
            passage.file,
            passage.line_of(words),
            f"a quotation of {count_words(words)} words: “{' '.join(words.split()[:6])} …”",
            "give source and page in the paragraph, or say it in your own words",
        )
        for passage, (paragraph, words, place) in found
        if not _is_sourced(paragraph) and not _is_dialogue(paragraph, words, place, subject.names)
    ]
    return QUOTES.result(
        f"{len(found)} over {MOST_WORDS} words, {len(findings)} unsourced", none_of(findings), findings
    )


def _prose(subject: Subject) -> Iterator[Passage]:
    for page, block in subject.module.blocks():
        for passage in block_passages(page.file, block):
            if passage.kind in ("prose", "evidence"):
                yield passage


_Quotation = tuple[str, str, int]
"""Its paragraph, its words, and where it begins in the paragraph."""


def _long_quotations(passage: Passage) -> Iterator[_Quotation]:
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", passage.source):
        for match in _QUOTATION.finditer(paragraph):
            words = match[1] or match[2]
            if count_words(words) > MOST_WORDS:
                yield paragraph, words, match.start()


def _is_sourced(paragraph: str) -> bool:
    return bool(CITATION.search(paragraph) and _PAGE.search(paragraph))


def _is_dialogue(paragraph: str, words: str, place: int, names: Collection[str]) -> bool:
    if CITATION.search(paragraph):
        return False
    around = paragraph[max(0, place - _NEAR) : place] + " " + paragraph[place + len(words) + 2 :][:_NEAR]
    if any(author not in names and author not in _PRONOUNS for author in _AUTHOR.findall(around)):
        return False
    begins = re.search(r"(?:^|[.!?:)>\n])[\s>*_\-\d.)]*$", paragraph[:place])
    return bool(_SAYS.search(around) or begins)
