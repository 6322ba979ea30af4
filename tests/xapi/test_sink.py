"""What a feature records becomes rows of the outbox in its own transaction."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.app import create_app
from lms.config import Settings
from lms.db import db, transaction
from lms.outbox.models import Delivery, Statement
from lms.outbox.partitions import partition_of
from lms.outbox.service import record
from tests.xapi.test_statements import ATTEMPT, COMMON

QUIZ = events.QuizAttempted(
    **COMMON, attempt=ATTEMPT, raw=17, max=20, scaled=0.85, mastery_score=0.8, passed=True, seconds=412
)


def test_statements_are_queued_in_order(session: Session) -> None:
    with transaction() as writing:
        record(writing, QUIZ)
    rows = session.scalars(select(Statement).order_by(Statement.id)).all()
    assert [json.loads(row.body)["verb"]["display"]["en"] for row in rows] == ["attempted", "scored", "passed"]
    for row in rows:
        assert json.loads(row.body)["id"] == str(row.uuid)
        assert (row.registration, row.partition) == (QUIZ.registration, partition_of(QUIZ.registration))
        assert (row.delivery, row.written_at) == (Delivery.QUEUED, QUIZ.at)


def test_what_did_not_happen_is_not_told(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        record(writing, QUIZ)
        1 / 0  # noqa: B018
    assert session.scalar(select(Statement.id)) is None


def test_a_faulty_statement_is_kept_aside_and_undoes_nothing(session: Session) -> None:
    with transaction() as writing:
        record(writing, events.QuizAttempted(**vars(QUIZ) | {"scaled": 85}))
    rows = session.scalars(select(Statement).order_by(Statement.id)).all()
    assert [row.delivery for row in rows] == [Delivery.QUEUED, Delivery.PARKED, Delivery.PARKED]
    assert "scaled" in (rows[1].answer or "")


def test_learners_are_named_by_mail_where_that_is_set(settings: Settings, person: Callable[..., Person]) -> None:
    zoe = person("Zoë Ng", "zoe.o'hara+ward&7@example.org")
    app = create_app(settings.model_copy(update={"statement_actor": "mbox"}))
    with app.app_context():
        with transaction() as writing:
            record(writing, events.QuizAttempted(**vars(QUIZ) | {"learner": zoe.uuid}))
            record(writing, QUIZ)
        known, *_, unknown = [
            json.loads(row.body) for row in db.session.scalars(select(Statement).order_by(Statement.id))
        ]
        states = set(db.session.scalars(select(Statement.delivery)))
        db.engine.dispose()
    assert known["actor"] == {"objectType": "Agent", "mbox": "mailto:zoe.o'hara+ward%267@example.org"}
    assert unknown["actor"]["account"]["name"] == str(QUIZ.learner), "who is not known here keeps the opaque name"
    assert states == {Delivery.QUEUED}
