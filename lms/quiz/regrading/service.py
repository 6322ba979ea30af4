"""Marking attempts again, some at a time: scores, passes, and what is told of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import events
from lms.audit.actions import Action, Actor, Entry
from lms.audit.service import record as note
from lms.enrolment.models import Registration
from lms.outbox.service import record
from lms.progress.service import Run, pass_quiz, take_pass
from lms.quiz.models import QuizAttempt, QuizRegrade, QuizResponse
from lms.quiz.regrading.marking import Change
from lms.quiz.regrading.queries import Corrected, Found, outcomes


@dataclass(frozen=True)
class Decision:
    """What somebody said is to be marked again."""

    items: Collection[str]
    changes: Collection[Change]
    """Which results: a pass is never taken away but from the attempts that are named."""
    by: Actor
    at: dt.datetime
    taken_from: Collection[UUID] = ()
    """The attempts whose passes go."""
    reason: str = ""


@dataclass
class Done:
    """How many attempts were marked again."""

    changed: Counter[Change] = field(default_factory=Counter)
    passed: int = 0
    """How many people have passed by it."""


def mark_again(session: Session, of: Corrected, attempts: Sequence[int], decision: Decision) -> Done:
    """Mark some attempts again by the corrected keys; whoever was marked already by them stays as they are.

    The caller's transaction decides whether it is done for all of these or for none.
    """
    _lock(session, attempts)
    done, entries = Done(), []
    for one in list(outcomes(session, of, attempts, decision.items)):
        change = one.outcome.change
        if not _is_meant(one, decision):
            continue
        kept = _keep(session, of, one, decision)
        done.changed[change] += 1
        if change is not Change.SAME:
            done.passed += _tell(session, of, one, kept)
            entries.append(Entry(Action.MARKED_AGAIN, one.person.uuid, _facts(of, one)))
    note(session, decision.by, decision.at, *entries)
    return done


def _lock(session: Session, attempts: Collection[int]) -> None:
    """Whoever of these is at work in the module waits; always in the same order, so that nobody waits for ever."""
    whose = select(QuizAttempt.registration_id).where(QuizAttempt.id.in_(attempts))
    query = select(Registration.id).where(Registration.id.in_(whose)).order_by(Registration.id)
    session.execute(query.with_for_update())


def _is_meant(one: Found, decision: Decision) -> bool:
    if one.outcome.change is Change.LOST:
        return one.attempt.uuid in decision.taken_from
    return one.outcome.change in decision.changes


def _keep(session: Session, of: Corrected, one: Found, decision: Decision) -> QuizRegrade:
    """The new marks, and a record of the old ones."""
    attempt, outcome = one.attempt, one.outcome
    last = session.scalar(select(func.max(QuizRegrade.number)).filter_by(attempt_id=attempt.id)) or 0
    regrade = QuizRegrade(
        attempt_id=attempt.id,
        number=last + 1,
        revision_id=of.revision_id,
        items=[{"item": marks.item_id, "old": float(marks.old), "new": float(marks.new)} for marks in outcome.marks],
        at=decision.at,
        by=decision.by.uuid,
        reason=decision.reason,
        old_raw=attempt.raw,
        old_scaled=attempt.scaled,
        old_passed=attempt.passed,
        new_raw=float(outcome.new.score.raw),
        new_scaled=float(outcome.new.score.scaled),
        new_passed=outcome.new.passed,
    )
    session.add(regrade)
    given = select(QuizResponse).filter_by(attempt_id=attempt.id)
    marks = {marks.item_id: marks for marks in outcome.marks}
    for response in session.scalars(given.where(QuizResponse.item_id.in_(marks), QuizResponse.raw.is_not(None))):
        response.raw = float(marks[response.item_id].new)
    if outcome.change is not Change.SAME:
        attempt.raw, attempt.scaled, attempt.passed = regrade.new_raw, regrade.new_scaled, regrade.new_passed
    session.flush()
    return regrade


def _tell(session: Session, of: Corrected, one: Found, kept: QuizRegrade) -> bool:
    """Tell of the new score, and let progress follow; whether the module is passed by it."""
    attempt, registration = one.attempt, one.registration
    run = Run(one.person, registration, of.module, of.programme, kept.at)
    gives = one.outcome.is_now_passed and registration.passed_at is None
    takes = one.outcome.change is Change.LOST and not _is_passed_otherwise(session, attempt)
    record(
        session,
        events.QuizMarkedAgain(
            **run.fact,
            attempt=attempt.uuid,
            raw=attempt.raw or 0,
            max=attempt.max or 0,
            scaled=attempt.scaled or 0,
            mastery_score=of.programme.mastery_score,
            seconds=attempt.seconds,
            gives_pass=gives,
            takes_pass=takes,
            completed_at=registration.completed_at if takes else None,
        ),
    )
    if gives:
        pass_quiz(session, run)
    if takes:
        kept.old_passed_at, kept.old_completed_at = registration.passed_at, registration.completed_at
        take_pass(session, run)
    return gives


def _is_passed_otherwise(session: Session, attempt: QuizAttempt) -> bool:
    """Whether another attempt of the same person has passed."""
    query = select(QuizAttempt.id).where(
        QuizAttempt.registration_id == attempt.registration_id,
        QuizAttempt.passed.is_(True),
        QuizAttempt.id != attempt.id,
    )
    return session.scalar(query.limit(1)) is not None


def _facts(of: Corrected, one: Found) -> dict[str, str | int]:
    change = {Change.BETTER: "better", Change.WORSE: "worse", Change.LOST: "pass taken away"}[one.outcome.change]
    said = "passed by it" if one.outcome.is_now_passed else change
    return {"module": of.module.id, "result": said, "revision": of.number}
