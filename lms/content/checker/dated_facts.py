"""Rule 22: what the law, a body or a telephone number is today may be otherwise next year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject
from lms.content.checker.texts import passages
from lms.content.checker.wordlists import word_lists
from lms.content.problems import Problem
from lms.content.remembering import by_text

DATED_FACTS = Rule(22, "Dated facts", "laws, bodies and telephone numbers have a review date to come", "past or none")


def dated_facts(subject: Subject) -> Result:
    """Each mention of a law, body or number (words.toml) needs a `review_by` to come.

    It stands in the front matter of its page or tool, in its scenario or item; or the body or number is one of the
    module's `support` lines, which have dates of their own.
    """
    findings = [*_past(subject), *_undated(subject)]
    count = len(subject.module.support) + len(_dates(subject))
    return DATED_FACTS.result(f"{count} dates, {len(findings)} past or missing", none_of(findings), findings)


def _dates(subject: Subject) -> dict[str, dt.date]:
    """`review_by` of each page, tool and scenario that has one, by file."""
    dated = [(page.file, page.review_by) for page in subject.module.pages]
    dated += [(file, tool.review_by) for file, tool in subject.tools]
    dated += [(file, scenario.review_by) for file, scenario in subject.scenarios]
    return {file: date for file, date in dated if date}


def _past(subject: Subject) -> Iterator[Problem]:
    for index, line in enumerate(subject.module.support):
        if line.review_by <= subject.today:
            what = f"the support line {line.name} was to be reviewed by {line.review_by}"
            yield subject.at(subject.module_file, ("support", index), what, "check it again and set a new date")
    for file, date in _dates(subject).items():
        if date <= subject.today:
            yield Problem(file, 1, f"it was to be reviewed by {date}", "check its facts again and set a new date")
    for placed in subject.items:
        if placed.item.review_by and placed.item.review_by <= subject.today:
            what = f"item {placed.item.id} was to be reviewed by {placed.item.review_by}"
            yield subject.in_bank(placed.path, what, "check its facts again and set a new date")


def _undated(subject: Subject) -> Iterator[Problem]:
    support = " ".join(f"{line.name} {line.contact} {line.detail}" for line in subject.module.support)
    dated = _dates(subject).keys()
    told: set[tuple[str, str]] = set()
    for passage in passages(subject):
        if passage.file in dated or passage.kind == "label" or passage.is_dated:
            continue
        for fact in _facts(passage.plain):
            if fact not in support and (passage.file, fact) not in told:
                told.add((passage.file, fact))
                what = f"“{fact}” has no review date"
                yield Problem(passage.file, passage.line_of(fact), what, "add `review_by: <date>` here")


@by_text
def _facts(text: str) -> tuple[str, ...]:
    """Laws, bodies and numbers named in a text."""
    return tuple(match[0] for pattern in word_lists()["dated_facts"] for match in re.finditer(pattern, text))
