"""Rules 17 and 18: reflections, and the if-then plan."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lms.content.blocks import Commitment, Reflection
from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject, on
from lms.content.module import Page
from lms.content.problems import Problem

REFLECTIONS = Rule(17, "Reflections", "4 in the module, 2 of them come back, each with a way out", "any other")
COMMITMENT = Rule(18, "Commitment", "“When …, I will …” examples, follow-ups at day 14 and 42", "any other")
IN_MODULE, COME_BACK = 4, 2
FOLLOW_UP_DAYS = (14, 42)
_WAY_OUT = re.compile(
    r"\bskip\b|\b(?:another|a different|some other) (?:\w+ )?(?:example|one|moment|time|story|day)\b", re.IGNORECASE
)
_IF_THEN = re.compile(r"^When\b.+\bI will\b.+", re.DOTALL)


def reflections(subject: Subject) -> Result:
    """How many, how many come back at week 6, and whether each prompt lets a learner choose otherwise or skip.

    The line about leaving out names is printed above every box by the pages themselves, so it needs no check here.
    """
    found = [(page, block) for page, block in subject.module.blocks() if isinstance(block, Reflection)]
    back = [block for _, block in found if block.revisit]
    findings = [
        on(page, f"reflection {block.id} gives no way out", "add “or choose another example, or skip this”", block.line)
        for page, block in found
        if not _WAY_OUT.search(block.text.plain)
    ]
    if len(found) != IN_MODULE:
        findings.append(subject.at(subject.module_file, (), f"{len(found)} reflections", f"write {IN_MODULE}"))
    if len(back) != COME_BACK:
        what = f"{len(back)} reflections come back at week 6"
        findings.append(subject.at(subject.module_file, (), what, f"set `revisit: true` on {COME_BACK}"))
    return REFLECTIONS.result(f"{len(found)}, {len(back)} of them come back", none_of(findings), findings)


def commitment(subject: Subject) -> Result:
    """One plan, its examples in the form of the template, its follow-ups at two and six weeks."""
    found = [(page, block) for page, block in subject.module.blocks() if isinstance(block, Commitment)]
    findings = [finding for page, block in found for finding in _commitment_faults(page, block)]
    if len(found) != 1:
        findings.append(subject.at(subject.module_file, (), f"{len(found)} commitment blocks", "have exactly one"))
    examples = sum(len(block.examples) for _, block in found)
    return COMMITMENT.result(f"{len(found)} with {examples} examples", none_of(findings), findings)


def _commitment_faults(page: Page, block: Commitment) -> Iterator[Problem]:
    for example in block.examples:
        if not _IF_THEN.match(example):
            yield on(page, f"the example “{example[:40]}…” is no if-then plan", "write “When …, I will …”", block.line)
    if block.follow_up_days != FOLLOW_UP_DAYS:
        yield on(page, f"follow-ups at days {block.follow_up_days}", "write `follow_up_days: [14, 42]`", block.line)
