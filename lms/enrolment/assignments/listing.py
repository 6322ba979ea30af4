"""Of whom something is asked and how far they are, as rows of files, the head first. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lms.days import local_day
from lms.enrolment.assignments.due import Standing
from lms.enrolment.assignments.queries import Counts, Listed
from lms.ui.sheets import Row

SAID = {
    Standing.MET: "completed",
    Standing.OPEN: "open",
    Standing.OVERDUE: "overdue",
    Standing.EXEMPT: "exempt",
}


def people(found: Iterable[Listed], zone: str) -> Iterator[Row]:
    """Each of them with how it stands; days are those of the zone."""
    yield ["Name", "E-mail address", "Place", "Asked since", "Last day", "How it stands", "Completed on", "Exempt for"]
    for one in found:
        asked = one.obligation
        is_met, is_exempt = one.standing is Standing.MET, one.standing is Standing.EXEMPT
        met_on = local_day(asked.met_at, zone) if is_met and asked.met_at else None
        known = [one.person.name, one.person.email, one.site]
        days = [asked.since_on, asked.due_on]
        yield [*known, *days, SAID[one.standing], met_on, one.exempt_for if is_exempt else None]


def figures(counts: Counts) -> Iterator[Row]:
    """How many are how far."""
    yield ["How it stands", "People"]
    for standing, count in (
        (Standing.MET, counts.met),
        (Standing.OPEN, counts.open),
        (Standing.OVERDUE, counts.overdue),
        (Standing.EXEMPT, counts.exempt),
    ):
        yield [SAID[standing], count]
    yield ["All", counts.people]
