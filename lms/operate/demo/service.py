"""Adds the people, and lets them do what they have done by the same doors as everyone: their statements are real."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts import passwords, queries, service
from lms.accounts.models import Person, Role, Site
from lms.accounts.organisation import service as organisation
from lms.commitment import service as plans
from lms.commitment.planning import Plan
from lms.content.blocks import Check, Commitment
from lms.content.library import library
from lms.content.module import Module, Page
from lms.content.schema import Item, SingleItem, SituationalItem
from lms.db import db, writing
from lms.enrolment.assignments import queries as asks
from lms.enrolment.assignments import service as assignments
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.service import Wanted
from lms.enrolment.queries import own_registrations
from lms.operate.demo.people import ASKS_TEAM, JOB_GROUPS, PEOPLE, SITES, WORK, Someone, Stage
from lms.operate.demo.pulses import ask_team
from lms.operate.demo.session import plan_session
from lms.progress import service as progress
from lms.progress.service import Activity
from lms.quiz import grading
from lms.quiz import service as quiz
from lms.quiz.responding import Response

WORKED_FOR = dt.timedelta(days=365)
AVERAGE_PAGE = dt.timedelta(minutes=3)
QUESTION = dt.timedelta(seconds=40)
READING_SECONDS = 150
ASKED_AGO, DUE_AGO_DAYS, DUE_IN_DAYS = dt.timedelta(days=60), 4, 80
WHY_FIRST = "Every manager begins with listening, so that all of us know the same words."
WHY_ALL = "The board wants every manager to have taken it."
WRONG_EVERY = 8
"""Who passes has one question in so many wrong."""
PLAN = Plan("someone says “I’m fine” in a flat voice", "ask one open question and wait")


@dataclass(frozen=True)
class Login:
    """How to sign in as someone."""

    someone: Someone
    password: str


def add_people(app: Flask, at: dt.datetime, anew: bool) -> list[Login]:
    """Add those who are not here yet, all or none; `anew`: new passwords for the others too."""
    with app.app_context(), writing(db.session) as session:
        missing = [someone for someone in PEOPLE if queries.person_by_email(session, someone.email) is None]
        for someone in missing:
            _add(session, someone, at)
        if missing:
            _ask(session, at)
        module = _first_module(session)
        if module and len(missing) == len(PEOPLE):
            plan_session(session, module, at)
        return [_login(session, someone) for someone in (PEOPLE if anew else missing)]


def walk(app: Flask, at: dt.datetime, pause_seconds: float) -> None:
    """Bring everyone who has not begun to their stage, each in a transaction: it may be stopped and done again.

    Between them others may write: SQLite does not let them stand in line, so a pause must be longer than its naps.
    """
    for someone in PEOPLE:
        time.sleep(pause_seconds)
        with app.app_context(), writing(db.session) as session:
            person = queries.person_by_email(session, someone.email)
            if person and not own_registrations(session, person.id):
                walk_as(session, person, at - dt.timedelta(days=someone.days_ago), someone.stage)
                if someone.name == ASKS_TEAM:
                    ask_team(session, person, at)


def _add(session: Session, someone: Someone, at: dt.datetime) -> None:
    person = service.add_person(session, someone.email, someone.name, at)
    site = _site(session, someone.site)
    service.join(session, person, site, None, (at - WORKED_FOR).date())
    if someone.role:
        service.join(session, person, None if someone.role is Role.PROGRAMME_LEAD else site, someone.role)
    _place(session, person)


def _ask(session: Session, at: dt.datetime) -> None:
    """What a lead asked of the managers some weeks ago: a part of it is due by now."""
    leads = (queries.person_by_email(session, one.email) for one in PEOPLE if one.role is Role.PROGRAMME_LEAD)
    lead = next(leads, None)
    modules, first = programme_modules(session), _first_module(session)
    begun = (at - ASKED_AGO).date()
    if lead is None or first is None or asks.is_anything_asked(session):
        return
    for module_id, reason, days in ((first.id, WHY_FIRST, -DUE_AGO_DAYS), (None, WHY_ALL, DUE_IN_DAYS)):
        wanted = Wanted(module_id, reason, is_mandatory=True, is_rule=True, managers_only=True, due_days=60)
        wanted = replace(wanted, due_on=(at + dt.timedelta(days=days)).date())
        made = assignments.assign(session, wanted, (), uuid4(), lead.uuid, at - ASKED_AGO, begun)
        assignments.settle(session, modules, begun, only=made.id)


def _place(session: Session, person: Person) -> None:
    code, leader_name = WORK.get(person.name, ("", ""))
    leader = next((one.email for one in PEOPLE if one.name == leader_name), "")
    group = organisation.job_group(session, code, *JOB_GROUPS[code]) if code else None
    organisation.work_as(session, person, group, queries.person_by_email(session, leader))


def _site(session: Session, code: str) -> Site:
    found = queries.site_by_code(session, code)
    if found:
        return found
    site, place = service.add_site(session, code, SITES[code].name), SITES[code]
    site.kind, site.parent_id = place.kind, _site(session, place.above).id if place.above else None
    return site


def _login(session: Session, someone: Someone) -> Login:
    person = queries.person_by_email(session, someone.email)
    assert person is not None
    password = passwords.generated()
    service.set_password(session, person, passwords.hashed(password))
    return Login(someone, password)


def walk_as(session: Session, person: Person, at: dt.datetime, stage: Stage) -> None:
    """Let someone go as far in the first module as a stage says, on one day."""
    _Walk(session, person, at).to(stage)


class _Walk:
    """One person's way through the first module, on one day."""

    def __init__(self, session: Session, person: Person, end: dt.datetime) -> None:
        self._session, self._person = session, person
        self._module = _first_module(session)
        # A visit begins and ends in the past; its last page is reached before the end of the day.
        self._at = end - dt.timedelta(hours=3)

    def to(self, stage: Stage) -> None:
        """Go as far as the stage says."""
        if self._module is None or stage is Stage.NEW:
            return
        self._read(_pages(self._module, stage))
        if stage in (Stage.FAILED, Stage.COMPLETED):
            self._take_quiz(passes=stage is Stage.COMPLETED)
        if stage is Stage.COMPLETED:
            self._make_plan()

    def _read(self, pages: Iterable[Page]) -> None:
        for page in pages:
            activity = self._step(AVERAGE_PAGE)
            progress.open_page(self._session, activity, page)
            for check in page.of_kind(Check):
                self._answer(activity, page, check)
            progress.note_time(self._session, self._step(AVERAGE_PAGE / 3), page, READING_SECONDS, "")

    def _answer(self, activity: Activity, page: Page, check: Check) -> None:
        item = activity.module.check(check.id)
        if item is not None:
            quiz.answer_check(self._session, activity, page, item, grading.right_response(item), uuid4())

    def _take_quiz(self, passes: bool) -> None:
        attempt = quiz.start_attempt(self._session, self._step(AVERAGE_PAGE))
        for place, item_id in enumerate(attempt.items):
            is_right = place % WRONG_EVERY != 2 if passes else place % 2 == 0
            item = self._module.item(item_id) if self._module else None
            if item is not None:
                response = grading.right_response(item) if is_right else _another(item)
                quiz.save_response(self._session, self._work(attempt.uuid), item_id, response, version=0)
        quiz.submit_attempt(self._session, self._work(attempt.uuid))

    def _make_plan(self) -> None:
        """So that there is something to look back at two weeks later."""
        activity = self._step(AVERAGE_PAGE)
        place = next(((page, one) for page, one in activity.module.blocks() if isinstance(one, Commitment)), None)
        if place:
            plans.save_plan(self._session, activity, *place, PLAN, version=0)

    def _work(self, attempt_id: UUID) -> quiz.Work:
        assert self._module is not None
        self._at += QUESTION
        work = quiz.own_attempt(self._session, self._person, self._module.id, attempt_id, self._at)
        assert work is not None, "it was started just before"
        return work

    def _step(self, later: dt.timedelta) -> Activity:
        assert self._module is not None
        self._at += later
        activity = progress.begin(self._session, self._person, self._module.id, self._at)
        assert activity is not None, "the first module is open to everyone"
        return activity


def _another(item: Item) -> Response:
    """An answer that is not the right one; none, where it takes more than one option."""
    if isinstance(item, SingleItem | SituationalItem):
        return next((option.id,) for option in item.options if (option.id,) != grading.right_response(item))
    return ()


def _first_module(session: Session) -> Module | None:
    programme = library.programme(session)
    return library.module(session, programme.modules[0].id) if programme else None


def _pages(module: Module, stage: Stage) -> tuple[Page, ...]:
    first, second = (len(section.pages) for section in module.sections[:2])
    counts = {
        Stage.FIRST_PAGES: 2,
        Stage.SECOND_SECTION: first + (second + 1) // 2,
        Stage.LATE: len(module.pages) * 2 // 3,
    }
    return module.pages[: counts.get(stage, len(module.pages))]
