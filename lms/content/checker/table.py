"""A report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from lms.content.checker.report import Report, Result

MOST_FINDINGS = 40
"""Of one rule; the rest is counted. JSON has all."""


def as_table(report: Report) -> Iterator[str]:
    """A line for each rule, then what to mend."""
    yield f"{report.module_id}: {report.verdict}"
    yield ""
    for problem in report.problems:
        yield f"  {problem}"
    if report.problems:
        yield ""
    name_width = max((len(result.rule.name) for result in report.results), default=0)
    for result in report.results:
        rule = result.rule
        yield f"{_verdict(result)} {rule.number:>2}  {rule.name:<{name_width}}  {result.measured}"
        if result.verdict != "pass":
            yield f"{'':{name_width + 12}}passes: {rule.passes}; fails: {rule.fails}"
    for result in report.results:
        yield from _findings(result)
    yield ""


def _verdict(result: Result) -> str:
    return "editor" if result.to_editor else f"{result.verdict:<6}"


def _findings(result: Result) -> Iterator[str]:
    if not result.findings:
        return
    yield ""
    yield f"{result.rule.number} {result.rule.name}"
    for finding in result.findings[:MOST_FINDINGS]:
        yield f"  {finding}"
    if len(result.findings) > MOST_FINDINGS:
        yield f"  … and {len(result.findings) - MOST_FINDINGS} more"
