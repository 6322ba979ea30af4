"""Sittings, active time and completion, as facts in the database and as statements."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import transaction
from lms.enrolment.models import Registration, State
from lms.outbox.models import Statement
from lms.progress import service as progress
from lms.progress.models import PageProgress, Place, Visit
from lms.progress.queries import Standpoint
from lms.progress.service import Activity
from lms.progress.visiting import IDLE
from tests.player import sample

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PAGES = ("verbs", "turn", "quiz")


def later(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


@pytest.fixture
def ada(app: Flask, session: Session, person: Callable[..., Person]) -> Person:
    """A learner, in an installation with the sample programme."""
    made = person("Ada Bell")
    with transaction() as writing:
        import_bundle(writing, sample.bundle(), NOON)
    library.forget()
    return made


def read(person: Person, page_id: str, at: dt.datetime, module_id: str = sample.MODULE) -> None:
    """Open a page."""
    with transaction() as session:
        activity = begun(session, person, at, module_id)
        page = activity.module.page(page_id)
        assert page
        progress.open_page(session, activity, page)


def begun(session: Session, person: Person, at: dt.datetime, module_id: str = sample.MODULE) -> Activity:
    activity = progress.begin(session, person, module_id, at)
    assert activity
    return activity


def verbs(session: Session) -> list[str]:
    """The verbs told, in order."""
    bodies = session.scalars(select(Statement.body).order_by(Statement.id))
    return [json.loads(body)["verb"]["id"].rsplit("/", 1)[-1] for body in bodies]


def test_first_page_registers_starts_and_opens_a_visit(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    registration = session.scalars(select(Registration)).one()
    assert registration.state is State.STARTED
    assert registration.started_at == NOON
    assert session.scalars(select(Visit)).one().started_at == NOON
    assert session.scalars(select(Place)).one().page_id == "verbs"


def test_long_silence_ends_a_visit_at_its_last_sign_of_life(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    read(ada, "turn", later(20))
    read(ada, "turn", later(20) + IDLE + dt.timedelta(seconds=1))
    first, second = session.scalars(select(Visit).order_by(Visit.id)).all()
    assert first.ended_at == later(21)  # a sign of life is written once a minute: it may have gone on for so long
    assert second.ended_at is None
    assert verbs(session).count("terminated") == 1


def test_a_visit_ends_after_all_that_was_done_in_it(session: Session, ada: Person) -> None:
    for seconds, page_id in enumerate(("verbs", "turn", "quiz")):
        read(ada, page_id, NOON + dt.timedelta(seconds=20 * seconds))
    with transaction() as writing:
        assert progress.end_silent_visits(writing, later(40)) == 1
    told = [json.loads(body) for body in session.scalars(select(Statement.body).order_by(Statement.id))]
    assert told[-1]["verb"]["id"].endswith("/terminated")
    assert [one["timestamp"] for one in told] == sorted(one["timestamp"] for one in told)


def test_a_page_opened_again_is_the_place_to_resume_and_tells_nothing(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    read(ada, "turn", later(1))
    told = verbs(session)
    again = reopened(session, ada, "verbs", later(5))
    assert again is not None
    assert again.opened.keys() == {"verbs", "turn"}
    assert (verbs(session), session.scalars(select(Place.page_id)).one()) == (told, "verbs")
    assert session.scalars(select(Visit.seen_at)).one() == later(5)


def test_what_is_new_is_not_taken_for_a_page_opened_again(session: Session, ada: Person) -> None:
    assert reopened(session, ada, "verbs", NOON) is None  # never began
    read(ada, "verbs", NOON)
    assert reopened(session, ada, "turn", later(1)) is None  # never opened
    assert reopened(session, ada, "verbs", later(40)) is None  # another visit
    with transaction() as writing:
        progress.end_open_visits(writing, ada, later(2))
    assert reopened(session, ada, "verbs", later(3)) is None  # signed out in between


def reopened(session: Session, person: Person, page_id: str, at: dt.datetime) -> Standpoint | None:
    """Open a page again, as the player does."""
    module = library.module(session, sample.MODULE)
    page = module.page(page_id) if module else None
    assert module
    assert page
    return progress.open_again(session, person, module, page, at)


def test_two_tabs_at_the_same_moment_are_one_visit(app: Flask, session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)

    def second_tab() -> None:
        with app.app_context():
            read(ada, "turn", later(61))

    with ThreadPoolExecutor(1) as pool, transaction() as first:
        begun(first, ada, later(60))
        second = pool.submit(second_tab)
        time.sleep(0.3)  # it has asked, and waits for this transaction
    second.result()
    assert len(session.scalars(select(Visit).filter_by(ended_at=None)).all()) == 1


def test_silent_visits_are_ended_from_outside(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    with transaction() as writing:
        assert progress.end_silent_visits(writing, later(29)) == 0
        assert progress.end_silent_visits(writing, later(31)) == 1
        assert progress.end_silent_visits(writing, later(31)) == 0
    assert verbs(session)[-1] == "terminated"


def test_time_never_exceeds_the_clock(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    for minute in range(1, 4):
        with transaction() as writing:
            activity = begun(writing, ada, later(minute))
            page = activity.module.page("verbs")
            assert page
            progress.note_time(writing, activity, page, 600, None)
    visit = session.scalars(select(Visit)).one()
    registration = session.scalars(select(Registration)).one()
    assert visit.seconds == registration.seconds <= 3 * 60 + 5
    assert session.scalar(select(PageProgress.seconds)) == visit.seconds


def test_module_is_completed_once_by_all_pages_and_the_quiz_in_any_order(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    with transaction() as writing:
        progress.pass_quiz(writing, begun(writing, ada, later(1)))
    assert session.scalars(select(Registration)).one().state is State.STARTED
    for minute, page_id in enumerate((*PAGES, *PAGES), 2):
        read(ada, page_id, later(minute))
    with transaction() as writing:
        progress.pass_quiz(writing, begun(writing, ada, later(9)))
    registration = session.scalars(select(Registration)).one()
    assert registration.state is State.COMPLETED
    assert registration.completed_at == later(4)
    assert registration.passed_at == later(1)
    assert verbs(session).count("completed") >= 1
    told = [verb for verb in verbs(session) if verb == "completed"]
    read(ada, "verbs", later(12))
    assert [verb for verb in verbs(session) if verb == "completed"] == told


def test_a_quiz_passed_in_another_window_meanwhile_completes_the_module(
    app: Flask, session: Session, ada: Person
) -> None:
    for page_id in ("verbs", "turn"):
        read(ada, page_id, NOON)
    assert reopened(session, ada, "quiz", later(1)) is None  # looked at: not passed yet

    def other_window() -> None:
        with app.app_context(), transaction() as writing:
            progress.pass_quiz(writing, begun(writing, ada, later(1)))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(other_window).result()
    read(ada, "quiz", later(2))
    assert session.scalars(select(Registration.state)).one() is State.COMPLETED


def test_locked_and_unknown_modules_cannot_be_begun(session: Session, ada: Person) -> None:
    with transaction() as writing:
        for module_id in (sample.SECOND, sample.UNWRITTEN, "nothing"):
            assert progress.begin(writing, ada, module_id, NOON) is None
    assert session.scalars(select(Registration)).all() == []


def test_going_to_another_module_ends_the_visit(session: Session, ada: Person) -> None:
    for page_id in PAGES:
        read(ada, page_id, NOON)
    with transaction() as writing:
        progress.pass_quiz(writing, begun(writing, ada, later(1)))
    week_later = NOON + dt.timedelta(days=7)
    read(ada, "verbs", week_later)
    read(ada, "one", week_later + dt.timedelta(minutes=1), sample.SECOND)
    open_visits = session.scalars(select(Visit).filter_by(ended_at=None)).all()
    assert len(open_visits) == 1


def test_coming_back_to_a_page_keeps_the_paragraph(session: Session, ada: Person) -> None:
    read(ada, "verbs", NOON)
    with transaction() as writing:
        activity = begun(writing, ada, later(1))
        page = activity.module.page("verbs")
        assert page
        progress.note_time(writing, activity, page, 5, "at-3-1")
    read(ada, "verbs", later(2))
    assert session.scalars(select(Place.anchor)).one() == "at-3-1"
    read(ada, "turn", later(3))
    assert session.scalars(select(Place.anchor)).one() == ""
