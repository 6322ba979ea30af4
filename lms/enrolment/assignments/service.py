"""Asking people to complete something, keeping who is asked in step with the organisation, and exempting people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.accounts.models import Person, Placement
from lms.accounts.organisation.queries import below, works_at
from lms.content.models import Revision
from lms.days import local_day, start_of_day
from lms.db import UNSEEN, insert, zone_of
from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import REFRESHER_OPENS, ReminderKind
from lms.enrolment.assignments.effect import Effect, between
from lms.enrolment.assignments.models import AssignedPerson, Assignment, Exemption, Obligation, Reminder
from lms.enrolment.models import Registration

SLACK = dt.timedelta(days=3)
"""Months differ in length: so much more is looked through, and the rule decides."""
AT_A_TIME = 2000
"""Rows that one statement inserts or names."""
DONE_AT = func.coalesce(Registration.refreshed_at, Registration.completed_at)
"""When a module was completed last."""
T = TypeVar("T")
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
    is_local: bool = False
    """A lead of the site asks it."""


@dataclass(frozen=True)
class Rule:
    """Whom an assignment takes in: everyone to whom all of this applies."""

    site_id: int | None
    """With all below it; None: everywhere."""
    job_group_id: int | None
    managers_only: bool


def assign(
    session: Session, wanted: Wanted, people: Iterable[int], key: UUID, by: UUID, at: dt.datetime, today: dt.date
) -> Assignment:
    """Ask it from today on. The same form sent twice is one assignment."""
    new = insert(session, Assignment).values(**vars(wanted), uuid=key, from_on=today, created_at=at, created_by=by)
    session.execute(new.on_conflict_do_nothing())
    assignment = session.scalars(select(Assignment).filter_by(uuid=key)).one()
    name(session, assignment, people)
    return assignment


def name(session: Session, assignment: Assignment, people: Iterable[int]) -> None:
    """The assignment names these people too; who is named already stays so."""
    rows = [{"assignment_id": assignment.id, "person_id": person_id} for person_id in people]
    for part in _parts(rows):
        session.execute(insert(session, AssignedPerson).on_conflict_do_nothing(), part)


def name_no_more(session: Session, assignment: Assignment, people: Iterable[int]) -> None:
    """The assignment does not name these people any more."""
    for part in _parts(list(people)):
        whose = AssignedPerson.person_id.in_(part)
        query = delete(AssignedPerson).where(AssignedPerson.assignment_id == assignment.id, whose)
        session.execute(query, execution_options=UNSEEN)


def change(
    session: Session,
    assignment: Assignment,
    reason: str,
    due_on: dt.date | None,
    due_days: int | None,
    today: dt.date,
) -> None:
    """Another reason or other days. Whoever has not met it has the new day, refreshers keep theirs.

    Who has another day is reminded of that one anew. Who was overdue on an earlier day stays so for that day.
    """
    assignment.reason, assignment.due_on, assignment.due_days = reason, due_on, due_days
    session.flush()
    _set_days(session, assignment, Obligation.assignment_id == assignment.id, today)


def take_in(session: Session, assignment: Assignment, rule: Rule) -> None:
    """Another rule. `settle` then asks those who are new, from that day on, and ends it for those who are not in it."""
    assignment.site_id, assignment.job_group_id = rule.site_id, rule.job_group_id
    assignment.managers_only = rule.managers_only
    # What is asked everywhere is nobody's who leads a place.
    assignment.is_local = assignment.is_local and rule.site_id is not None
    session.flush()
    session.expire(assignment, ["site", "job_group"])


def effect(session: Session, assignment: Assignment, here: Collection[int], today: dt.date) -> Effect:
    """What would change if these people were in it: compared here, for the reason that `_follow` says."""
    rows = select(Obligation.person_id, Obligation.met_at.is_not(None))
    current = rows.where(Obligation.assignment_id == assignment.id, Obligation.ended_on.is_(None))
    asked: dict[int, bool] = dict(session.execute(current).all())
    last = due.first_due(today, assignment.from_on, assignment.due_on, assignment.due_days)
    return between(asked, here, last)


def withdraw(session: Session, assignment: Assignment, at: dt.datetime, today: dt.date) -> None:
    """It is asked no more; what was asked until now stays known."""
    if assignment.ended_at is None:
        assignment.ended_at = at
        session.flush()
        query = update(Obligation).where(Obligation.assignment_id == assignment.id, Obligation.ended_on.is_(None))
        session.execute(query.values(ended_on=today), execution_options=UNSEEN)


def running(session: Session, today: dt.date) -> Sequence[int]:
    """What is asked on a day: the numbers of the assignments."""
    return session.scalars(select(Assignment.id).where(*_running(today)).order_by(Assignment.id)).all()


def settle(session: Session, modules: Sequence[str], today: dt.date, only: int | None = None) -> int:
    """Bring all obligations up to a day: who is asked now, who no more, who has met it, what is due once more.

    `modules` are those of the programme. How many rows are new or changed. What somebody changes at this moment is left
    to them: they settle it, and by what we have read they would be asked whom it has just let go.
    """
    query = select(Assignment).where(*_running(today)).with_for_update(key_share=True, skip_locked=True)
    if only is not None:
        query = query.where(Assignment.id == only)
    changed = 0
    for assignment in session.scalars(query.order_by(Assignment.id)).all():
        changed += _follow(session, assignment, today)
        changed += _meet(session, assignment, modules)
        changed += _ask_again(session, assignment, today)
    return changed


def meet(session: Session, person_id: int, modules: Sequence[str]) -> None:
    """Someone completed something: what is met by that is met now.

    What is being settled at this moment is left to `settle`, which comes again soon: nobody who completes something
    waits for it.
    """
    query = select(Assignment).join(Obligation).where(Obligation.person_id == person_id, *_UNMET)
    query = query.with_for_update(key_share=True, skip_locked=True, of=Obligation)
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
    is_local: bool = False,
) -> bool:
    """Someone need not complete this, from today on; whether that is new.

    `is_local`: a lead of where they work says so.
    """
    new = insert(session, Exemption).values(
        uuid=key,
        person_id=person.id,
        module_id=module_id,
        reason=reason,
        from_on=today,
        until_on=until_on,
        given_by=by,
        is_local=is_local,
    )
    return session.execute(new.on_conflict_do_nothing().returning(Exemption.id)).scalar() is not None


def end_exemption(session: Session, exemption: Exemption, modules: Sequence[str], today: dt.date) -> bool:
    """From today on they are asked like all others; whether it was not over already.

    What they met only because of it is asked again.
    """
    if exemption.until_on is not None and exemption.until_on <= today:
        return False
    exemption.until_on = max(today, exemption.from_on)
    session.flush()
    if exemption.module_id is not None and exemption.module_id in modules:
        _judge_anew(session, exemption.person_id, exemption.module_id, modules)
    return True


def _judge_anew(session: Session, person_id: int, module_id: str, modules: Sequence[str]) -> None:
    """The programme is not met without this module, unless there was none when it was completed, or it is spared yet.

    What one module asks is never met by an exemption from it.
    """
    done_at = session.scalar(select(DONE_AT).filter_by(person_id=person_id, module_id=module_id))
    there_since = session.scalar(select(func.min(Revision.created_at)).filter_by(subject=module_id))
    assert there_since is not None
    query = select(Obligation).where(
        Obligation.person_id == person_id,
        Obligation.ended_on.is_(None),
        Obligation.assignment_id.in_(select(Assignment.id).where(Assignment.module_id.is_(None))),
        or_(Obligation.met_at >= there_since, Obligation.since_on >= local_day(there_since, zone_of(session))),
    )
    for one in session.scalars(query):
        if done_at is None or due.must_be_renewed(done_at, moment_of(session, one.done_since)):
            one.met_at = None
    session.flush()
    meet(session, person_id, modules)


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what was asked of a person, nor why they were exempt."""
    for table in (Exemption, Obligation, AssignedPerson):
        session.execute(delete(table).where(table.person_id == person_id), execution_options=UNSEEN)


