"""Rules 25 and 26: who is shown in the wrong, and who is warned before a hard subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lms.content.blocks import ContentNote
from lms.content.checker.report import Result, Rule, at_most, none_of, worst
from lms.content.checker.subject import Subject, on
from lms.content.module import Page
from lms.content.problems import Problem

CAST = Rule(25, "Cast balance", "no name, role or group makes more than 40% of errors", "over 60%", signal=True)
CONTENT_NOTES = Rule(26, "Content notes", "each sensitive page opens with a note; support lines are given", "any other")
FEWEST_ERRORS = 5
"""With fewer errors a share says nothing."""


def cast_balance(*subjects: Subject) -> Result:
    """Of all who err in items and scenarios: the largest share of one name, role or group.

    A role is counted by what stands before its first comma: `ward host, nine years' service` is a ward host.
    """
    first = subjects[0]
    cast = [member for subject in subjects for member in subject.cast]
    erring = [member for member in cast if member.erred]
    measured = f"{len(cast)} appearances, {len(erring)} in the wrong"
    if len(erring) < FEWEST_ERRORS:
        return CAST.result(f"{measured}: too few to judge", "pass")
    tallies = {
        "name": Counter(member.name for member in erring),
        "role": Counter(member.role.split(",")[0].strip().lower() for member in erring),
        "group": Counter(member.group.lower() for member in erring if member.group),
    }
    largest = [
        (count / len(erring), what, who) for what, tally in tallies.items() for who, count in tally.most_common(1)
    ]
    share, what, who = max(largest)
    findings = [
        first.at(first.bank_file, (), f"the {kind} {person} makes {part:.0%} of all errors", "let others err")
        for part, kind, person in largest
        if part > 0.40
    ]
    verdict = worst(at_most(round(part, 4), 0.40, 0.60) for part, _, _ in largest)
    return CAST.result(f"{measured}; most often the {what} {who}, {share:.0%}", verdict, findings)


def content_notes(subject: Subject) -> Result:
    """A sensitive page carries its note before the first word to read; the note prints the module's support lines."""
    tagged = [page for page in subject.module.pages if page.sensitive]
    findings = [fault for page in subject.module.pages for fault in _note_faults(page)]
    if tagged and not subject.module.support:
        what = "sensitive pages, but no support lines"
        findings.append(subject.at(subject.module_file, (), what, "list them under `support`"))
    return CONTENT_NOTES.result(f"{len(tagged)} sensitive pages", none_of(findings), findings)


def _note_faults(page: Page) -> Iterator[Problem]:
    noted = any(isinstance(block, ContentNote) for block in page.blocks)
    if page.sensitive and not isinstance(page.blocks[0] if page.blocks else None, ContentNote):
        yield on(page, "a sensitive page that does not open with a content note", "begin with `:::{content-note}`")
    if noted and not page.sensitive:
        yield on(page, "a content note on a page that is not marked", "add `sensitive: true` to its front matter")
