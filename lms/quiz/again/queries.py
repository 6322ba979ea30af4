"""Looking up which questions are asked again, and what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.blocks import Block, WarmUp
from lms.content.library import library
from lms.content.module import Module
from lms.content.schema import Item
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_registrations
from lms.quiz import queries as quiz
from lms.quiz.again.choosing import Candidate, Occasion, choose
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.quiz.queries import CheckState


@dataclass(frozen=True)
class Again:
    """A question that is asked again, and the module that it comes from."""

    source: Module
    state: CheckState
    error: str = ""
    """Why what was sent cannot be read."""

    @property
    def name(self) -> tuple[str, str]:
        """Its module and id."""
        return self.source.id, self.state.item.id


def warm_ups_on_page(
    session: Session, registration: Registration, blocks: Sequence[Block]
) -> Mapping[str, tuple[Again, ...]]:
    """The questions of a page's warm-ups, each with the latest answer."""
    found = {block.id: warm_up(session, registration, block) for block in blocks if isinstance(block, WarmUp)}
    return {block_id: asked_again(session, registration, occasion) for block_id, occasion in found.items()}


def warm_up(session: Session, registration: Registration, block: WarmUp) -> Occasion:
    """The warm-up of a module brings back what its learner began of the modules before it in the programme."""
    programme = library.programme(session)
    order = [planned.id for planned in programme.modules] if programme else []
    earlier = order[: order.index(registration.module_id)] if registration.module_id in order else []
    return Occasion(block.id, tuple(earlier), block.draws, registration.started_at or registration.registered_at)


def asked_again(session: Session, registration: Registration, occasion: Occasion) -> tuple[Again, ...]:
    """The questions of an occasion, each with the latest answer given there."""
    chosen = chosen_for(session, registration, occasion)
    if not chosen:
        return ()
    query = select(CheckAnswer).filter_by(registration_id=registration.id, occasion=occasion.id)
    given = {(kept.source_id, kept.item_id): kept for kept in session.scalars(query.order_by(CheckAnswer.id))}
    return tuple(_again(session, registration, occasion, one, given.get(one.name)) for one in chosen)


def chosen_for(session: Session, registration: Registration, occasion: Occasion) -> tuple[Candidate, ...]:
    """Which questions are asked again. Those of a quiz are among them once it is passed: no key is given away."""
    taken = own_registrations(session, registration.person_id)
    sources = [taken[source] for source in occasion.sources if source in taken]
    wrong = _went_wrong(session, sources, occasion.before)
    candidates = [
        Candidate(source.module_id, item, went_wrong=(source.module_id, item.id) in wrong)
        for source in sources
        for item in _askable(session, source, occasion.before)
    ]
    return choose(candidates, occasion.count, seed_of(registration, occasion))


def seed_of(registration: Registration, occasion: Occasion) -> str:
    """What the choice of questions and the order of their options depend on."""
    return f"{registration.uuid} {occasion.id}"


def _askable(session: Session, source: Registration, before: dt.datetime) -> Iterable[Item]:
    module = library.module(session, source.module_id)
    if module is None:
        return ()
    is_passed = source.passed_at is not None and source.passed_at <= before
    return (*module.bank.checks, *(module.bank.items if is_passed else ()))


def _went_wrong(session: Session, sources: Iterable[Registration], before: dt.datetime) -> set[tuple[str, str]]:
    """Module and item of what was last answered without all marks, in pages, warm-ups and quizzes handed in."""
    modules = {source.id: source.module_id for source in sources}
    checks = select(CheckAnswer).where(CheckAnswer.registration_id.in_(modules), CheckAnswer.answered_at < before)
    quizzes = (
        select(QuizResponse, QuizAttempt)
        .join(QuizAttempt, QuizAttempt.id == QuizResponse.attempt_id)
        .where(QuizAttempt.registration_id.in_(modules), QuizAttempt.submitted_at < before)
    )
    answers: list[tuple[dt.datetime, str, str, bool]] = [
        (kept.answered_at, kept.source_id or modules[kept.registration_id], kept.item_id, kept.raw < kept.max)
        for kept in session.scalars(checks)
    ]
    answers += [
        (attempt.submitted_at or kept.answered_at, modules[attempt.registration_id], kept.item_id, _is_short(kept))
        for kept, attempt in session.execute(quizzes)
    ]
    latest = {(module_id, item_id): is_wrong for _, module_id, item_id, is_wrong in sorted(answers)}
    return {name for name, is_wrong in latest.items() if is_wrong}


def _is_short(kept: QuizResponse) -> bool:
    return kept.raw is not None and kept.max is not None and kept.raw < kept.max


def _again(
    session: Session, registration: Registration, occasion: Occasion, one: Candidate, kept: CheckAnswer | None
) -> Again:
    module = library.module(session, one.source_id)
    assert module is not None
    response = tuple(kept.response) if kept else ()
    return Again(module, quiz.check_state(one.item, seed_of(registration, occasion), response))
