"""Looking up which looks back wait for a learner, and all that one of them shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.commitment import queries as commitment
from lms.commitment.looking_back import Report
from lms.commitment.models import FollowUp
from lms.commitment.planning import Plan
from lms.commitment.queries import PlanState
from lms.content.blocks import Block, Commitment, Reflection, SelfAssessment
from lms.content.library import library
from lms.content.module import Module, Page
from lms.enrolment.models import Registration
from lms.lookback.waiting import Due, waiting
from lms.pulse import queries as pulse
from lms.quiz.again import queries as again
from lms.quiz.again.choosing import Occasion
from lms.reflection import queries as reflection

QUESTIONS, QUESTIONS_AT_THE_END = 3, 4
BASELINE = "baseline"
"""The self-assessment that is answered once more at the end."""


@dataclass(frozen=True)
class Piece:
    """A block of the module that is shown again, with its state."""

    page: Page
    block: Block
    state: Any

    @property
    def anchor(self) -> str:
        """As on its page, so that a script can put what comes back in its place."""
        return f"block-{self.block.kind}-{self.block.id}"


@dataclass(frozen=True)
class LookBack:
    """A look back at a module, as its page shows it."""

    module: Module
    registration: Registration
    number: int
    due_at: dt.datetime
    answered_at: dt.datetime | None
    is_last: bool
    plan: Piece
    report: Report | None
    """What was said of the plan; None if it does not open."""
    questions: Sequence[again.Again]
    writing: Sequence[Piece] = ()
    assessment: Piece | None = None


def own_waiting(session: Session, person_id: int, at: dt.datetime, module_id: str | None = None) -> list[Due]:
    """The looks back that wait for a person, at all modules or at one."""
    days = commitment.own_follow_ups(session, person_id, module_id)
    last = {module: one.number for module, one in sorted(days, key=lambda day: day[1].number)}
    dues = (
        Due(module, one.number, one.due_at, one.answered_at is not None, one.number == last[module])
        for module, one in days
    )
    return waiting(dues, at)


def own_days(session: Session, registration: Registration) -> list[FollowUp]:
    """The days on which to look back at a module."""
    return [one for _, one in commitment.own_follow_ups(session, registration.person_id, registration.module_id)]


def own_look_back(session: Session, person: Person, module_id: str, number: int, at: dt.datetime) -> LookBack | None:
    """A person's look back at a module; None if there is none, or its day has not come."""
    module = library.module(session, module_id)
    found = commitment.own_follow_up(session, person, module_id, number)
    if module is None or found is None or found.follow_up.due_at > at:
        return None
    place = module.find(found.block_id, Commitment)
    if place is None:
        return None
    page, block = place
    plans = commitment.plans_on_page(session, found.registration, [block])
    is_last = found.is_last
    return LookBack(
        module,
        found.registration,
        number,
        found.follow_up.due_at,
        found.follow_up.answered_at,
        is_last,
        Piece(page, block, plans.get(block.id, PlanState(Plan(), 0))),
        found.report,
        again.asked_again(session, found.registration, occasion(module_id, found.follow_up, is_last)),
        _writing(session, module, found.registration) if is_last else (),
        _assessment(session, module, found.registration, found.follow_up) if is_last else None,
    )


def occasion(module_id: str, follow_up: FollowUp, is_last: bool) -> Occasion:
    """The questions of a look back."""
    count = QUESTIONS_AT_THE_END if is_last else QUESTIONS
    return Occasion(f"look-back-{follow_up.number}", (module_id,), count, follow_up.due_at)


def _writing(session: Session, module: Module, registration: Registration) -> list[Piece]:
    """The reflections that come back, where something was written on them."""
    blocks = [(page, one) for page, one in module.blocks() if isinstance(one, Reflection) and one.revisit]
    sheets = reflection.on_page(session, registration, [one for _, one in blocks])
    return [Piece(page, one, sheets[one.id]) for page, one in blocks if sheets[one.id].writing.is_kept]


def _assessment(session: Session, module: Module, registration: Registration, follow_up: FollowUp) -> Piece | None:
    place = module.find(BASELINE, SelfAssessment)
    if place is None:
        return None
    page, block = place
    return Piece(page, block, pulse.looking_back(session, registration, block, follow_up.due_at))
