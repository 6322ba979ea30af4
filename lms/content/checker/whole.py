"""What is measured over all modules of a programme: nothing twice, and the same said the same."""

from __future__ import annotations

from collections.abc import Iterator

from lms.content.blocks import SelfAssessment
from lms.content.checker.people import cast_balance
from lms.content.checker.report import Report, Result, Rule, none_of, within
from lms.content.checker.subject import Subject, on
from lms.content.checker.wording import duplicates, feedback
from lms.content.problems import Problem

MINUTES = Rule(1, "Minutes of all modules", "118 to 122 a module on average", "under 115, over 125")
SOURCES = Rule(19, "Sources of all modules", "a source is told alike wherever it is cited", "any other")
STATEMENTS = Rule(27, "Statements rated again", "one id has the same words and the same scale everywhere", "any other")


def check_whole(subjects: list[Subject]) -> Report:
    """Measure the modules of a programme together, in their order."""
    results = (
        _minutes(subjects),
        feedback(*subjects),
        duplicates(*subjects),
        _sources(subjects),
        cast_balance(*subjects),
        _statements(subjects),
    )
    return Report("the programme as a whole", results)


def _minutes(subjects: list[Subject]) -> Result:
    total = sum(page.minutes for subject in subjects for page in subject.module.pages)
    mean = total / len(subjects)
    return MINUTES.result(f"{total:.0f} min, {mean:.1f} a module", within(round(mean, 2), (118, 122), (115, 125)))


def _sources(subjects: list[Subject]) -> Result:
    findings = list(_differing_sources(subjects))
    known = {source for subject in subjects for source in subject.module.sources}
    return SOURCES.result(f"{len(known)} sources", none_of(findings), findings)


def _differing_sources(subjects: list[Subject]) -> Iterator[Problem]:
    first: dict[str, tuple[Subject, dict[str, object]]] = {}
    for subject in subjects:
        for place, source in enumerate(subject.module.sources.values()):
            told = source.model_dump(include={"grade", "authors", "year", "title", "venue", "doi_or_url"})
            where, before = first.setdefault(source.id, (subject, told))
            differing = sorted(name for name, value in told.items() if before[name] != value)
            if differing:
                what = f"source {source.id} has another {' and '.join(differing)} than in {where.module.id}"
                yield subject.at(subject.sources_file, ("sources", place), what, "look it up, and say it alike")


def _statements(subjects: list[Subject]) -> Result:
    findings: list[Problem] = []
    first: dict[str, tuple[str, tuple[str, ...]]] = {}
    for subject in subjects:
        for page, block in subject.module.blocks():
            if not isinstance(block, SelfAssessment):
                continue
            for statement in block.statements:
                told = (statement.text, block.scale)
                if first.setdefault(statement.id, told) != told:
                    what = f"{statement.id} has other words or another scale than before"
                    findings.append(on(page, what, "say it alike, or give it an id of its own", block.line))
    return STATEMENTS.result(f"{len(first)} statements", none_of(findings), findings)
