"""What pages need to know of attempts and answers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, bindparam, case, func, select, true
from sqlalchemy.orm import Session

from lms.certificate import queries as certificates
from lms.certificate.validity import Renewal
from lms.content.blocks import Block, Check, Practice
from lms.content.library import library
from lms.content.module import Module
from lms.content.schema import Item
from lms.days import local_day
from lms.db import as_facts, zone_of
from lms.enrolment.assignments.due import must_be_renewed
from lms.enrolment.assignments.queries import renewed_since
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_facts, own_rows
from lms.quiz import grading
from lms.quiz.drawing import Presented, present
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizRegrade, QuizResponse
from lms.quiz.pausing import next_try_at
from lms.quiz.responding import Response
from lms.quiz.showing import Form, Line, Shown, explain, show, to_form, words_of

# Made once: to build a query costs more than to ask it.
_NEWEST = (
    select(func.max(CheckAnswer.id))
    .where(
        CheckAnswer.registration_id == bindparam("registration"),
        CheckAnswer.item_id.in_(bindparam("items", expanding=True)),
        CheckAnswer.occasion.is_(None),
    )
    .group_by(CheckAnswer.item_id)
)
_LATEST_ANSWERS = select(CheckAnswer).where(CheckAnswer.id.in_(_NEWEST))
_OWN_ATTEMPT = (
    select(QuizAttempt)
    .join(Registration, Registration.id == QuizAttempt.registration_id)
    .where(QuizAttempt.uuid == bindparam("attempt"), Registration.person_id == bindparam("person"))
)


def latest_attempt(since: dt.datetime | None) -> Select[QuizAttempt]:
    """The sitting that counts; `since` is the moment from which on a pass must be, if it is to be taken once more.

    One that was passed comes first: an earlier one may have been marked again, and passed by that.
    """
    counts = and_(QuizAttempt.passed.is_(True), QuizAttempt.submitted_at >= since if since else true())
    return select(QuizAttempt).order_by(case((counts, 0), else_=1), QuizAttempt.number.desc()).limit(1)


@dataclass(frozen=True)
class Question:
    """One question of an attempt: the item, its parts in the order shown, the answer kept."""

    place: int
    """Counts from 1."""
    item: Item
    presented: Presented
    response: Response
    version: int

    def shown(self, form: Form | None = None) -> Shown:
        """As the page shows it: with what was typed, or else with what was kept."""
        return show(self.item, self.presented, form or to_form(self.item, self.presented, self.response))

    @property
    def words(self) -> list[str]:
        """The answer kept, in words."""
        return words_of(self.item, self.response)

    @property
    def score(self) -> grading.Score:
        """The marks that the answer kept earns."""
        return grading.mark(self.item, self.response)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Feedback on every option. Only for after a pass."""
        return explain(self.item, self.presented, self.response)


@dataclass(frozen=True)
class Sitting:
    """An attempt with its questions, from the revision that it was drawn from."""

    attempt: QuizAttempt
    module: Module
    questions: tuple[Question, ...]
    regrades: tuple[QuizRegrade, ...] = ()
    """What was marked again since it was handed in, in order."""

    def at(self, place: int) -> Question | None:
        """The question at a place, counted from 1."""
        return self.questions[place - 1] if 1 <= place <= len(self.questions) else None

    @property
    def left(self) -> list[Question]:
        """The questions without an answer."""
        return [question for question in self.questions if not question.response]

    @property
    def outcomes_to_mend(self) -> set[str]:
        """The outcomes of items that did not earn all their marks."""
        return {question.item.outcome for question in self.questions if not question.score.is_full}


@dataclass(frozen=True)
class QuizState:
    """Where a learner is with the quiz of a module."""

    last: QuizAttempt | None
    answered: int
    """Questions of the latest attempt that have an answer."""
    retake_after_minutes: int
    is_to_refresh: bool = False
    """It was passed, and is to be taken once more."""
    is_asked: bool = False
    """A refresher asks for that; else it is only for the certificate."""
    renewal: Renewal | None = None
    """How the certificate of the module is renewed, if it has an end."""

    @property
    def opens_at(self) -> dt.datetime | None:
        """When a failed quiz may be tried again."""
        failed = self.last.submitted_at if self.last and self.last.passed is False else None
        return next_try_at(failed, self.retake_after_minutes) if failed else None


