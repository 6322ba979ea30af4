"""Which questions of a module were corrected since people answered them, and whose result that would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.models import Revision, Standing
from lms.content.module import Module
from lms.content.problems import ContentError
from lms.content.schema import Item, Programme
from lms.enrolment.models import Registration
from lms.quiz.grading import Score
from lms.quiz.models import QuizAttempt, QuizRegrade, QuizResponse
from lms.quiz.regrading.marking import Answer, Correction, Outcome, Result, exact, is_corrected, regrade

AT_A_TIME = 100
"""Attempts held in memory at once, and marked again in one transaction."""


@dataclass(frozen=True)
class Corrected:
    """A module with questions whose keys are other ones than those by which some attempts were marked."""

    module: Module
    """As it is published."""
    programme: Programme
    revision_id: int
    number: int
    """Of the published revision."""
    by_revision: Mapping[int, Mapping[str, Correction]]
    """What was corrected since each revision by which something was marked, by item."""

    @property
    def items(self) -> list[Item]:
        """The questions, in the order of the bank."""
        found = {item_id for corrections in self.by_revision.values() for item_id in corrections}
        return [item for item in self.module.bank.items if item.id in found]

    def before(self, item_id: str) -> list[Item]:
        """How a question was marked before, in each way that differs."""
        return [corrections[item_id][0] for corrections in self.by_revision.values() if item_id in corrections]


@dataclass(frozen=True)
class Found:
    """An attempt, whose it is, and what would come of it."""

    attempt: QuizAttempt
    registration: Registration
    person: Person
    outcome: Outcome


def corrected(session: Session, module_id: str) -> Corrected | None:
    """What was corrected in a module since it was answered; None if it is not published in a programme."""
    programme = library.programme(session)
    now = session.execute(
        select(Revision.id, Revision.number).filter_by(subject=module_id, standing=Standing.PUBLISHED)
    ).one_or_none()
    if programme is None or now is None:
        return None
    module = library.revision(session, now.id)
    by_revision = {id_: _between(session, id_, module) for id_ in _marked_by(session, module_id) if id_ != now.id}
    wanted = {id_: corrections for id_, corrections in by_revision.items() if corrections}
    return Corrected(module, programme, now.id, now.number, wanted)


def found(session: Session, of: Corrected, items: Collection[str]) -> Iterator[Found]:
    """Every attempt in which some of these questions would be marked again, in order, some at a time."""
    after = 0
    while ids := attempts_after(session, of, after):
        yield from outcomes(session, of, ids, items)
        after = ids[-1]


def attempts_after(session: Session, of: Corrected, after: int) -> Sequence[int]:
    """The next attempts that something was corrected for, by their numbers in the table."""
    revisions = list(of.by_revision)
    again = select(QuizRegrade.attempt_id).where(QuizRegrade.revision_id.in_(revisions))
    query = (
        _attempts(of.module.id)
        .with_only_columns(QuizAttempt.id)
        .where(QuizAttempt.id > after, QuizAttempt.revision_id.in_(revisions) | QuizAttempt.id.in_(again))
    )
    return session.scalars(query.order_by(QuizAttempt.id).limit(AT_A_TIME)).all()


def outcomes(session: Session, of: Corrected, attempts: Collection[int], items: Collection[str]) -> Iterator[Found]:
    """What would come of these attempts; without those in which nothing would be marked again."""
    query = (
        select(QuizAttempt, Registration, Person)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(QuizAttempt.id.in_(attempts))
        .order_by(QuizAttempt.id)
    )
    answers, marked_by = _answers(session, attempts, items), _by_attempt(session, attempts)
    for attempt, registration, person in session.execute(query):
        corrections = _due(of, attempt, marked_by[attempt.id], items)
        given = answers[attempt.id]
        asked = [given.get(item_id, Answer(item_id, (), exact(0))) for item_id in corrections]
        outcome = regrade(_result(attempt), asked, corrections, of.programme.mastery_score)
        if outcome.marks:
            yield Found(attempt, registration, person, outcome)


def _due(
    of: Corrected, attempt: QuizAttempt, again: Mapping[str, int], items: Collection[str]
) -> dict[str, Correction]:
    """What was corrected since each question of an attempt was marked."""
    due = {}
    for item_id in attempt.items:
        corrections = of.by_revision.get(again.get(item_id, attempt.revision_id), {})
        if item_id in corrections and item_id in items:
            due[item_id] = corrections[item_id]
    return due


def _result(attempt: QuizAttempt) -> Result:
    return Result(Score(exact(attempt.raw), attempt.max or 0), bool(attempt.passed))


def _answers(session: Session, attempts: Collection[int], items: Collection[str]) -> Mapping[int, dict[str, Answer]]:
    kept: Mapping[int, dict[str, Answer]] = defaultdict(dict)
    columns = (QuizResponse.attempt_id, QuizResponse.item_id, QuizResponse.response, QuizResponse.raw)
    query = select(*columns).where(QuizResponse.attempt_id.in_(attempts), QuizResponse.item_id.in_(items))
    for row in session.execute(query):
        kept[row.attempt_id][row.item_id] = Answer(row.item_id, tuple(row.response), exact(row.raw))
    return kept


def _by_attempt(session: Session, attempts: Collection[int]) -> Mapping[int, dict[str, int]]:
    """Which revision's key marked a question last, where it was marked again."""
    again: Mapping[int, dict[str, int]] = defaultdict(dict)
    query = select(QuizRegrade).where(QuizRegrade.attempt_id.in_(attempts)).order_by(QuizRegrade.number)
    for row in session.scalars(query):
        again[row.attempt_id] |= {one["item"]: row.revision_id for one in row.items}
    return again


def _marked_by(session: Session, module_id: str) -> set[int]:
    """Every revision whose keys have marked something in a module."""
    drawn = _attempts(module_id).with_only_columns(QuizAttempt.revision_id)
    again = drawn.join(QuizRegrade, QuizRegrade.attempt_id == QuizAttempt.id).with_only_columns(QuizRegrade.revision_id)
    return {*session.scalars(drawn.distinct()), *session.scalars(again.distinct())}


def _attempts(module_id: str) -> Select[QuizAttempt]:
    """The attempts at a module's quiz that were handed in."""
    return (
        select(QuizAttempt)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id, QuizAttempt.submitted_at.is_not(None))
    )


def _between(session: Session, revision_id: int, module: Module) -> dict[str, Correction]:
    """What was corrected between a revision and now, by item."""
    try:
        old = library.revision(session, revision_id)
    except ContentError:  # the rules have changed since, and it cannot be read any more
        return {}
    pairs = {item.id: (old.item(item.id), item) for item in module.bank.items}
    return {id_: (before, item) for id_, (before, item) in pairs.items() if before and is_corrected(before, item)}
