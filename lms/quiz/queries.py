"""What pages need to know of attempts and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.enrolment.models import Registration
from lms.quiz.models import CheckAnswer, QuizAttempt


@dataclass(frozen=True)
class QuizState:
    """Where a learner is with the quiz of a module."""

    last: QuizAttempt | None

    @property
    def open(self) -> QuizAttempt | None:
        """The attempt that has not been submitted."""
        return self.last if self.last and self.last.submitted_at is None else None

    @property
    def passed(self) -> bool:
        """Whether the quiz is passed; it is not taken again then."""
        return bool(self.last and self.last.passed)


def quiz_state(session: Session, registration: Registration) -> QuizState:
    """The latest attempt of a registration."""
    query = select(QuizAttempt).filter_by(registration_id=registration.id).order_by(QuizAttempt.number.desc())
    return QuizState(session.scalar(query.limit(1)))


def latest_answers(session: Session, registration: Registration, item_ids: Iterable[str]) -> dict[str, CheckAnswer]:
    """The latest answer to each of these checks, in one query."""
    newest = (
        select(func.max(CheckAnswer.id))
        .filter(CheckAnswer.registration_id == registration.id, CheckAnswer.item_id.in_(list(item_ids)))
        .group_by(CheckAnswer.item_id)
    )
    answers = session.scalars(select(CheckAnswer).filter(CheckAnswer.id.in_(newest)))
    return {answer.item_id: answer for answer in answers}
