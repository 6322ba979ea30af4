"""Asking people to complete something, keeping who is asked in step with the organisation, and exempting people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person, Placement
from lms.accounts.organisation.queries import below
from lms.db import UNSEEN, insert
from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import REFRESHER_OPENS, ReminderKind
from lms.enrolment.assignments.models import AssignedPerson, Assignment, Exemption, Obligation, Reminder
from lms.enrolment.models import Registration

SLACK = dt.timedelta(days=3)
"""Months differ in length: so much more is looked through, and the rule decides."""
AT_A_TIME = 2000
"""Rows that one statement inserts or names."""
DONE_AT = func.coalesce(Registration.refreshed_at, Registration.completed_at)
"""When a module was completed last."""
_UNMET = (Obligation.met_at.is_(None), Obligation.ended_on.is_(None))


@dataclass(frozen=True)
class Wanted:
    """What is to be asked of whom, by when and why."""

    module_id: str | None
    reason: str
    is_mandatory: bool
    is_rule: bool
    site_id: int | None = None
    job_group_id: int | None = None
    managers_only: bool = False
    due_on: dt.date | None = None
    due_days: int | None = None
    refresh_months: int | None = None


def assign(
    session: Session, wanted: Wanted, people: Iterable[int], key: UUID, by: UUID, at: dt.datetime, today: dt.date
) -> Assignment:
    """Ask it from today on. The same form sent twice is one assignment."""
    new = insert(session, Assignment).values(**vars(wanted), uuid=key, from_on=today, created_at=at, created_by=by)
    session.execute(new.on_conflict_do_nothing())
    assignment = session.scalars(select(Assignment).filter_by(uuid=key)).one()
    for person_id in people:
        name = insert(session, AssignedPerson).values(assignment_id=assignment.id, person_id=person_id)
        session.execute(name.on_conflict_do_nothing())
    return assignment


def change(session: Session, assignment: Assignment, reason: str, due_on: dt.date | None, due_days: int | None) -> None:
    """Another reason or other days. Whoever has not met it has the new day, refreshers keep theirs.

    Who has another day is reminded of that one anew.
    """
    assignment.reason, assignment.due_on, assignment.due_days = reason, due_on, due_days
    session.flush()
    moved = []
    for one in session.scalars(select(Obligation).where(Obligation.assignment_id == assignment.id, *_UNMET)):
        day = due.first_due(one.since_on, assignment.from_on, due_on, due_days)
        if day != one.due_on and not due.is_refresher(one.since_on, one.done_since, assignment.refresh_months):
            one.due_on = day
            moved.append(one.id)
    session.flush()
    for start in range(0, len(moved), AT_A_TIME):
        about = Reminder.obligation_id.in_(moved[start : start + AT_A_TIME])
        query = delete(Reminder).where(about, Reminder.kind != ReminderKind.ASSIGNED)
        session.execute(query, execution_options=UNSEEN)


def withdraw(session: Session, assignment: Assignment, at: dt.datetime, today: dt.date) -> None:
    """It is asked no more; what was asked until now stays known."""
    if assignment.ended_at is None:
        assignment.ended_at = at
        session.flush()
        query = update(Obligation).where(Obligation.assignment_id == assignment.id, Obligation.ended_on.is_(None))
        session.execute(query.values(ended_on=today), execution_options=UNSEEN)


def settle(session: Session, modules: Sequence[str], today: dt.date, only: Assignment | None = None) -> int:
    """Bring all obligations up to a day: who is asked now, who no more, who has met it, what is due once more.

    `modules` are those of the programme. How many rows are new or changed.
    """
    query = select(Assignment).where(Assignment.ended_at.is_(None), Assignment.from_on <= today)
    if only:
        query = query.filter_by(id=only.id)
    changed = 0
    for assignment in session.scalars(query.order_by(Assignment.id)).all():
        changed += _follow(session, assignment, today)
        changed += _meet(session, assignment, modules)
        changed += _ask_again(session, assignment, today)
    return changed


def meet(session: Session, person_id: int, modules: Sequence[str]) -> None:
    """Someone completed something: what is met by that is met now."""
    query = select(Assignment).join(Obligation).where(Obligation.person_id == person_id, *_UNMET)
    for assignment in session.scalars(query).all():
        _meet(session, assignment, modules, person_id)


def meet_no_more(session: Session, person_id: int, module_id: str, modules: Sequence[str]) -> None:
    """A pass was taken away: what hung on this module is asked again, unless it is met all the same."""
    about = select(Assignment.id).where(or_(Assignment.module_id == module_id, Assignment.module_id.is_(None)))
    query = update(Obligation).where(
        Obligation.person_id == person_id, Obligation.ended_on.is_(None), Obligation.assignment_id.in_(about)
    )
    session.execute(query.values(met_at=None), execution_options=UNSEEN)
    meet(session, person_id, modules)


def exempt(
    session: Session,
    person: Person,
    module_id: str | None,
    reason: str,
    until_on: dt.date | None,
    key: UUID,
    by: UUID,
    today: dt.date,
) -> bool:
    """Someone need not complete this, from today on; whether that is new."""
    new = insert(session, Exemption).values(
        uuid=key,
        person_id=person.id,
        module_id=module_id,
        reason=reason,
        from_on=today,
        until_on=until_on,
        given_by=by,
    )
    return session.execute(new.on_conflict_do_nothing().returning(Exemption.id)).scalar() is not None


def end_exemption(session: Session, exemption: Exemption, today: dt.date) -> bool:
    """From today on they are asked like all others; whether it was not over already."""
    if exemption.until_on is not None and exemption.until_on <= today:
        return False
    exemption.until_on = max(today, exemption.from_on)
    session.flush()
    return True


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what was asked of a person, nor why they were exempt."""
    for table in (Exemption, Obligation, AssignedPerson):
        session.execute(delete(table).where(table.person_id == person_id), execution_options=UNSEEN)


