"""Taking the mails that are due, and sending them.

A mail is noted before it is sent: a process that dies between the two has sent too few, never the same twice. What is
noted by one worker is not there for another, since the note is the row's key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import NOWHERE, Person, Placement
from lms.content.library import library
from lms.db import UNSEEN, insert
from lms.enrolment.assignments import due
from lms.enrolment.assignments.due import ReminderKind
from lms.enrolment.assignments.models import Assignment, Obligation, Reminder
from lms.enrolment.assignments.queries import is_exempt, is_refresher
from lms.mail import PostOffice

AT_A_TIME = 50
"""People who get a mail in one round."""
ROWS_AT_A_TIME = 1000
"""Things looked through for them: many more than anyone is asked, so that each person gets one mail."""


@dataclass(frozen=True)
class Thing:
    """Something of which a mail reminds."""

    obligation_id: int
    kind: ReminderKind
    whose: str
    """The name of whom it is asked of."""
    module_id: str | None
    title: str
    reason: str
    due_on: dt.date | None
    is_mandatory: bool
    is_refresher: bool
    is_past: bool
    """Whether the last day is over."""


@dataclass(frozen=True)
class Mail:
    """All of which one person is reminded at once."""

    person: Person
    things: tuple[Thing, ...]
    is_for_line_manager: bool = False


def take_mails(session: Session, at: dt.datetime, today: dt.date, most: int = AT_A_TIME) -> list[Mail]:
    """The mails to people of whom something is asked, noted as sent."""
    mails: dict[int, tuple[Person, list[Thing]]] = {}
    for one, assignment, person in session.execute(_to_remind(today)):
        if person.id not in mails and len(mails) >= most:
            break
        kinds = due.reminders(one.since_on, one.due_on, assignment.is_mandatory, today)
        if kinds and _note(session, one, kinds, at):
            thing = _thing(session, one, assignment, person, kinds[-1], today)
            mails.setdefault(person.id, (person, []))[1].append(thing)
    return [Mail(person, tuple(things)) for person, things in mails.values()]


def take_mails_to_line_managers(session: Session, at: dt.datetime, today: dt.date, most: int = AT_A_TIME) -> list[Mail]:
    """The mails to those who lead someone with whom something is long overdue, noted as sent."""
    leads = aliased(Person)
    query = (
        select(Obligation, Assignment, Person, leads)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .join(Person, Person.id == Obligation.person_id)
        .join(Placement, Placement.person_id == Person.id)
        .join(leads, leads.id == Placement.line_manager_id)
        .where(
            *_still_asked(today),
            Placement.until_on.is_(None),
            leads.is_active,
            leads.mails_off_at.is_(None),
            ~leads.email.endswith(NOWHERE),
            Assignment.is_mandatory,
            Obligation.due_on.between(
                today - dt.timedelta(days=due.STALE_AFTER), today - dt.timedelta(days=due.LINE_MANAGER_AFTER)
            ),
            ~_is_noted(ReminderKind.LINE_MANAGER),
        )
        .order_by(leads.id, Person.name, Obligation.id)
        .limit(ROWS_AT_A_TIME)
    )
    mails: dict[int, tuple[Person, list[Thing]]] = {}
    for one, assignment, person, leader in session.execute(query):
        if leader.id not in mails and len(mails) >= most:
            break
        is_due = due.is_for_line_manager(one.due_on, assignment.is_mandatory, today)
        if is_due and _note(session, one, [ReminderKind.LINE_MANAGER], at):
            thing = _thing(session, one, assignment, person, ReminderKind.LINE_MANAGER, today)
            mails.setdefault(leader.id, (leader, []))[1].append(thing)
    return [Mail(leader, tuple(things), is_for_line_manager=True) for leader, things in mails.values()]


def send(office: PostOffice, url: str, mail: Mail) -> bool:
    """Send one mail; whether it went."""
    template = "overdue_in_team" if mail.is_for_line_manager else "asked"
    return office.send(
        f"enrolment/mail/{template}.txt", mail.person, things=mail.things, url=url, account=f"{url}/account"
    )


def give_back(session: Session, mails: Iterable[Mail]) -> None:
    """These could not be sent: they are tried again later."""
    keys = [(thing.obligation_id, thing.kind) for mail in mails for thing in mail.things]
    if keys:
        noted = tuple_(Reminder.obligation_id, Reminder.kind).in_(keys)
        session.execute(delete(Reminder).where(noted), execution_options=UNSEEN)


def _to_remind(today: dt.date) -> Select[Obligation, Assignment, Person]:
    """Everyone who may have something to be reminded of that they were not, person by person."""
    due_soon = today + dt.timedelta(days=due.BEFORE)
    return (
        select(Obligation, Assignment, Person)
        .join(Assignment, Assignment.id == Obligation.assignment_id)
        .join(Person, Person.id == Obligation.person_id)
        .where(
            *_still_asked(today),
            Person.mails_off_at.is_(None),
            ~Person.email.endswith(NOWHERE),
            ~_is_noted(ReminderKind.ASSIGNED)
            | ((Obligation.due_on <= due_soon) & ~_is_noted(ReminderKind.BEFORE))
            | ((Obligation.due_on <= today) & Assignment.is_mandatory & ~_is_noted(ReminderKind.DUE))
            | (
                (Obligation.due_on <= today - dt.timedelta(days=due.OVERDUE_AFTER))
                & Assignment.is_mandatory
                & ~_is_noted(ReminderKind.OVERDUE)
            ),
            Obligation.due_on.is_(None)
            | (Obligation.due_on >= today)
            | (Assignment.is_mandatory & (Obligation.due_on >= today - dt.timedelta(days=due.STALE_AFTER))),
        )
        .order_by(Person.id, Obligation.due_on, Obligation.id)
        .limit(ROWS_AT_A_TIME)
    )


def _still_asked(today: dt.date) -> tuple[ColumnElement[bool], ...]:
    return (
        Obligation.met_at.is_(None),
        Obligation.ended_on.is_(None),
        Assignment.ended_at.is_(None),
        Person.is_active.is_(True),
        ~is_exempt(today),
    )


def _is_noted(kind: ReminderKind) -> ColumnElement[bool]:
    return exists().where(Reminder.obligation_id == Obligation.id, Reminder.kind == kind).correlate(Obligation)


def _note(session: Session, one: Obligation, kinds: Sequence[ReminderKind], at: dt.datetime) -> bool:
    """Note the last of these as sent and those before it as left out; whether the last is new."""
    is_new = False
    for kind in kinds:
        is_last = kind is kinds[-1]
        row = insert(session, Reminder).values(obligation_id=one.id, kind=kind, at=at, is_sent=is_last)
        noted = session.execute(row.on_conflict_do_nothing().returning(Reminder.kind)).scalar() is not None
        is_new = noted if is_last else is_new
    return is_new


def _thing(
    session: Session, one: Obligation, assignment: Assignment, person: Person, kind: ReminderKind, today: dt.date
) -> Thing:
    return Thing(
        obligation_id=one.id,
        kind=kind,
        whose=person.name,
        module_id=assignment.module_id,
        title=title_of(session, assignment.module_id),
        reason=assignment.reason,
        due_on=one.due_on,
        is_mandatory=assignment.is_mandatory,
        is_refresher=is_refresher(one, assignment),
        is_past=one.due_on is not None and one.due_on < today,
    )


def title_of(session: Session, module_id: str | None) -> str:
    """The title of a module, or of the programme where there is no id."""
    if module_id is not None:
        module = library.module(session, module_id)
        return module.title if module else module_id
    programme = library.programme(session)
    return programme.title if programme else "the programme"
