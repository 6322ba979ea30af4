"""Rules 13 to 15: feedback for every option, no forms that trick, no item twice."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import PlacedItem, Subject, feedback_of, options_of
from lms.content.markup import count_words
from lms.content.problems import Problem

FEEDBACK = Rule(13, "Feedback", "every one 12 to 40 words, none twice, no bare “wrong”", "any")
BANNED_FORMS = Rule(14, "Banned forms", "0", "any")
DUPLICATES = Rule(15, "Duplicate items", "similarity under .80", ".90 or more", signal=True)

_BARE = re.compile(
    r"(?:^|[.!?]\s+)(?:that is |that’s |this is |no, )?(?:wrong|incorrect)\b\s*[.!,:;–—]?", re.IGNORECASE
)
_SPOKEN = re.compile(r"“[^”]*”|\"[^\"]*\"")
_ALL_OR_NONE = re.compile(
    r"\b(?:all|none|both|any|neither) of (?:the above|the below|these|those|them)\b", re.IGNORECASE
)
_ABSOLUTE = re.compile(r"\b(?:always|never)\b", re.IGNORECASE)
_NEGATIVE_STEM = re.compile(
    r"\bNOT\b|\bEXCEPT\b|<(?:em|strong)>not</|(?i:\bwhich\b)[^.?!]*\b(?:not|isn’t|except|least)\b[^.!]*\?", re.DOTALL
)


def feedback(*subjects: Subject) -> Result:
    """Words of every feedback; the same words twice, also in two modules; “Wrong” or “Incorrect” as a verdict."""
    findings: list[Problem] = []
    seen: dict[str, str] = {}
    count = 0
    for subject, placed in _items(subjects):
        for path, text in feedback_of(placed.item):
            count += 1
            for what, remedy in _feedback_faults(text, placed.item.id, seen):
                findings.append(subject.in_bank((*placed.path, *path), f"item {placed.item.id}: {what}", remedy))
    return FEEDBACK.result(f"{count} texts, {len(findings)} to mend", none_of(findings), findings)


def _feedback_faults(text: str, item: str, seen: dict[str, str]) -> Iterator[tuple[str, str]]:
    words = count_words(text)
    if not 12 <= words <= 40:
        yield f"feedback of {words} words", "write 12 to 40: what it does to people, why, what to do instead"
    if _BARE.search(text):
        yield "feedback says “wrong” or “incorrect”", "say what happens instead"
    same = " ".join(text.lower().split())
    if same in seen:
        yield f"the same feedback stands in item {seen[same]}", "write one for this option"
    seen.setdefault(same, item)


def banned_forms(subject: Subject) -> Result:
    """All or none of the above, negative stems, always and never in options (not in words that someone speaks)."""
    findings = [finding for placed in subject.items for finding in _banned(subject, placed)]
    return BANNED_FORMS.result(str(len(findings)), none_of(findings), findings)


def _banned(subject: Subject, placed: PlacedItem) -> Iterator[Problem]:
    item = placed.item
    if _NEGATIVE_STEM.search(item.stem.html):
        yield subject.in_bank((*placed.path, "stem"), f"item {item.id}: a negative stem", "ask for what is right")
    for index, option in enumerate(options_of(item)):
        text = option.text.plain
        for pattern, where in ((_ALL_OR_NONE, text), (_ABSOLUTE, _SPOKEN.sub("", text))):
            match = pattern.search(where)
            if match:
                path = (*placed.path, "options", index, "text")
                yield subject.in_bank(path, f"item {item.id}: “{match[0]}” in an option", "write it without")


def duplicates(*subjects: Subject) -> Result:
    """Cosine of the word counts of stem and options, words of up to three letters left out."""
    vectors = [(subject, placed, _vector(placed)) for subject, placed in _items(subjects)]
    pairs = [
        (_cosine(one, other), first, subject, second)
        for (_, first, one), (subject, second, other) in combinations(vectors, 2)
    ]
    highest = max((similarity for similarity, *_ in pairs), default=0.0)
    findings = [
        subject.in_bank(
            second.path, f"item {second.item.id} is {similarity:.2f} like {first.item.id}", "write another case"
        )
        for similarity, first, subject, second in pairs
        if similarity >= 0.80
    ]
    verdict = "pass" if highest < 0.80 else "warn" if highest < 0.90 else "fail"
    return DUPLICATES.result(f"highest {highest:.2f}", verdict, findings)  # type: ignore[arg-type]


def _items(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, PlacedItem]]:
    return ((subject, placed) for subject in subjects for placed in subject.items)


def _vector(placed: PlacedItem) -> Counter[str]:
    texts = [placed.item.stem.plain, *(option.text.plain for option in options_of(placed.item))]
    texts += [part.text.plain for part in (*getattr(placed.item, "sources", ()), *getattr(placed.item, "targets", ()))]
    return Counter(word for word in re.findall(r"[a-z0-9’']+", " ".join(texts).lower()) if len(word) > 3)


def _cosine(first: Counter[str], second: Counter[str]) -> float:
    product = sum(count * second[word] for word, count in first.items())
    lengths = math.hypot(*first.values()) * math.hypot(*second.values())
    return product / lengths if lengths else 0.0
