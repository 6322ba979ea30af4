"""What a learner does in a module, as facts: sittings, pages opened, the place to resume, completion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.content.library import library
from lms.content.module import Module, Page
from lms.content.schema import Programme
from lms.db import write_at_once
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.service import meet, meet_no_more
from lms.enrolment.models import Registration, State
from lms.enrolment.queries import is_open
from lms.enrolment.service import course, forget_rows, register
from lms.outbox.service import record
from lms.progress import completion
from lms.progress.models import PageProgress, Place, Visit
from lms.progress.queries import OPENED, Standpoint, seconds_by_page
from lms.progress.visiting import IDLE, counted_seconds, ended_at, is_sign_of_life_due

# Made once: to build a query costs more than to ask it.
_TAKEN = select(Registration).where(Registration.person_id == bindparam("person")).with_for_update()
_STANDING = (
    select(Visit, Place, OPENED)
    .select_from(Registration)
    .outerjoin(Visit, and_(Visit.registration_id == Registration.id, Visit.ended_at.is_(None)))
    .outerjoin(Place, Place.registration_id == Registration.id)
    .where(Registration.id == bindparam("registration"))
)
_GOING_ON = (
    select(Registration, Visit.id, Visit.seen_at, Place.page_id, OPENED)
    .join(Visit, and_(Visit.registration_id == Registration.id, Visit.ended_at.is_(None)))
    .join(Place, Place.registration_id == Registration.id)
    .where(Registration.person_id == bindparam("person"), Registration.module_id == bindparam("module"))
)
_MOVE = (
    update(Place)
    .where(Place.registration_id == bindparam("registration"))
    .values(page_id=bindparam("page"), anchor=bindparam("top"), at=bindparam("now"))
)
_FIRST_OPENING = insert(PageProgress).inline()
_LIVE = update(Visit).where(Visit.id == bindparam("visit"), Visit.ended_at.is_(None)).values(seen_at=bindparam("now"))


@dataclass(frozen=True)
class Run:
    """A learner's run through a module at one moment, whether they are there or not; the registration is locked."""

    person: Person
    registration: Registration
    module: Module
    programme: Programme
    at: dt.datetime

    @property
    def fact(self) -> dict[str, Any]:
        """The fields that every event has."""
        return {
            "at": self.at,
            "learner": self.person.uuid,
            "registration": self.registration.uuid,
            "course": course(self.programme, self.module),
        }


@dataclass(frozen=True)
class Activity(Run):
    """A learner at work in a module."""

    visit: Visit
    place: Place | None = None
    """Where the learner was before; None in a module that was never opened."""
    opened: dict[str, int] = field(default_factory=dict)
    """The pages that had been opened before, with the active seconds on each."""

    @property
    def fact(self) -> dict[str, Any]:
        """The fields that every event has, with the visit."""
        return super().fact | {"visit": self.visit.uuid}


def begin(session: Session, person: Person, module_id: str, at: dt.datetime) -> Activity | None:
    """A learner does something in a module: registers for it and opens a visit where there is none.

    None if no such module is published, or it is not open to the learner yet.
    """
    run = run_of(session, person, module_id, at)
    if run is None:
        return None
    registration, module, programme = run.registration, run.module, run.programme
    # Asked only now that the row is locked: what another tab did meanwhile is seen.
    visit, place, opened = session.execute(_STANDING, {"registration": registration.id}).one()
    if visit and at - visit.seen_at > IDLE:
        end_visit(session, person, registration, visit, course(programme, module), at)
        visit = None
    going_on = visit or _new_visit(session, registration, at)
    if is_sign_of_life_due(going_on.seen_at, at):
        going_on.seen_at = at
    activity = Activity(person, registration, module, programme, at, going_on, place, seconds_by_page(opened))
    if visit is None:
        _start(session, activity)
    return activity


def run_of(session: Session, person: Person, module_id: str, at: dt.datetime) -> Run | None:
    """A learner's run through a module, begun here if it was not, without a visit: they may be elsewhere.

    None if no such module is published, or it is not open to the learner yet.
    """
    programme, module = library.programme(session), library.module(session, module_id)
    if programme is None or module is None:
        return None
    taken = _own_registrations(session, person)
    if not is_open(session, programme, person.id, taken, module_id, at):
        return None
    registration = taken.get(module_id) or register(session, person, course(programme, module), at)
    return Run(person, registration, module, programme, at)


def _new_visit(session: Session, registration: Registration, at: dt.datetime) -> Visit:
    visit = Visit(registration_id=registration.id, started_at=at, seen_at=at)
    session.add(visit)
    session.flush()
    return visit


