"""The people of the demonstration do what they do by the doors of everyone, once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import passwords
from lms.accounts.models import Person
from lms.content import bundle as bundles
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration
from lms.lookback.queries import own_waiting
from lms.operate.chores import do
from lms.operate.demo.people import ASKS_TEAM, PEOPLE, Stage
from lms.operate.demo.service import add_people, walk
from lms.outbox.models import Delivery, Statement
from lms.progress.models import PageProgress, Visit
from lms.pulse.team.queries import has_enough, is_open, own_pulses, results
from lms.quiz.models import QuizAttempt

REPOSITORY = Path(__file__).parents[2]
NOW = dt.datetime(2027, 3, 1, 15, 0, tzinfo=dt.UTC)


@pytest.fixture
def installation(app: Flask) -> Flask:
    """With the modules that come with Cares."""
    with app.app_context(), writing(db.session) as session:
        import_bundle(session, bundles.from_folder(REPOSITORY), NOW - dt.timedelta(days=60))
    return app


def test_each_is_where_the_table_says_once(installation: Flask) -> None:
    logins = add_people(installation, NOW, anew=False)
    walk(installation, NOW, 0)
    with installation.app_context():
        session = db.session
        for login in logins:
            person = session.scalars(select(Person).filter_by(email=login.someone.email)).one()
            assert passwords.matches(person.password_hash, login.password)
            assert _stage(session, person) is login.someone.stage
        assert not session.scalar(select(func.count(Statement.id)).filter_by(delivery=Delivery.PARKED))
        chidi = session.scalars(select(Person.id).filter_by(email="chidi.rainbarrel@example.org")).one()
        assert own_waiting(session, chidi, NOW), "there is something to look back at"
        farah = session.scalars(select(Person.id).filter_by(name=ASKS_TEAM)).one()
        after, earlier = own_pulses(session, farah)
        assert is_open(after, NOW.date())
        assert has_enough(after)
        told = results(session, earlier, NOW.date())
        assert told
        assert len({line.band for line in told.lines}) > 1, "there is something to read in it"
        still_open = session.scalar(select(func.count(Visit.id)).filter_by(ended_at=None)) or 0
    # A second start adds nothing; the chores end the visits that are long over.
    before = _everything(installation)
    assert add_people(installation, NOW, anew=False) == []
    walk(installation, NOW, 0)
    assert _everything(installation) == before
    assert do(installation, NOW) == still_open > 5
    assert do(installation, NOW) == 0


def test_passwords_that_nobody_was_told_are_made_anew(installation: Flask) -> None:
    first, second = (add_people(installation, NOW, anew=anew) for anew in (False, True))
    assert len(second) == len(PEOPLE)
    assert not {login.password for login in first} & {login.password for login in second}


def _stage(session: Session, person: Person) -> Stage:
    registration = session.scalars(select(Registration).filter_by(person_id=person.id)).one_or_none()
    if registration is None:
        return Stage.NEW
    if registration.completed_at:
        return Stage.COMPLETED
    if session.scalar(select(QuizAttempt.passed).filter_by(registration_id=registration.id)) is False:
        return Stage.FAILED
    pages = session.scalar(select(func.count(PageProgress.id)).filter_by(registration_id=registration.id)) or 0
    limits = ((2, Stage.FIRST_PAGES), (8, Stage.SECOND_SECTION), (30, Stage.LATE))
    return next((stage for most, stage in limits if pages <= most), Stage.READ)


def _everything(app: Flask) -> Counter[str]:
    with app.app_context():
        people = Counter({who: 1 for who in db.session.scalars(select(Person.password_hash)) if who})
        return people + Counter(statements=db.session.scalar(select(func.count(Statement.id))) or 0)