def members(assignment: Assignment) -> Select[int]:
    """Whom an assignment takes in now: the numbers of people."""
    if not assignment.is_rule:
        named = select(AssignedPerson.person_id).join(Person, Person.id == AssignedPerson.person_id)
        return named.where(AssignedPerson.assignment_id == assignment.id, Person.is_active)
    return taken_in(assignment.site_id, assignment.job_group_id, assignment.managers_only)


def taken_in(site_id: int | None, job_group_id: int | None, managers_only: bool) -> Select[int]:
    """Whom a rule takes in now."""
    query = select(Placement.person_id).join(Person, Person.id == Placement.person_id)
    query = query.where(Placement.until_on.is_(None), Person.is_active)
    if site_id is not None:
        query = query.where(Placement.site_id.in_(select(below([site_id]).c.id)))
    if job_group_id is not None:
        query = query.where(Placement.job_group_id == job_group_id)
    return query.where(Placement.is_manager) if managers_only else query


def _follow(session: Session, assignment: Assignment, today: dt.date) -> int:
    """End it for those who went, and begin it for those who came; how many.

    Who is who is compared here: a database that has not counted its rows since many came would compare each with all.
    """
    here = set(session.scalars(members(assignment)))
    rows = select(Obligation.id, Obligation.person_id, Obligation.number, Obligation.ended_on.is_(None))
    numbers: dict[int, int] = {}
    current: dict[int, int] = {}
    for id_, person_id, number, is_current in session.execute(rows.where(Obligation.assignment_id == assignment.id)):
        numbers[person_id] = max(number, numbers.get(person_id, 0))
        if is_current:
            current[person_id] = id_
    gone = [{"id": id_, "ended_on": today} for person_id, id_ in current.items() if person_id not in here]
    if gone:
        session.execute(update(Obligation), gone)
    new = sorted(here - current.keys())
    due_on = due.first_due(today, assignment.from_on, assignment.due_on, assignment.due_days)
    same = {
        "assignment_id": assignment.id,
        "since_on": today,
        "due_on": due_on,
        "done_since": due.counts_from(today, assignment.refresh_months),
    }
    for start in range(0, len(new), AT_A_TIME):
        part = [
            {**same, "person_id": person_id, "number": numbers.get(person_id, 0) + 1}
            for person_id in new[start : start + AT_A_TIME]
        ]
        session.execute(insert(session, Obligation).on_conflict_do_nothing(), part)
    return len(gone) + len(new)


def _meet(session: Session, assignment: Assignment, modules: Sequence[str], person_id: int | None = None) -> int:
    """Note who has met it, with the moment at which they completed the last thing that it needs."""
    needed = modules if assignment.module_id is None else (assignment.module_id,)
    spared = (
        select(Exemption.person_id, func.count(Exemption.module_id.distinct()).label("count"))
        .where(Exemption.module_id.in_(needed), Exemption.until_on.is_(None))
        .group_by(Exemption.person_id)
        .subquery()
    )
    is_spared = exists().where(
        Exemption.person_id == Registration.person_id,
        Exemption.module_id == Registration.module_id,
        Exemption.until_on.is_(None),
    )
    counts = and_(
        Registration.person_id == Obligation.person_id,
        Registration.module_id.in_(needed),
        or_(Obligation.done_since.is_(None), Obligation.done_since <= DONE_AT),
        DONE_AT.is_not(None),
        ~is_spared,
    )
    query = (
        select(Obligation.id, func.max(DONE_AT))
        .join(Registration, counts)
        .outerjoin(spared, spared.c.person_id == Obligation.person_id)
        .where(Obligation.assignment_id == assignment.id, *_UNMET)
        .group_by(Obligation.id)
        .having(func.count(Registration.id) + func.coalesce(func.max(spared.c.count), 0) >= max(len(needed), 1))
    )
    if person_id is not None:
        query = query.where(Obligation.person_id == person_id)
    met = [{"id": id_, "met_at": at} for id_, at in session.execute(query)]
    if met:
        session.execute(update(Obligation), met)
    return len(met)


def _ask_again(session: Session, assignment: Assignment, today: dt.date) -> int:
    months = assignment.refresh_months
    if months is None:
        return 0
    latest = due.months_later(today + dt.timedelta(days=REFRESHER_OPENS), -months) + SLACK
    query = select(Obligation).where(
        Obligation.assignment_id == assignment.id,
        Obligation.ended_on.is_(None),
        Obligation.met_at < dt.datetime.combine(latest, dt.time(), dt.UTC),
    )
    changed = 0
    for one in session.scalars(query).all():
        assert one.met_at is not None
        again = due.refresher(one.met_at.date(), months)
        if again.opens_on <= today:
            one.ended_on = today
            session.flush()
            session.add(
                Obligation(
                    assignment_id=one.assignment_id,
                    person_id=one.person_id,
                    number=one.number + 1,
                    since_on=today,
                    due_on=again.due_on,
                    done_since=again.opens_on,
                )
            )
            changed += 1
    session.flush()
    return changed