@dataclass(frozen=True)
class CheckState:
    """A check as its page shows it: the question, and after an answer what it was worth."""

    item: Item
    shown: Shown
    token: UUID
    lines: tuple[Line, ...] = ()
    score: grading.Score | None = None


def own_sitting(session: Session, person_id: int, attempt_id: UUID) -> Sitting | None:
    """A person's attempt; someone else's looks like none."""
    attempt = _own_attempt(session, person_id, attempt_id)
    return sitting(session, attempt) if attempt else None


def own_paper(session: Session, person_id: int, attempt_id: UUID) -> Sitting | None:
    """The same without the answers kept, for whoever is about to write one."""
    attempt = _own_attempt(session, person_id, attempt_id)
    return _sitting(session, attempt, {}) if attempt else None


def _own_attempt(session: Session, person_id: int, attempt_id: UUID) -> QuizAttempt | None:
    return session.scalar(_OWN_ATTEMPT, {"attempt": attempt_id, "person": person_id})


def sitting(session: Session, attempt: QuizAttempt) -> Sitting:
    """An attempt with its questions and the answers kept."""
    kept = session.scalars(select(QuizResponse).filter_by(attempt_id=attempt.id))
    return _sitting(session, attempt, {row.item_id: row for row in kept})


def _sitting(session: Session, attempt: QuizAttempt, kept: Mapping[str, QuizResponse]) -> Sitting:
    module = library.revision(session, attempt.revision_id)
    regrades = _regrades(session, attempt) if attempt.submitted_at else ()
    marked_by = {one["item"]: regrade.revision_id for regrade in regrades for one in regrade.items}
    questions = []
    for place, item_id in enumerate(attempt.items, 1):
        revision_id = marked_by.get(item_id)
        marking = library.revision(session, revision_id) if revision_id else module
        questions.append(_question(attempt, marking, place, item_id, kept.get(item_id)))
    return Sitting(attempt, module, tuple(questions), regrades)


def _regrades(session: Session, attempt: QuizAttempt) -> tuple[QuizRegrade, ...]:
    query = select(QuizRegrade).filter_by(attempt_id=attempt.id).order_by(QuizRegrade.number)
    return tuple(session.scalars(query))


def marks_needed(maximum: int, mastery_score: float) -> int:
    """The fewest whole marks that pass."""
    return math.ceil(Fraction(str(mastery_score)) * maximum)


def open_attempt(session: Session, registration: Registration, at: dt.datetime) -> UUID | None:
    """The attempt that a learner has begun and not submitted, if they still need one."""
    if registration.passed_at and counts_since(session, registration, at) is None:
        return None
    query = select(QuizAttempt.uuid).filter_by(registration_id=registration.id, submitted_at=None)
    return session.scalar(query)


def on_quiz_page(
    session: Session, registration: Registration, blocks: Sequence[Block], at: dt.datetime
) -> Mapping[str, QuizState]:
    """The state of a module's quiz."""
    programme = library.programme(session)
    asked = _asked_since(session, registration)
    since = _later(asked, certificates.renewed_since(session, registration, at))
    last = session.scalar(latest_attempt(since).filter_by(registration_id=registration.id))
    answered = 0
    if last and last.submitted_at is None:
        answered = sum(1 for question in sitting(session, last).questions if question.response)
    pause = programme.retake_after_minutes if programme else 0
    state = QuizState(
        last,
        answered,
        pause,
        is_to_refresh(last, since),
        is_asked=is_to_refresh(last, asked),
        renewal=certificates.renewal_of(session, registration, local_day(at, zone_of(session))),
    )
    return {block.id: state for block in blocks}


def is_to_refresh(last: QuizAttempt | None, since: dt.datetime | None) -> bool:
    """Whether a quiz that was passed is to be taken once more; `since` as in `latest_attempt`."""
    return last is not None and bool(last.passed) and must_be_renewed(last.submitted_at, since)


def counts_since(session: Session, registration: Registration, at: dt.datetime) -> dt.datetime | None:
    """From when on a pass counts for the refresher that is asked, or for the certificate that can be renewed by now;
    None: whenever it was."""
    return _later(_asked_since(session, registration), certificates.renewed_since(session, registration, at))


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max(one, other) if one and other else one or other


