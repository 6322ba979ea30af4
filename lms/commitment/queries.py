"""Looking up a learner's own plans and ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.service import known_data_key
from lms.commitment.models import Commitment, ExerciseMark, FollowUp
from lms.commitment.planning import Plan
from lms.commitment.service import open_plan
from lms.content.blocks import Block
from lms.db import as_facts
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_facts, own_rows
from lms.vault import SealBrokenError


@dataclass(frozen=True)
class PlanState:
    """A plan as its author sees it."""

    plan: Plan
    version: int
    is_shut: bool = False
    """Whether its words cannot be opened."""
    follow_ups: Sequence[FollowUp] = ()


def plans_on_page(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, PlanState]:
    """The plans made in these blocks."""
    query = select(Commitment).filter(
        Commitment.registration_id == registration.id, Commitment.block_id.in_([block.id for block in blocks])
    )
    kept = session.scalars(query).all()
    if not kept:
        return {}
    person = session.get_one(Person, registration.person_id)
    return {one.block_id: _state(session, person, registration, one) for one in kept}


def exercises_on_page(
    session: Session, registration: Registration, blocks: Sequence[Block]
) -> Mapping[str, ExerciseMark]:
    """The exercises of these blocks that were ticked off."""
    query = select(ExerciseMark).filter(
        ExerciseMark.registration_id == registration.id,
        ExerciseMark.block_id.in_([block.id for block in blocks]),
        ExerciseMark.done_at.is_not(None),
    )
    return {mark.block_id: mark for mark in session.scalars(query)}


def _state(session: Session, person: Person, registration: Registration, kept: Commitment) -> PlanState:
    try:
        plan = open_plan(known_data_key(session, person), registration, kept)
    except SealBrokenError:
        return PlanState(Plan(), kept.version, is_shut=True)
    return PlanState(plan, kept.version, follow_ups=kept.follow_ups)


def own_record(session: Session, person: Person, in_clear: bool) -> dict[str, Any]:
    """What is kept here of a person: plans, their words only in clear for whoever made them; exercises."""
    plans = own_rows(session, person.id, Commitment)
    return {
        "plans": [
            {"module": taken.module_id}
            | as_facts(plan)
            | {"words": asdict(_state(session, person, taken, plan).plan) if in_clear else None}
            | {"follow_ups": [as_facts(one) for one in plan.follow_ups]}
            for taken, plan in plans
        ],
        "exercises": own_facts(session, person.id, ExerciseMark),
    }
