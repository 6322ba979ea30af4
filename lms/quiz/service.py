"""Taking a quiz: start, answer, submit. Answering a check."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import String, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.content.library import library
from lms.content.module import Module, Page
from lms.content.schema import Item
from lms.enrolment.service import forget_rows
from lms.outbox.service import record
from lms.progress.service import Activity, begin, pass_quiz
from lms.progress.visiting import step_seconds
from lms.quiz import grading, pausing
from lms.quiz.drawing import draw, present
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.quiz.queries import counts_since, is_to_refresh, latest_attempt
from lms.quiz.responding import Response

# Made once: to build a query costs more than to ask it.
_WORK = (
    select(QuizAttempt, QuizResponse)
    .outerjoin(
        QuizResponse,
        and_(
            QuizResponse.attempt_id == QuizAttempt.id,
            or_(bindparam("item", type_=String).is_(None), QuizResponse.item_id == bindparam("item", type_=String)),
        ),
    )
    .where(QuizAttempt.uuid == bindparam("attempt"), QuizAttempt.registration_id == bindparam("registration"))
)


@dataclass(frozen=True)
class Work:
    """A learner at work in an attempt."""

    activity: Activity
    attempt: QuizAttempt
    responses: dict[str, QuizResponse] = field(default_factory=dict)
    """The answers kept, by item: all, or that to the item at hand."""


class TooEarlyError(Exception):
    """A new attempt is not open yet."""

    def __init__(self, opens_at: dt.datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class ChangedError(Exception):
    """The answer was changed elsewhere since the page was made."""

    def __init__(self, kept: QuizResponse) -> None:
        super().__init__(kept.version)
        self.kept = kept


class SubmittedError(Exception):
    """The attempt is over: nothing in it changes any more."""


def own_attempt(
    session: Session, person: Person, module_id: str, attempt_id: UUID, at: dt.datetime, item_id: str | None = None
) -> Work | None:
    """A person at work in an attempt of theirs, with the registration locked; someone else's looks like none.

    With the answers kept, or with that to one item.
    """
    activity = begin(session, person, module_id, at)
    if activity is None:
        return None
    # Read after the registration was locked, so that it is seen as it is now.
    asked = {"attempt": attempt_id, "registration": activity.registration.id, "item": item_id}
    rows = session.execute(_WORK, asked).all()
    return Work(activity, rows[0][0], {kept.item_id: kept for _, kept in rows if kept}) if rows else None


def start_attempt(session: Session, activity: Activity) -> QuizAttempt:
    """The open attempt of a registration, drawn now if there is none.

    A passed quiz is not taken again, unless a refresher is due or the certificate can be renewed: its attempt is
    returned. Raises TooEarlyError in the pause after a failed one.
    """
    since = counts_since(session, activity.registration, activity.at)
    last = session.scalar(latest_attempt(since).filter_by(registration_id=activity.registration.id))
    if last and (last.submitted_at is None or (last.passed and not is_to_refresh(last, since))):
        return last
    if last and last.submitted_at:
        opens_at = pausing.next_try_at(last.submitted_at, activity.programme.retake_after_minutes)
        if activity.at < opens_at:
            raise TooEarlyError(opens_at)
    return _draw_attempt(session, activity, last)


def save_response(session: Session, work: Work, item_id: str, response: Response, version: int) -> int:
    """Keep the answer to one item of an open attempt, and say its version; an empty one takes the answer back.

    `version` says which answer the learner saw. Raises ChangedError where there is a newer, different one, and
    SubmittedError when the attempt is over.
    """
    attempt, at = work.attempt, work.activity.at
    if attempt.submitted_at is not None:
        raise SubmittedError
    kept = work.responses.get(item_id)
    if list(response) == (kept.response if kept else []):
        return kept.version if kept else 0
    if kept is None:
        kept = QuizResponse(attempt_id=attempt.id, item_id=item_id, version=0)
        session.add(kept)
    elif kept.version != version:
        raise ChangedError(kept)
    kept.response, kept.version, kept.answered_at = list(response), kept.version + 1, at
    _touch(attempt, at)
    return kept.version


def submit_attempt(session: Session, work: Work) -> None:
    """Grade an attempt, once and for ever, and tell it; a second click changes nothing."""
    activity, attempt = work.activity, work.attempt
    if attempt.submitted_at is not None:
        return
    _touch(attempt, activity.at)
    module = library.revision(session, attempt.revision_id)
    score = grading.total(
        _settle(session, activity, attempt, module, item_id, work.responses.get(item_id)) for item_id in attempt.items
    )
    attempt.submitted_at = activity.at
    attempt.raw, attempt.max, attempt.scaled = float(score.raw), score.max, float(score.scaled)
    attempt.passed = grading.is_pass(score, activity.programme.mastery_score)
    session.flush()
    record(
        session,
        events.QuizAttempted(
            **activity.fact,
            attempt=attempt.uuid,
            raw=attempt.raw,
            max=attempt.max,
            scaled=attempt.scaled,
            mastery_score=activity.programme.mastery_score,
            passed=attempt.passed,
            seconds=attempt.seconds,
            decides=activity.registration.passed_at is None,
        ),
    )
    if attempt.passed:
        pass_quiz(session, activity)


def answer_check(
    session: Session, activity: Activity, page: Page, item: Item, response: Response, token: UUID
) -> CheckAnswer:
    """Keep and mark an answer to a check; the same form sent twice is one answer."""
    kept = session.scalar(
        select(CheckAnswer).filter_by(token=token, registration_id=activity.registration.id, item_id=item.id)
    )
    if kept is not None:
        return kept
    answer = keep_check(session, activity, item, response, token)
    session.flush()
    told = told_of(activity, item, response, grading.mark(item, response), str(activity.registration.uuid))
    record(session, replace(told, page_id=page.id))
    return answer


def keep_check(session: Session, activity: Activity, item: Item, response: Response, token: UUID) -> CheckAnswer:
    """Add a row for an answer that is not there yet, with what it is worth."""
    score = grading.mark(item, response)
    answer = CheckAnswer(
        registration_id=activity.registration.id,
        item_id=item.id,
        token=token,
        response=list(response),
        answered_at=activity.at,
        raw=float(score.raw),
        max=score.max,
    )
    session.add(answer)
    return answer


def _draw_attempt(session: Session, activity: Activity, last: QuizAttempt | None) -> QuizAttempt:
    revision_id = library.revision_id(session, activity.module.id)
    number = last.number + 1 if last else 1
    attempt = QuizAttempt(
        registration_id=activity.registration.id,
        number=number,
        revision_id=revision_id,
        items=list(draw(activity.module.bank, f"{activity.registration.uuid} {number}", last.items if last else ())),
        started_at=activity.at,
        touched_at=activity.at,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _settle(
    session: Session,
    activity: Activity,
    attempt: QuizAttempt,
    module: Module,
    item_id: str,
    kept: QuizResponse | None,
) -> grading.Score:
    item = module.item(item_id)
    if item is None:
        raise LookupError(f"revision {attempt.revision_id} has no item {item_id}")
    response = tuple(kept.response) if kept else ()
    score = grading.mark(item, response)
    if kept and response:
        kept.raw, kept.max = float(score.raw), score.max
        told = told_of(activity, item, response, score, str(attempt.uuid))
        record(session, replace(told, attempt=attempt.uuid))
    return score


def told_of(activity: Activity, item: Item, response: Response, score: grading.Score, seed: str) -> events.ItemAnswered:
    """What is told of an answer: with the options as they were offered, whose order the seed gave."""
    presented = present(item, seed)
    return events.ItemAnswered(
        **activity.fact,
        item_id=item.id,
        item_type=item.type,
        response=response,
        success=score.is_full,
        raw=float(score.raw),
        max=float(score.max),
        choices=presented.options,
        targets=presented.targets,
        correct=grading.right_response(item),
    )


def _touch(attempt: QuizAttempt, at: dt.datetime) -> None:
    attempt.seconds += step_seconds(at - attempt.touched_at)
    attempt.touched_at = max(attempt.touched_at, at)


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what a person answered."""
    forget_rows(session, person_id, QuizAttempt, CheckAnswer)
