"""Looking up what is asked of a person, and how far an assignment is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from lms.accounts.models import NOWHERE, Person, Placement, Site
from lms.accounts.organisation.leading import Reach
from lms.accounts.organisation.queries import below, site_of, sites_of, subtree, works_at
from lms.accounts.queries import person_by_email
from lms.content.library import library
from lms.db import as_facts, waiting
from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import Standing
from lms.enrolment.assignments.models import AssignedPerson, Assignment, Exemption, Obligation, Reminder
from lms.enrolment.assignments.naming import Known
from lms.enrolment.assignments.service import AT_A_TIME, Rule, members, moment_of, taken_in

LIMIT = 100
"""People on one page of a list."""
PART = 1000
"""People of a file that are looked up at once."""
FEW = 5000
"""So many people a query names one by one; with more, it costs no less to look up for each row where they work."""


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

    def of(self, standing: Standing | None) -> int:
        """How many it stands so with; None: all."""
        by = {Standing.MET: self.met, Standing.EXEMPT: self.exempt, Standing.OPEN: self.open}
        return self.people if standing is None else by.get(standing, self.overdue)


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


def renewed_since(session: Session, person_id: int, module_id: str) -> dt.datetime | None:
    """From when on a module must be completed to count for what is asked of a person; None: whenever it was."""
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
    return moment_of(session, session.scalar(query))


def assignments(session: Session, today: dt.date, reach: Reach = None) -> list[tuple[Assignment, Counts]]:
    """All that is asked of people within a reach, the latest first, with how far those people are."""
    counted = _counts(session, today, reach=reach)
    query = _with_names(select(Assignment)).order_by(Assignment.ended_at.is_not(None), Assignment.id.desc())
    query = query.where(or_(_owned(reach), Assignment.id.in_(counted)))
    return [(one, counted.get(one.id, Counts())) for one in session.scalars(query)]


def is_anything_asked(session: Session) -> bool:
    """Whether there is any assignment, of today or of before."""
    return session.scalar(select(Assignment.id).limit(1)) is not None


def assignment_by_uuid(session: Session, uuid: UUID, reach: Reach) -> Assignment | None:
    """The assignment known by this name outside, if whoever has this reach may see it."""
    return session.scalar(_with_names(select(Assignment).filter_by(uuid=uuid)).where(_seen(session, reach)))


def is_there(session: Session, uuid: UUID) -> bool:
    """Whether any assignment is known by this name outside."""
    return session.scalar(select(Assignment.id).filter_by(uuid=uuid)) is not None


def own_assignment(session: Session, uuid: UUID, reach: Reach, to_change: bool = False) -> Assignment | None:
    """The assignment known by this name outside, if whoever has this reach may change it.

    `to_change`: whoever would change or settle it too waits until this transaction is over. Raises HeldError if
    somebody else is at it for long.
    """
    query = _with_names(select(Assignment).filter_by(uuid=uuid)).where(_owned(reach))
    if not to_change:
        return session.scalar(query)
    with waiting():
        return session.scalar(query.with_for_update(key_share=True, of=Assignment))


def counts(session: Session, assignment: Assignment, today: dt.date, reach: Reach = None) -> Counts:
    """How far those are of whom one assignment asks."""
    return _counts(session, today, assignment, reach).get(assignment.id, Counts())


def people(
    session: Session,
    assignment: Assignment,
    wanted: Standing | None,
    today: dt.date,
    offset: int = 0,
    reach: Reach = None,
) -> list[Listed]:
    """Of whom it is asked and how it stands with them, by name; one more than a page takes if there are more."""
    query = _asked_of(session, assignment, wanted, today, reach).offset(offset).limit(LIMIT + 1)
    return _named(session, assignment, session.execute(query).all(), today)


def everyone(
    session: Session, assignment: Assignment, wanted: Standing | None, today: dt.date, reach: Reach = None
) -> Iterator[Listed]:
    """The same for a file: never more than some of them in memory."""
    in_order = _asked_of(session, assignment, wanted, today, reach).with_only_columns(Obligation.id)
    ids = list(session.scalars(in_order))
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        query = select(Obligation, _exempt_for(today)).join(Assignment, Assignment.id == Obligation.assignment_id)
        found = {one.id: (one, reason) for one, reason in session.execute(query.where(Obligation.id.in_(part)))}
        yield from _named(session, assignment, [found[id_] for id_ in part if id_ in found], today)
        session.expunge_all()


def _asked_of(
    session: Session, assignment: Assignment, wanted: Standing | None, today: dt.date, reach: Reach
) -> Select[Any]:
    name = select(Person.name).where(Person.id == Obligation.person_id).scalar_subquery()
    return (
        select(Obligation, _exempt_for(today))
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(
            Obligation.assignment_id == assignment.id,
            Obligation.ended_on.is_(None),
            _is_of(session, Obligation.person_id, reach),
            _standing(today) == wanted.value if wanted else true(),
        )
        .order_by(name, Obligation.person_id)
    )


def _named(session: Session, assignment: Assignment, found: Sequence[Any], today: dt.date) -> list[Listed]:
    there = select(Person, Site.name).outerjoin(Site, Site.id == site_of(Person.id))
    there = there.where(Person.id.in_([one.person_id for one, _ in found]))
    known_as = {person.id: (person, site) for person, site in session.execute(there)}
    return [
        Listed(
            *known_as[one.person_id],
            one,
            due.standing(one.due_on, one.met_at is not None, assignment.is_mandatory, exempt_for is not None, today),
            exempt_for,
        )
        for one, exempt_for in found
    ]


def taken_in_now(session: Session, rule: Rule) -> set[int]:
    """The numbers of the people whom a rule would take in now."""
    return set(session.scalars(taken_in(rule)))


def known(session: Session, emails: Sequence[str], reach: Reach) -> dict[str, Known]:
    """By address in its normal form, whoever works within a reach; of everywhere also those who work nowhere."""
    query = select(Person.email, Person.id, Person.is_active, Person.has_left)
    query = query.where(~Person.email.endswith(NOWHERE), _works_within(Person.id, reach))
    found: dict[str, Known] = {}
    for start in range(0, len(emails), AT_A_TIME):
        people = session.execute(query.where(Person.email.in_(emails[start : start + AT_A_TIME]))).all()
        sites = sites_of(session, [one.id for one in people])
        for email, id_, is_active, has_left in people:
            found[email] = Known(id_, is_active, has_left, sites.get(id_))
    return found


def person_within(session: Session, email: str, reach: Reach) -> Person | None:
    """The person with this address, however it is written, if they work within a reach."""
    person = person_by_email(session, email)
    if person is None or reach is None:
        return person
    here = select(Person.id).where(Person.id == person.id, _works_within(Person.id, reach))
    return person if session.scalar(here) is not None else None


def asked_now(session: Session, assignment: Assignment) -> set[int]:
    """The numbers of the people whom an assignment takes in now."""
    return set(session.scalars(members(assignment)))


def named(session: Session, assignment: Assignment) -> set[int]:
    """The numbers of the people whom an assignment names."""
    return set(session.scalars(select(AssignedPerson.person_id).filter_by(assignment_id=assignment.id)))


def exemptions(session: Session, today: dt.date, reach: Reach = None) -> Sequence[Exemption]:
    """Who is exempt now of those who work within a reach, by name."""
    query = (
        select(Exemption)
        .join(Exemption.person)
        .options(joinedload(Exemption.person))
        .where(_holds(today), _is_of(session, Exemption.person_id, reach))
        .order_by(Person.name, Exemption.id)
    )
    return session.scalars(query).all()


def own_exemption(session: Session, uuid: UUID, reach: Reach) -> Exemption | None:
    """The exemption known by this name outside, with whom it is of, if whoever has this reach may end it."""
    query = select(Exemption).filter_by(uuid=uuid).options(joinedload(Exemption.person))
    if reach is not None:
        query = query.where(Exemption.is_local, _works_within(Exemption.person_id, reach))
    return session.scalar(query)


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
            # Also where they were taken off again.
            | {"is_by_name": assignment.id in by_name or not assignment.is_rule}
            | as_facts(one)
            for one, assignment in session.execute(asked)
        ],
        "exemptions": [as_facts(one) for one in session.scalars(exempt)],
        "reminders": [{"kind": one.kind.value, "at": one.at.isoformat()} for one in session.scalars(mails)],
    }


def _with_names(query: Select[Assignment]) -> Select[Assignment]:
    return query.options(joinedload(Assignment.site), joinedload(Assignment.job_group))


def _owned(reach: Reach) -> ColumnElement[bool]:
    """Leads of the programme change everything, leads of places what leads of these or of places below them asked."""
    if reach is None:
        return true()
    return and_(Assignment.is_local, Assignment.site_id.in_(select(below(reach).c.id)))


def _seen(session: Session, reach: Reach) -> ColumnElement[bool]:
    """Beside that, leads of places see whatever is asked of their people now."""
    if reach is None:
        return true()
    asked = exists().where(
        Obligation.assignment_id == Assignment.id,
        Obligation.ended_on.is_(None),
        _is_of(session, Obligation.person_id, reach),
    )
    return or_(_owned(reach), asked)


def _works_within(person_id: InstrumentedAttribute[int], reach: Reach) -> ColumnElement[bool]:
    return true() if reach is None else works_at(person_id, reach)


def _is_of(session: Session, person_id: InstrumentedAttribute[int], reach: Reach) -> ColumnElement[bool]:
    """The same for a query over many: where few work there, they are looked up first, and not where everyone works."""
    if reach is None:
        return true()
    # Said so that no index of days serves, for the reason that `site_of` gives.
    is_now = func.coalesce(Placement.until_on, dt.date.max) == dt.date.max
    there = select(Placement.person_id).where(Placement.site_id.in_(subtree(session, reach)), is_now)
    few = session.scalars(there.limit(FEW + 1)).all()
    return person_id.in_(few) if len(few) <= FEW else _works_within(person_id, reach)


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


def _counts(session: Session, today: dt.date, only: Assignment | None = None, reach: Reach = None) -> dict[int, Counts]:
    standing = _standing(today).label("standing")
    part = (
        select(Obligation.assignment_id, standing)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(
            Obligation.ended_on.is_(None),
            Obligation.assignment_id == only.id if only else true(),
            _is_of(session, Obligation.person_id, reach),
        )
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