def members(assignment: Assignment) -> Select[int]:
    """Whom an assignment takes in now: the numbers of people."""
    if assignment.is_rule:
        return taken_in(Rule(assignment.site_id, assignment.job_group_id, assignment.managers_only))
    named = select(AssignedPerson.person_id)
    named = named.where(AssignedPerson.assignment_id == assignment.id, _is_active(AssignedPerson.person_id))
    if assignment.site_id is None:
        return named
    return named.where(works_at(AssignedPerson.person_id, [assignment.site_id]))


def taken_in(rule: Rule) -> Select[int]:
    """Whom a rule takes in now."""
    query = select(Placement.person_id).where(Placement.until_on.is_(None), _is_active(Placement.person_id))
    if rule.site_id is not None:
        query = query.where(Placement.site_id.in_(select(below([rule.site_id]).c.id)))
    if rule.job_group_id is not None:
        query = query.where(Placement.job_group_id == rule.job_group_id)
    return query.where(Placement.is_manager) if rule.managers_only else query


def _is_active(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Looked up for each and not joined, for the reason that `site_of` gives."""
    return select(Person.is_active).where(Person.id == person_id).scalar_subquery().is_(True)


def _running(today: dt.date) -> tuple[ColumnElement[bool], ...]:
    return Assignment.ended_at.is_(None), Assignment.from_on <= today


def _follow(session: Session, assignment: Assignment, today: dt.date) -> int:
    """End it for those who went, and begin it for those who came; how many.

    Who is who is compared here: a database that has not counted its rows since many came would compare each with all.
    """
    here = set(session.scalars(members(assignment)))
    latest = _latest(session, assignment)
    current = {person_id for person_id, row in latest.items() if row.ended_on is None}
    gone = [{"id": latest[person_id].id, "ended_on": today} for person_id in current - here]
    if gone:
        session.execute(update(Obligation), gone)
    came = sorted(here - current)
    # A mistake that is mended on the same day costs nobody the day that they had, and makes no second mail.
    back = [person_id for person_id in came if person_id in latest and latest[person_id].ended_on == today]
    _go_on(session, assignment, [latest[person_id].id for person_id in back], today)
    new = sorted(set(came).difference(back))
    numbers = {person_id: latest[person_id].number + 1 if person_id in latest else 1 for person_id in new}
    _begin(session, assignment, numbers, today)
    return len(gone) + len(came)


def _latest(session: Session, assignment: Assignment) -> dict[int, Row[int, int, int, dt.date | None]]:
    """By person, what was asked of them last: its number here, whose, the how manieth, and since when no more."""
    found: dict[int, Row[int, int, int, dt.date | None]] = {}
    query = select(Obligation.id, Obligation.person_id, Obligation.number, Obligation.ended_on)
    for row in session.execute(query.where(Obligation.assignment_id == assignment.id)):
        if row.person_id not in found or row.number > found[row.person_id].number:
            found[row.person_id] = row
    return found


def _begin(session: Session, assignment: Assignment, numbers: Mapping[int, int], today: dt.date) -> None:
    """It is asked of these people from today on; `numbers` says the how manieth time it is."""
    same = {
        "assignment_id": assignment.id,
        "since_on": today,
        "due_on": due.first_due(today, assignment.from_on, assignment.due_on, assignment.due_days),
        "done_since": due.counts_from(today, assignment.refresh_months),
    }
    rows = [{**same, "person_id": person_id, "number": number} for person_id, number in numbers.items()]
    for part in _parts(rows):
        session.execute(insert(session, Obligation).on_conflict_do_nothing(), part)


def _go_on(session: Session, assignment: Assignment, ids: Sequence[int], today: dt.date) -> None:
    """What was ended today goes on as if it had not been, with the days that hold by now."""
    for part in _parts(ids):
        session.execute(update(Obligation), [{"id": id_, "ended_on": None} for id_ in part])
        _set_days(session, assignment, Obligation.id.in_(part), today)


_WITH_DAYS = select(
    Obligation.id,
    Obligation.person_id,
    Obligation.number,
    Obligation.since_on,
    Obligation.due_on,
    Obligation.day_set_on,
    Obligation.done_since,
)


def _set_days(session: Session, assignment: Assignment, which: ColumnElement[bool], today: dt.date) -> None:
    """Whoever has not met it has the days that the assignment says by now."""
    moved: list[dict[str, Any]] = []
    anew: list[tuple[Any, dt.date | None]] = []
    for one in session.execute(_WITH_DAYS.where(which, *_UNMET)):
        day = due.first_due(one.since_on, assignment.from_on, assignment.due_on, assignment.due_days)
        if day == one.due_on or due.is_refresher(one.since_on, one.done_since, assignment.refresh_months):
            continue
        begun = one.day_set_on or one.since_on
        if assignment.is_mandatory and due.rewrites_past(begun, one.due_on, day, today):
            anew.append((one, day))
        else:
            moved.append({"id": one.id, "due_on": day})
    if moved:
        session.execute(update(Obligation), moved)
    for part in _parts(moved):
        about = Reminder.obligation_id.in_([one["id"] for one in part])
        query = delete(Reminder).where(about, Reminder.kind != ReminderKind.ASSIGNED)
        session.execute(query, execution_options=UNSEEN)
    for rows in _parts(anew):
        _ask_by_another_day(session, assignment, rows, today)


def _ask_by_another_day(
    session: Session, assignment: Assignment, rows: Sequence[tuple[Any, dt.date | None]], today: dt.date
) -> None:
    """The old day stays known for what was; from today on another row has the new one.

    That it is asked was said already and is not said again; of the new day the mails remind anew.
    """
    ids = [one.id for one, _ in rows]
    query = update(Obligation).where(Obligation.id.in_(ids), *_UNMET).values(ended_on=today)
    # Who has met it at this very moment keeps the row that says so.
    ended = set(session.scalars(query.returning(Obligation.id), execution_options=UNSEEN))
    new = [
        {
            "assignment_id": assignment.id,
            "person_id": one.person_id,
            "number": one.number + 1,
            "since_on": one.since_on,
            "due_on": day,
            "day_set_on": today,
            "done_since": one.done_since,
        }
        for one, day in rows
        if one.id in ended
    ]
    if not new:
        return
    made = session.execute(insert(session, Obligation).returning(Obligation.person_id, Obligation.id), new)
    later: dict[int, int] = dict(made.all())
    instead = {one.id: later[one.person_id] for one, _ in rows if one.id in ended}
    # Carried over here, for the reason that `_follow` says.
    said = select(Reminder.obligation_id, Reminder.at, Reminder.is_sent)
    said = said.where(Reminder.obligation_id.in_(ended), Reminder.kind == ReminderKind.ASSIGNED)
    noted = [
        {"obligation_id": instead[id_], "kind": ReminderKind.ASSIGNED, "at": at, "is_sent": is_sent}
        for id_, at, is_sent in session.execute(said)
    ]
    if noted:
        session.execute(insert(session, Reminder), noted)


def moment_of(session: Session, day: dt.date | None) -> dt.datetime | None:
    """The moment at which a day begins here."""
    return None if day is None else start_of_day(day, zone_of(session))


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Some at a time: as many as one statement bears."""
    return (rows[start : start + AT_A_TIME] for start in range(0, len(rows), AT_A_TIME))


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
        DONE_AT.is_not(None),
        ~is_spared,
    )
    query = (
        select(Obligation.id, Obligation.done_since, func.min(DONE_AT), func.max(DONE_AT))
        .join(Registration, counts)
        .outerjoin(spared, spared.c.person_id == Obligation.person_id)
        .where(Obligation.assignment_id == assignment.id, *_UNMET)
        .group_by(Obligation.id)
        .having(func.count(Registration.id) + func.coalesce(func.max(spared.c.count), 0) >= max(len(needed), 1))
    )
    if person_id is not None:
        query = query.where(Obligation.person_id == person_id)
    met = [
        {"id": id_, "met_at": last}
        for id_, since, first, last in session.execute(query)
        # Here and not in the database, which knows no day but that of UTC: few things wait for a refresher.
        if not due.must_be_renewed(first, moment_of(session, since))
    ]
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
        again = due.refresher(local_day(one.met_at, zone_of(session)), months)
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
