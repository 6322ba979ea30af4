"""Rule 19: sources, from the register to the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject
from lms.content.problems import Problem
from lms.content.schema import Source

CITATIONS = Rule(19, "Citations", "each resolves, grade V or a dated B, its caveat stated, no orphans", "any")
_DOI = re.compile(r"^(?:https://doi\.org/)?10\.\d{4,9}/[-._;()/:<>A-Za-z0-9]+$")
_URL = re.compile(r"^https://[^\s/]+\.[^\s]+$")


def citations(subject: Subject) -> Result:
    """The register of sources against what pages and items cite (that each mark resolves, the loader sees to)."""
    cited = {source for page in subject.module.pages for source in page.citations.numbers}
    cited |= {source for placed in subject.items for source in placed.item.cites}
    stated = {source for page in subject.module.pages for source in page.citations.caveats}
    findings = [
        subject.at(subject.sources_file, ("sources", index), f"source {source.id} {what}", remedy)
        for index, source in enumerate(subject.module.sources.values())
        for what, remedy in _source_faults(subject, source, cited, stated)
    ]
    findings += list(_unresolved(subject, cited))
    measured = f"{len(cited)} sources cited, {len(subject.module.sources)} in the register"
    return CITATIONS.result(measured, none_of(findings), findings)


def _source_faults(subject: Subject, source: Source, cited: set[str], stated: set[str]) -> Iterator[tuple[str, str]]:
    if source.id not in cited:
        yield "is cited nowhere", "cite it or remove it"
    if source.grade == "N":
        yield "has grade N", "never use it"
    if source.checked_on > subject.today:
        yield f"was checked on {source.checked_on}, which is to come", "give the day on which it was checked"
    if source.doi_or_url and not (_DOI.match(source.doi_or_url) or _URL.match(source.doi_or_url)):
        yield f"has {source.doi_or_url!r}, no DOI or https address", "write 10.…/… or https://…, or leave it out"
    if source.caveat_required and source.id in cited and source.id not in stated:
        yield "needs its caveat, which no page states", f"mark the sentence with [@{source.id}!]"


def _unresolved(subject: Subject, cited: set[str]) -> Iterator[Problem]:
    for source in sorted(cited - subject.module.sources.keys()):
        yield subject.at(subject.sources_file, (), f"source {source} is cited, but not in the register", "add it")