def _own_registrations(session: Session, person: Person) -> dict[str, Registration]:
    """What a person takes by module, the rows locked.

    The lock, held until the end of a transaction that writes, keeps a registration's statements in the order in which
    things happened.
    """
    return {one.module_id: one for one in session.scalars(_TAKEN, {"person": person.id})}


def open_again(session: Session, person: Person, module: Module, page: Page, at: dt.datetime) -> Standpoint | None:
    """A page that was opened before is opened again in a visit that goes on: the place to resume is noted, no more.

    None if it is not so: then `begin` and `open_page` say what is new. Nothing is told by this, so nothing is locked,
    and each note stands alone.
    """
    found = session.execute(_GOING_ON, {"person": person.id, "module": module.id}).one_or_none()
    if found is None:
        return None
    registration, visit_id, seen_at, place, pages = found
    opened = seconds_by_page(pages)
    if page.id not in opened or at - seen_at > IDLE:
        return None
    if place != page.id:
        write_at_once(session, _MOVE, registration=registration.id, page=page.id, top="", now=at)
    if is_sign_of_life_due(seen_at, at):
        write_at_once(session, _LIVE, visit=visit_id, now=at)
    return Standpoint(registration, opened=opened)


def open_page(session: Session, activity: Activity, page: Page) -> dict[str, int]:
    """A page was opened: its first opening is a fact, and it is the place to resume.

    All pages that have been opened, this one among them, with the active seconds on each.
    """
    _stay_at(session, activity, page.id, None)
    opened = activity.opened
    if page.id in opened:
        return opened
    row = {"registration_id": activity.registration.id, "page_id": page.id, "opened_at": activity.at}
    session.connection().execute(_FIRST_OPENING, row)
    record(session, *_of_first_opening(activity, opened, page))
    complete_if_done(session, activity)
    return opened | {page.id: 0}


def count_sections(session: Session, run: Run, section_ids: Collection[str]) -> int:
    """The pages of these sections count as opened for who worked on them elsewhere, in a session; how many are new.

    It is told as it is of pages that are opened here, outside of a visit, and may complete the module.
    """
    registration = run.registration
    opened = seconds_by_page(session.scalar(select(OPENED).where(Registration.id == registration.id)))
    wanted = [page for page in run.module.pages if page.section_id in section_ids and page.id not in opened]
    if wanted and registration.state is State.REGISTERED:
        registration.state, registration.started_at = State.STARTED, run.at
    for page in wanted:
        row = {"registration_id": registration.id, "page_id": page.id, "opened_at": run.at}
        session.connection().execute(_FIRST_OPENING, row)
        record(session, *_of_first_opening(run, opened, page))
        opened |= {page.id: 0}
    complete_if_done(session, run)
    return len(wanted)


def _of_first_opening(run: Run, opened: Mapping[str, int], page: Page) -> Iterator[events.Event]:
    """What there is to tell of it, where these pages had been opened before."""
    module, section, fact = run.module, run.module.section_of(page), run.fact
    now = {*opened, page.id}
    place: dict[str, Any] = {"section_id": section.id, "section_title": section.title}
    yield events.PageExperienced(**fact, **place, page_id=page.id, page_title=page.title)
    if completion.is_finished(section, now):
        seconds = sum(opened.get(one.id, 0) for one in section.pages)
        yield events.SectionFinished(**fact, **place, seconds=seconds)
    percent = completion.percent(module, now)
    if percent != completion.percent(module, opened):
        yield events.Progressed(**fact, percent=percent)


def note_time(session: Session, activity: Activity, page: Page, seconds: int, anchor: str | None) -> None:
    """Active seconds on a page since the last report, never more than the clock allows; and where the reader is."""
    visit = activity.visit
    counted = counted_seconds(seconds, activity.at - visit.started_at, visit.seconds)
    visit.seconds += counted
    activity.registration.seconds += counted
    progress = session.scalar(select(PageProgress).filter_by(registration_id=activity.registration.id, page_id=page.id))
    if progress:
        progress.seconds += counted
    # The last report of a page may come after the next page was opened: it must not lead back.
    if activity.place and activity.place.page_id == page.id:
        _stay_at(session, activity, page.id, anchor)


def pass_quiz(session: Session, run: Run) -> None:
    """The module's quiz was passed, which may complete the module, or refresh what was completed before."""
    registration = run.registration
    if registration.passed_at is None:
        registration.passed_at = run.at
    elif registration.state is State.COMPLETED:
        registration.refreshed_at = run.at
        _meet_what_was_asked(session, run)
    complete_if_done(session, run)


