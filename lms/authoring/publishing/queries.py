"""On which ids of a module learners' work hangs, and how many people's."""

from __future__ import annotations

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.authoring.publishing.changes import Work
from lms.commitment.models import Commitment
from lms.enrolment.models import Registration
from lms.progress.models import PageProgress
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.reflection.models import Entry
from lms.scenario.models import ScenarioRun


def work_on(session: Session, module_id: str) -> Work:
    """What learners have done in a module."""
    people = func.count(distinct(Registration.person_id))
    answered = (
        select(QuizResponse.item_id, people)
        .join(QuizAttempt, QuizAttempt.id == QuizResponse.attempt_id)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id)
        .group_by(QuizResponse.item_id)
    )
    written = (
        select(Entry.block_id, func.count(distinct(Entry.person_id)))
        .where(Entry.module_id == module_id)
        .group_by(Entry.block_id)
    )
    in_a_quiz = (
        select(func.count())
        .select_from(QuizAttempt)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id, QuizAttempt.submitted_at.is_(None))
    )
    return Work(
        items=dict(session.execute(answered).all()),
        checks=_by(session, module_id, CheckAnswer.item_id, CheckAnswer.registration_id),
        prompts=dict(session.execute(written).all())
        | _by(session, module_id, Commitment.block_id, Commitment.registration_id),
        stories=_by(session, module_id, ScenarioRun.scenario_id, ScenarioRun.registration_id),
        pages=_by(session, module_id, PageProgress.page_id, PageProgress.registration_id),
        in_a_quiz=session.scalar(in_a_quiz) or 0,
    )


def _by(
    session: Session, module_id: str, what: InstrumentedAttribute[str], whose: InstrumentedAttribute[int]
) -> dict[str, int]:
    query = (
        select(what, func.count(distinct(whose)))
        .join(Registration, Registration.id == whose)
        .where(Registration.module_id == module_id)
        .group_by(what)
    )
    return dict(session.execute(query).all())
