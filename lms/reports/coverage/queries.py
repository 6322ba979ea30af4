"""Counting in the database: each figure by one question, however many people there are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from lms.accounts.models import JobGroup, Person, Placement, Site
from lms.accounts.organisation.history import History
from lms.accounts.organisation.queries import below, stood_below
from lms.days import end_of_day
from lms.enrolment.assignments.models import Assignment, Obligation
from lms.enrolment.assignments.queries import is_exempt
from lms.enrolment.models import Registration
from lms.reports.coverage.counting import Count, Standing, Steps

LIMIT = 100
"""People on one page of a list."""
PART = 1000
"""People of a file that are looked up at once."""


@dataclass(frozen=True)
class Question:
    """Of whom, of what, and when."""

    modules: tuple[str, ...]
    """All of these have to be completed."""
    on: dt.date
    managers_only: bool = True
    sites: tuple[int, ...] | None = None
    """These places with all that was below them on the day; None: everywhere."""
    job_group: int | None = None
    seen_by: tuple[int, ...] | None = None
    """Only of people at these places and below them as it is today; None: of all."""
    zone: str = "UTC"
    """The time zone whose days these are."""

    @property
    def until(self) -> dt.datetime:
        """The end of the day."""
        return end_of_day(self.on, self.zone)


def counts(session: Session, asked: Question) -> dict[tuple[int, int | None], Count]:
    """How many people are how far, by site and job group."""
    done, late = _done(asked), _late(asked)
    completed = _is_completed(done, asked)
    query = (
        select(
            Placement.site_id,
            Placement.job_group_id,
            func.count(),
            func.count().filter(completed),
            func.count().filter(and_(~completed, done.c.begun > 0)),
            func.count(late.c.person_id),
        )
        .outerjoin(done, done.c.person_id == Placement.person_id)
        .outerjoin(late, late.c.person_id == Placement.person_id)
        .where(*_population(asked))
        .group_by(Placement.site_id, Placement.job_group_id)
    )
    return {
        (site, group): Count(whole, begun, people - whole - begun, overdue)
        for site, group, people, whole, begun, overdue in session.execute(query)
    }


def by_module(session: Session, asked: Question) -> dict[str, Count]:
    """The same for each module by itself."""
    there = select(func.count()).select_from(Placement).where(*_population(asked))
    people = session.scalar(there) or 0
    completed = Registration.completed_at < asked.until
    query = (
        select(
            Registration.module_id,
            func.count().filter(completed),
            func.count().filter(
                and_(or_(~completed, Registration.completed_at.is_(None)), Registration.started_at < asked.until)
            ),
        )
        .join(Placement, Placement.person_id == Registration.person_id)
        .where(Registration.module_id.in_(asked.modules), *_population(asked))
        .group_by(Registration.module_id)
    )
    found = {module: (whole, begun) for module, whole, begun in session.execute(query)}
    return {
        module: Count(whole, begun, people - whole - begun)
        for module in asked.modules
        for whole, begun in (found.get(module, (0, 0)),)
    }


def steps(session: Session, asked: Question, days: Sequence[dt.date], tree: History) -> tuple[Steps, Steps]:
    """On which days people came and went, and on which days someone more had completed everything or had gone.

    `tree` says what stood below the places asked for, on which days. Whoever stays where they are comes and goes all
    the same when their site becomes a part of another.

    What was completed is put down to the first of some days, in order, by whose end it was: no database need know when
    days end here.
    """
    found = _stays(asked, tree)
    if found is None:
        return Counter(), Counter()
    stays, ever = found, _done(asked, ever=found)
    ends = [(ever.c.last < end_of_day(day, asked.zone), literal(day, Date)) for day in days]
    done = (
        select(ever.c.person_id, case(*ends).label("by"))
        .where(ever.c.done >= len(asked.modules), ever.c.last < asked.until)
        .subquery()
    )
    begins = case((done.c.by > stays.c.first, done.c.by), else_=stays.c.first)
    completed = (
        select(begins, stays.c.end, func.count())
        .join(done, done.c.person_id == stays.c.person_id)
        .where(or_(stays.c.end.is_(None), stays.c.end > begins))
    )
    there = select(stays.c.first, stays.c.end, func.count())
    return (
        _comings_and_goings(session, there.group_by(stays.c.first, stays.c.end)),
        _comings_and_goings(session, completed.group_by(begins, stays.c.end)),
    )


def _stays(asked: Question, tree: History) -> Subquery | None:
    """Who was at the places asked for, from which day on, up to which; None if there is no such place."""
    first, end = Placement.from_on, Placement.until_on
    whole = select(Placement.person_id, first.label("first"), end.label("end")).where(*_of_whom(asked))
    if asked.sites is None:
        return whole.subquery()
    spans = tree.below(asked.sites)
    # Most sites were never moved: their placements are read as they are, which is several times as quick.
    always = [one.site for one in spans if one.is_always]
    moved = [(one.site, one.first, one.end) for one in spans if not one.is_always]
    parts = [whole.where(Placement.site_id.in_(always))] if always else []
    parts += [_stays_within(moved, asked)] if moved else []
    return union_all(*parts).subquery() if parts else None


def _stays_within(spans: Sequence[tuple[int, dt.date, dt.date]], asked: Question) -> Select[Any]:
    """Of each site only the days within its spans."""
    first, end = Placement.from_on, Placement.until_on
    columns = column("site_id", Integer), column("first", Date), column("end", Date)
    when = values(*columns, name="span").data(list(spans)).cte("span")
    # No value is bound in these: PostgreSQL would not see that what is grouped by is what is asked for.
    later = case((when.c.first > first, when.c.first), else_=first)
    earlier = case((or_(end.is_(None), end > when.c.end), when.c.end), else_=end)
    query = select(Placement.person_id, later.label("first"), earlier.label("end"))
    return query.join(when, when.c.site_id == Placement.site_id).where(later < earlier, *_of_whom(asked))


def _comings_and_goings(session: Session, query: Select[Any, dt.date | None, int]) -> Counter[dt.date]:
    """Of rows of a first day, the day after the last one, if there is one, and for how many people that is so."""
    found: Counter[dt.date] = Counter()
    for first, end, count in session.execute(query):
        found[_day(first)] += count
        if end is not None:
            found[_day(end)] -= count
    return found


@dataclass(frozen=True)
class Listed:
    """Someone in a list, without anything that they answered."""

    person: Person
    site: str
    job_group: str | None
    done: int
    """Modules completed."""
    last: dt.datetime | None
    """When the last of them was."""
    begun: int


def people(
    session: Session, asked: Question, wanted: Standing | None, offset: int = 0, limit: int | None = LIMIT
) -> list[Listed]:
    """Who is how far, by name."""
    done = _done(asked)
    query = _listed(asked, wanted, done).order_by(Person.name, Person.id).offset(offset).limit(limit)
    return [_one(row) for row in session.execute(query)]


def everyone(session: Session, asked: Question, wanted: Standing | None) -> Iterator[Listed]:
    """The same for a file: never more than some of them in memory."""
    in_order = _listed(asked, wanted, _done(asked)).with_only_columns(Person.id).order_by(Person.name, Person.id)
    ids = list(session.scalars(in_order))
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        query = _listed(asked, wanted, _done(asked, part)).where(Person.id.in_(part))
        # All of the part at once: between two rows others may write in the same database.
        for row in session.execute(query.order_by(Person.name, Person.id)).all():
            yield _one(row)
        session.expunge_all()


def sites(session: Session) -> Sequence[Site]:
    """Every place, by name."""
    return session.scalars(select(Site).order_by(Site.name, Site.id)).all()


def groups(session: Session) -> Sequence[JobGroup]:
    """Every job group, by name."""
    return session.scalars(select(JobGroup).order_by(JobGroup.name, JobGroup.id)).all()


def _listed(asked: Question, wanted: Standing | None, done: Subquery) -> Select[Any]:
    query = (
        select(Person, Site.name, JobGroup.name, done.c.done, done.c.last, done.c.begun)
        .join(Placement, Placement.person_id == Person.id)
        .join(Site, Site.id == Placement.site_id)
        .outerjoin(JobGroup, JobGroup.id == Placement.job_group_id)
        .outerjoin(done, done.c.person_id == Person.id)
        .where(*_population(asked))
    )
    completed = _is_completed(done, asked)
    if wanted is Standing.COMPLETED:
        return query.where(completed)
    if wanted is Standing.UNDER_WAY:
        return query.where(~completed, done.c.begun > 0)
    if wanted is Standing.OVERDUE:
        return query.where(Person.id.in_(select(_late(asked).c.person_id)))
    return query.where(~completed, func.coalesce(done.c.begun, 0) == 0) if wanted else query


def _one(row: Any) -> Listed:
    person, site, group, done, last, begun = row
    return Listed(person, site, group, done or 0, last, begun or 0)


def _done(asked: Question, whose: Sequence[int] = (), ever: Subquery | None = None) -> Subquery:
    """By person: how many of the modules were completed and begun by then, and when the last one was completed.

    `ever`: whose stays are asked about; then it is at any time, and not by the day asked for.
    """
    moments: tuple[Any, ...] = (Registration.completed_at, Registration.started_at)
    completed, begun = (one.is_not(None) if ever is not None else one < asked.until for one in moments)
    query = select(
        Registration.person_id,
        func.count().filter(completed).label("done"),
        func.count().filter(or_(begun, completed)).label("begun"),
        func.max(Registration.completed_at).filter(completed).label("last"),
    ).where(Registration.module_id.in_(asked.modules))
    if whose:
        query = query.where(Registration.person_id.in_(whose))
    elif ever is not None and (asked.sites is not None or _of_whom(asked)):
        query = query.where(Registration.person_id.in_(select(ever.c.person_id)))
    elif ever is None and (narrow := _who(asked)):
        query = query.where(Registration.person_id.in_(select(Placement.person_id).where(*narrow)))
    return query.group_by(Registration.person_id).subquery()


def _late(asked: Question) -> Subquery:
    """Who was late on that day with something mandatory of which the report speaks, each once."""
    about = or_(Assignment.module_id.is_(None), Assignment.module_id.in_(asked.modules))
    query = (
        select(Obligation.person_id)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .where(
            Assignment.is_mandatory,
            about,
            func.coalesce(Obligation.day_set_on, Obligation.since_on) <= asked.on,
            Obligation.due_on < asked.on,
            or_(Obligation.met_at.is_(None), Obligation.met_at >= asked.until),
            or_(Obligation.ended_on.is_(None), Obligation.ended_on > asked.on),
            ~is_exempt(asked.on),
        )
    )
    return query.distinct().subquery()


def _is_completed(done: Subquery, asked: Question) -> ColumnElement[bool]:
    return func.coalesce(done.c.done, 0) >= max(len(asked.modules), 1)


def _population(asked: Question) -> list[ColumnElement[bool]]:
    there = [Placement.from_on <= asked.on, or_(Placement.until_on.is_(None), Placement.until_on > asked.on)]
    return there + _who(asked)


def _who(asked: Question) -> list[ColumnElement[bool]]:
    found = _of_whom(asked)
    if asked.sites is not None:
        found.append(Placement.site_id.in_(select(stood_below(asked.sites, asked.on).c.id)))
    if asked.seen_by is not None:
        found.append(Placement.site_id.in_(select(below(asked.seen_by).c.id)))
    return found


def _of_whom(asked: Question) -> list[ColumnElement[bool]]:
    """Which people are asked about, wherever they are."""
    found: list[ColumnElement[bool]] = []
    if asked.managers_only:
        found.append(Placement.is_manager.is_(True))
    if asked.job_group is not None:
        found.append(Placement.job_group_id == asked.job_group)
    return found


def _day(value: Any) -> dt.date:
    day: dt.date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return day