def take_pass(session: Session, run: Run) -> None:
    """The module's quiz counts as passed no more, so the module is not completed either; what was opened stays so."""
    registration = run.registration
    registration.passed_at = registration.completed_at = registration.refreshed_at = None
    if registration.state is State.COMPLETED:
        registration.state = State.STARTED
    session.flush()
    meet_no_more(session, registration.person_id, registration.module_id, programme_modules(session))


def complete_if_done(session: Session, run: Run) -> None:
    """Complete the module, once, when all pages have been opened and the quiz is passed."""
    registration = run.registration
    if registration.state is State.COMPLETED or registration.passed_at is None:
        return
    session.flush()
    if not completion.all_pages_opened(run.module, _opened_pages(session, registration)):
        return
    registration.state, registration.completed_at = State.COMPLETED, run.at
    _meet_what_was_asked(session, run)
    record(session, events.ModuleCompleted(**run.fact, seconds=registration.seconds))
    modules = tuple(module.id for module in run.programme.modules)
    done = set(
        session.scalars(select(Registration.module_id).filter_by(person_id=run.person.id, state=State.COMPLETED))
    )
    if done.issuperset(modules):
        record(session, events.ProgrammeCompleted(**run.fact, modules=modules))


def _meet_what_was_asked(session: Session, run: Run) -> None:
    session.flush()
    meet(session, run.registration.person_id, programme_modules(session))


def end_visit(
    session: Session,
    person: Person,
    registration: Registration,
    visit: Visit,
    course: events.Course,
    at: dt.datetime,
) -> None:
    """A visit is over since its latest sign of life."""
    visit.ended_at = ended_at(visit.seen_at, at)
    session.flush()
    record(
        session,
        events.Terminated(
            at=visit.ended_at,
            learner=person.uuid,
            registration=registration.uuid,
            course=course,
            visit=visit.uuid,
            seconds=visit.seconds,
        ),
    )


def _opened_pages(session: Session, registration: Registration) -> set[str]:
    return set(session.scalars(select(PageProgress.page_id).filter_by(registration_id=registration.id)))


def _start(session: Session, activity: Activity) -> None:
    registration = activity.registration
    if registration.state is State.REGISTERED:
        registration.state, registration.started_at = State.STARTED, activity.at
    _end_other_visits(session, activity)
    record(session, events.Launched(**activity.fact), events.Initialized(**activity.fact))


def _end_other_visits(session: Session, activity: Activity) -> None:
    """Opening a module ends the visit of another one."""
    end_open_visits(session, activity.person, activity.at, besides=activity.registration)


def end_open_visits(session: Session, person: Person, at: dt.datetime, besides: Registration | None = None) -> None:
    """End the visits of a person (who signs out, or goes to another module)."""
    query = (
        select(Visit, Registration)
        .join(Registration, Registration.id == Visit.registration_id)
        .filter(Registration.person_id == person.id, Visit.ended_at.is_(None))
        .with_for_update()
    )
    programme = library.programme(session)
    for visit, registration in session.execute(query).all():
        module = library.module(session, registration.module_id)
        if registration is not besides and programme and module:
            end_visit(session, person, registration, visit, course(programme, module), at)


def end_silent_visits(session: Session, at: dt.datetime, most: int = 100) -> int:
    """End visits that have been silent for long; how many. Called from time to time by the relay's process."""
    query = (
        select(Visit, Registration, Person)
        .join(Registration, Registration.id == Visit.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .filter(Visit.ended_at.is_(None), Visit.seen_at < at - IDLE)
        .limit(most)
        .with_for_update(skip_locked=True, of=[Visit, Registration])
    )
    programme, ended = library.programme(session), 0
    for visit, registration, person in session.execute(query).all():
        module = library.module(session, registration.module_id)
        if programme and module:
            end_visit(session, person, registration, visit, course(programme, module), at)
            ended += 1
    return ended


def _stay_at(session: Session, activity: Activity, page_id: str, anchor: str | None) -> None:
    registration_id, at = activity.registration.id, activity.at
    place = activity.place
    if place is None:
        session.add(Place(registration_id=registration_id, page_id=page_id, anchor=anchor or "", at=at))
    elif anchor is not None or place.page_id != page_id:
        there = {"registration": registration_id, "page": page_id, "top": anchor or "", "now": at}
        session.connection().execute(_MOVE, there)


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of when a person was there and what they opened."""
    forget_rows(session, person_id, Visit, Place, PageProgress)


def drop_old_visits(session: Session, before: dt.datetime, limit: int) -> int:
    """Delete visits that ended before a moment, some at a time; how many. The time spent stays counted."""
    old = select(Visit.id).where(Visit.ended_at < before).order_by(Visit.ended_at).limit(limit)
    return len(session.scalars(delete(Visit).where(Visit.id.in_(old)).returning(Visit.id)).all())
