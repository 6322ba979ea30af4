"""Rules 13 to 15: feedback for every option, no forms that trick, no item twice."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations

from lms.content.checker.report import Result, Rule, Verdict, none_of
from lms.content.checker.subject import PlacedItem, Subject, feedback_of, options_of
from lms.content.markup import count_words
from lms.content.problems import Problem
from lms.content.remembering import Files, by_text

FEEDBACK = Rule(13, "Feedback", "every one 12 to 40 words, none twice, no bare “wrong”", "any")
BANNED_FORMS = Rule(14, "Banned forms", "0", "any")
DUPLICATES = Rule(15, "Duplicate items", "similarity under .80", ".90 or more", signal=True)

ALIKE = 0.80
"""From this cosine on an editor looks at two items."""
_files = Files()
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
    placed = list(_items(subjects))
    said = tuple(_said_in(one) for _, one in placed)
    # A bank seldom changes between two checks, and every item is compared with every other.
    highest, alike = _files.made(said, sum(map(len, said)), partial(_alike, said))
    findings = []
    for first, second, similarity in alike:
        subject, other = placed[second]
        what = f"item {other.item.id} is {similarity:.2f} like {placed[first][1].item.id}"
        findings.append(subject.in_bank(other.path, what, "write another case"))
    verdict: Verdict = "pass" if highest < ALIKE else "warn" if highest < 0.90 else "fail"
    return DUPLICATES.result(f"highest {highest:.2f}", verdict, findings)


def _items(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, PlacedItem]]:
    return ((subject, placed) for subject in subjects for placed in subject.items)


def _said_in(placed: PlacedItem) -> str:
    """What an item asks and offers."""
    texts = [placed.item.stem.plain, *(option.text.plain for option in options_of(placed.item))]
    texts += [part.text.plain for part in (*getattr(placed.item, "sources", ()), *getattr(placed.item, "targets", ()))]
    return " ".join(texts)


def _alike(said: Sequence[str]) -> tuple[float, tuple[tuple[int, int, float], ...]]:
    """The highest cosine of any two texts, and each two, by their places, that are alike."""
    vectors = [(vector, math.hypot(*vector.values())) for vector in map(_vector, said)]
    pairs = [
        (first, second, _cosine(*one, *other)) for (first, one), (second, other) in combinations(enumerate(vectors), 2)
    ]
    highest = max((similarity for *_, similarity in pairs), default=0.0)
    return highest, tuple(pair for pair in pairs if pair[2] >= ALIKE)


@by_text
def _vector(text: str) -> Mapping[str, int]:
    return dict(Counter(word for word in re.findall(r"[a-z0-9’']+", text.lower()) if len(word) > 3))


def _cosine(first: Mapping[str, int], length: float, second: Mapping[str, int], other_length: float) -> float:
    common = first.keys() & second.keys()
    return sum(first[word] * second[word] for word in common) / (length * other_length) if common else 0.0
