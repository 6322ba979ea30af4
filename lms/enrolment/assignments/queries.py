"""Looking up what is asked of a person, and how far an assignment is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import Person, Placement, Site
from lms.content.library import library
from lms.db import as_facts
from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import Standing
from lms.enrolment.assignments.models import AssignedPerson, Assignment, Exemption, Obligation, Reminder
from lms.enrolment.assignments.service import taken_in

LIMIT = 100
"""People on one page of a list."""


@dataclass(frozen=True)
class Asked:
    """Something that is asked of a learner, as they are shown it."""

    module_id: str | None
    """None: every module of the programme."""
    reason: str
    is_mandatory: bool
    due_on: dt.date | None
    standing: Standing
    is_refresher: bool
    """It was completed before, and is due once more."""
    days_left: int | None
    exempt_for: str | None = None
    """Why they need not."""


@dataclass(frozen=True)
class Counts:
    """How far those are of whom something is asked."""

    met: int = 0
    exempt: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def people(self) -> int:
        """All of them."""
        return self.met + self.exempt + self.open + self.overdue


@dataclass(frozen=True)
class Listed:
    """Someone of whom something is asked."""

    person: Person
    site: str | None
    obligation: Obligation
    standing: Standing
    exempt_for: str | None


def programme_modules(session: Session) -> list[str]:
    """The modules that make up the programme for whoever completes it now: those that are published."""
    programme = library.programme(session)
    planned = programme.modules if programme else ()
    return [one.id for one in planned if library.revision_id(session, one.id) is not None]


def own(session: Session, person_id: int, today: dt.date) -> list[Asked]:
    """What is asked of a person and not met yet, the most urgent first."""
    found: dict[int, Asked] = {}
    for one, assignment, exempt_for in session.execute(_OWN, {"person": person_id, "today": today}):
        found.setdefault(one.id, _asked(one, assignment, exempt_for, today))
    return list(found.values())


def _asked(one: Obligation, assignment: Assignment, exempt_for: str | None, today: dt.date) -> Asked:
    return Asked(
        module_id=assignment.module_id,
        reason=assignment.reason,
        is_mandatory=assignment.is_mandatory,
        due_on=one.due_on,
        standing=due.standing(one.due_on, False, assignment.is_mandatory, exempt_for is not None, today),
        is_refresher=is_refresher(one, assignment),
        days_left=(one.due_on - today).days if one.due_on else None,
        exempt_for=exempt_for,
    )


def is_refresher(one: Obligation, assignment: Assignment) -> bool:
    """Whether what was completed before is due once more."""
    return due.is_refresher(one.since_on, one.done_since, assignment.refresh_months)


def renewed_since(session: Session, person_id: int, module_id: str) -> dt.date | None:
    """From which day on a module must be completed to count for what is asked of a person; None: whenever it was."""
    query = (
        select(func.max(Obligation.done_since))
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(
            Obligation.person_id == person_id,
            Obligation.ended_on.is_(None),
            Obligation.met_at.is_(None),
            or_(Assignment.module_id.is_(None), Assignment.module_id == module_id),
        )
    )
    return session.scalar(query)


def assignments(session: Session, today: dt.date) -> list[tuple[Assignment, Counts]]:
    """All that is asked, the latest first, with how far people are."""
    query = (
        select(Assignment)
        .options(joinedload(Assignment.site), joinedload(Assignment.job_group))
        .order_by(Assignment.ended_at.is_not(None), Assignment.id.desc())
    )
    counted = _counts(session, today)
    return [(one, counted.get(one.id, Counts())) for one in session.scalars(query)]


def is_anything_asked(session: Session) -> bool:
    """Whether there is any assignment, of today or of before."""
    return session.scalar(select(Assignment.id).limit(1)) is not None


def assignment_by_uuid(session: Session, uuid: UUID) -> Assignment | None:
    """The assignment known by this name outside."""
    query = select(Assignment).filter_by(uuid=uuid)
    return session.scalar(query.options(joinedload(Assignment.site), joinedload(Assignment.job_group)))


def counts(session: Session, assignment: Assignment, today: dt.date) -> Counts:
    """How far those are of whom one assignment asks."""
    return _counts(session, today, assignment).get(assignment.id, Counts())


def people(
    session: Session, assignment: Assignment, wanted: Standing | None, today: dt.date, offset: int = 0
) -> list[Listed]:
    """Of whom it is asked and how it stands with them, by name; one more than a page takes if there are more."""
    query = (
        select(Person, Site.name, Obligation, _exempt_for(today))
        .select_from(Obligation)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .join(Person, Person.id == Obligation.person_id)
        .outerjoin(Placement, and_(Placement.person_id == Person.id, Placement.until_on.is_(None)))
        .outerjoin(Site, Site.id == Placement.site_id)
        .where(Obligation.assignment_id == assignment.id, Obligation.ended_on.is_(None))
        .order_by(Person.name, Person.id)
        .offset(offset)
        .limit(LIMIT + 1)
    )
    if wanted:
        query = query.where(_standing(today) == wanted.value)
    return [
        Listed(
            person,
            site,
            one,
            due.standing(one.due_on, one.met_at is not None, assignment.is_mandatory, exempt_for is not None, today),
            exempt_for,
        )
        for person, site, one, exempt_for in session.execute(query)
    ]


def would_take_in(session: Session, site_id: int | None, job_group_id: int | None, managers_only: bool) -> int:
    """How many people a rule would take in now."""
    rule = taken_in(site_id, job_group_id, managers_only).subquery()
    return session.scalar(select(func.count()).select_from(rule)) or 0


def exemptions(session: Session, today: dt.date) -> Sequence[Exemption]:
    """Who is exempt now, by name."""
    query = (
        select(Exemption)
        .join(Exemption.person)
        .options(joinedload(Exemption.person))
        .where(_holds(today))
        .order_by(Person.name, Exemption.id)
    )
    return session.scalars(query).all()


def exemption_by_uuid(session: Session, uuid: UUID) -> Exemption | None:
    """The exemption known by this name outside, with whom it is of."""
    return session.scalar(select(Exemption).filter_by(uuid=uuid).options(joinedload(Exemption.person)))


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: what was asked of them, what they are spared, and the mails about it."""
    asked = (
        select(Obligation, Assignment)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(Obligation.person_id == person_id)
        .order_by(Obligation.id)
    )
    mails = (
        select(Reminder)
        .join(Obligation, Obligation.id == Reminder.obligation_id)
        .where(Obligation.person_id == person_id, Reminder.is_sent)
        .order_by(Reminder.at)
    )
    named = select(AssignedPerson.assignment_id).filter_by(person_id=person_id)
    by_name = set(session.scalars(named))
    exempt = select(Exemption).filter_by(person_id=person_id).order_by(Exemption.id)
    return {
        "assignments": [
            {"module": assignment.module_id, "reason": assignment.reason, "is_mandatory": assignment.is_mandatory}
            | {"is_by_name": assignment.id in by_name}
            | as_facts(one)
            for one, assignment in session.execute(asked)
        ],
        "exemptions": [as_facts(one) for one in session.scalars(exempt)],
        "reminders": [{"kind": one.kind.value, "at": one.at.isoformat()} for one in session.scalars(mails)],
    }


