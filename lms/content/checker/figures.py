"""Rule 20: a number that claims something says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import PlacedItem, Subject, feedback_of
from lms.content.checker.texts import block_passages
from lms.content.markup import CITATION
from lms.content.problems import Problem
from lms.content.schema import NumericItem

NUMBERS = Rule(20, "Numbers", "each %, r and d has a citation in its paragraph", "any without")
_FIGURE = re.compile(
    r"\d\s?%|\d\s?per ?cent\b|(?<!\w)\*?(?:r|d|g|ρ|rho)\*?\s*(?:=|≈|of)\s*[−–-]?[01]?\.\d", re.IGNORECASE
)


def numbers(subject: Subject) -> Result:
    """Per cents and effect sizes in prose, callouts, prompts, debriefs and feedback.

    A paragraph is what stands between blank lines. Stories are made up and numeric items are sums, so their numbers
    claim nothing; `r = 0` and `r = 1` tell what the figure means. Feedback cites through the `cites` of its item;
    prompts and debriefs cannot cite, so they hold none.
    """
    findings = [*_on_pages(subject), *_in_debriefs(subject), *_in_feedback(subject)]
    return NUMBERS.result(f"{len(findings)} without a source", none_of(findings), findings)


def _on_pages(subject: Subject) -> Iterator[Problem]:
    for page, block in subject.module.blocks():
        for passage in block_passages(page.file, block):
            if passage.kind == "story":
                continue
            for paragraph in re.split(r"\n\s*\n", passage.source):
                match = _FIGURE.search(CITATION.sub("", paragraph))
                if match and not CITATION.search(paragraph):
                    line = passage.line_of(paragraph)
                    yield Problem(
                        page.file, line, f"“{match[0]}” has no citation in its paragraph", "cite it or cut it"
                    )


def _in_debriefs(subject: Subject) -> Iterator[Problem]:
    for file, scenario in subject.scenarios:
        match = _FIGURE.search(scenario.debrief.source)
        if match:
            yield subject.at(
                file, ("debrief",), f"“{match[0]}” in the debrief has no source", "say it on a page, cited"
            )


def _in_feedback(subject: Subject) -> Iterator[Problem]:
    for placed in subject.items:
        if placed.item.cites or isinstance(placed.item, NumericItem):
            continue
        yield from _uncited_feedback(subject, placed)


def _uncited_feedback(subject: Subject, placed: PlacedItem) -> Iterator[Problem]:
    for path, text in feedback_of(placed.item):
        match = _FIGURE.search(text)
        if match:
            what = f"item {placed.item.id}: “{match[0]}” has no source"
            yield subject.in_bank((*placed.path, *path), what, "add `cites` to the item")