def _asked_since(session: Session, registration: Registration) -> dt.datetime | None:
    if registration.passed_at is None:
        return None
    return renewed_since(session, registration.person_id, registration.module_id)


def checks_on_page(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, CheckState]:
    """The checks of a page, each with the latest answer."""
    states = check_states(session, registration, [block.id for block in blocks if isinstance(block, Check)])
    return {state.item.id: state for state in states}


def practices_on_page(
    session: Session, registration: Registration, blocks: Sequence[Block]
) -> Mapping[str, list[CheckState]]:
    """The practices of a page that are made of items."""
    practices = [block for block in blocks if isinstance(block, Practice) and block.items]
    states = check_states(session, registration, [item_id for block in practices for item_id in block.items])
    by_id = {state.item.id: state for state in states}
    return {block.id: [by_id[item_id] for item_id in block.items] for block in practices}


def check_states(session: Session, registration: Registration, item_ids: Iterable[str]) -> list[CheckState]:
    """Check items in order, each with the latest answer, in one query."""
    module, wanted = library.module(session, registration.module_id), list(item_ids)
    if module is None or not wanted:
        return []
    answers = _latest_answers(session, registration, wanted)
    found = [(item, answers.get(item.id)) for item in map(module.check, wanted) if item]
    return [check_state(item, registration.uuid, tuple(kept.response) if kept else ()) for item, kept in found]


def check_state(item: Item, seed: UUID | str, response: Response, form: Form | None = None) -> CheckState:
    """A check with the answer given, or with what was typed when that could not be read."""
    presented = present(item, str(seed))
    shown = show(item, presented, form or {})
    if not response:
        return CheckState(item, shown, uuid4())
    return CheckState(item, shown, uuid4(), explain(item, presented, response), grading.mark(item, response))


def _latest_answers(session: Session, registration: Registration, item_ids: list[str]) -> dict[str, CheckAnswer]:
    asked = {"registration": registration.id, "items": item_ids}
    return {answer.item_id: answer for answer in session.scalars(_LATEST_ANSWERS, asked)}


def _question(attempt: QuizAttempt, module: Module, place: int, item_id: str, kept: QuizResponse | None) -> Question:
    item = module.item(item_id)
    if item is None:
        raise LookupError(f"revision {attempt.revision_id} has no item {item_id}")
    response = tuple(kept.response) if kept else ()
    return Question(place, item, present(item, str(attempt.uuid)), response, kept.version if kept else 0)


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: quizzes with every answer, and answers to checks."""
    attempts = own_rows(session, person_id, QuizAttempt)
    responses = select(QuizResponse).filter(QuizResponse.attempt_id.in_([attempt.id for _, attempt in attempts]))
    again = select(QuizRegrade).filter(QuizRegrade.attempt_id.in_([attempt.id for _, attempt in attempts]))
    regrades: dict[int, list[dict[str, Any]]] = {}
    for regrade in session.scalars(again.order_by(QuizRegrade.id)):
        regrades.setdefault(regrade.attempt_id, []).append(as_facts(regrade))
    given: dict[int, list[QuizResponse]] = {}
    for response in session.scalars(responses.order_by(QuizResponse.id)):
        given.setdefault(response.attempt_id, []).append(response)
    return {
        "quiz_attempts": [
            {"module": taken.module_id}
            | as_facts(attempt)
            | {"responses": _told(session, attempt, given.get(attempt.id, []))}
            | {"marked_again": regrades.get(attempt.id, [])}
            for taken, attempt in attempts
        ],
        "check_answers": own_facts(session, person_id, CheckAnswer),
    }


def _told(session: Session, attempt: QuizAttempt, given: Iterable[QuizResponse]) -> list[dict[str, Any]]:
    """Answers as they are kept; before they are handed in, in words: ids stand in the author's order, often the key."""
    if attempt.submitted_at:
        return [as_facts(response) for response in given]
    words = {question.item.id: question.words for question in sitting(session, attempt).questions}
    return [as_facts(response) | {"response": words.get(response.item_id, [])} for response in given]