def _holds(today: Any) -> ColumnElement[bool]:
    return and_(Exemption.from_on <= today, or_(Exemption.until_on.is_(None), Exemption.until_on > today))


def _exempting(whose: ColumnElement[bool], today: Any) -> ColumnElement[bool]:
    """Whether an exemption covers the whole of what an assignment asks."""
    covers = or_(Exemption.module_id.is_(None), Exemption.module_id == Assignment.module_id)
    return and_(whose, covers, _holds(today))


def _exempt_for(today: dt.date) -> Any:
    whose = Exemption.person_id == Obligation.person_id
    return (
        select(Exemption.reason)
        .where(_exempting(whose, today))
        .order_by(Exemption.id)
        .limit(1)
        .correlate(Obligation, Assignment)
        .scalar_subquery()
    )


def is_exempt(today: dt.date) -> ColumnElement[bool]:
    """Whether whom an obligation is of need not meet it on a day; for a query that has the assignment too."""
    whose = Exemption.person_id == Obligation.person_id
    return exists().where(_exempting(whose, today)).correlate(Obligation, Assignment)


def _standing(today: dt.date) -> ColumnElement[str]:
    """As `due.standing` says it, in the database."""
    return case(
        (Obligation.met_at.is_not(None), Standing.MET.value),
        (is_exempt(today), Standing.EXEMPT.value),
        (and_(Assignment.is_mandatory, Obligation.due_on < today), Standing.OVERDUE.value),
        else_=Standing.OPEN.value,
    )


def _counts(session: Session, today: dt.date, only: Assignment | None = None) -> dict[int, Counts]:
    standing = _standing(today).label("standing")
    part = (
        select(Obligation.assignment_id, standing)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(Obligation.ended_on.is_(None), Obligation.assignment_id == only.id if only else true())
        .subquery()
    )
    query = select(part.c.assignment_id, part.c.standing, func.count()).group_by(part.c.assignment_id, part.c.standing)
    found: dict[int, dict[str, int]] = {}
    for assignment_id, word, count in session.execute(query):
        found.setdefault(assignment_id, {})[word] = count
    return {id_: Counts(**of) for id_, of in found.items()}


# Made once, since the start page asks it: to build a query costs more than to ask it.
_OWN = (
    select(Obligation, Assignment, Exemption.reason)
    .join(Assignment, Assignment.id == Obligation.assignment_id)
    .outerjoin(Exemption, _exempting(Exemption.person_id == Obligation.person_id, bindparam("today", type_=Date)))
    .where(Obligation.person_id == bindparam("person"), Obligation.ended_on.is_(None), Obligation.met_at.is_(None))
    .order_by(Obligation.due_on.is_(None), Obligation.due_on, Obligation.id)
)
