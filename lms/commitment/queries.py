"""Looking up a learner's own plans and ticks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.service import known_data_key
from lms.commitment.looking_back import Report
from lms.commitment.models import Commitment, ExerciseMark, FollowUp
from lms.commitment.planning import Plan
from lms.commitment.service import open_obstacle, open_plan
from lms.content.blocks import Block
from lms.db import as_facts
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_facts, own_rows
from lms.vault import SealBrokenError

# Made once: to build a query costs more than to ask it.
_FOLLOW_UPS = (
    select(FollowUp, Registration.module_id)
    .join(Commitment, Commitment.id == FollowUp.commitment_id)
    .join(Registration, Registration.id == Commitment.registration_id)
    # Nobody is asked what became of a module that they are still in.
    .where(Registration.completed_at.is_not(None))
)


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


@dataclass(frozen=True)
class OwnFollowUp:
    """A day to look back, with what its learner said then."""

    registration: Registration
    block_id: str
    follow_up: FollowUp
    is_last: bool
    report: Report | None
    """None if it does not open."""


def own_follow_ups(session: Session, person_id: int, module_id: str | None = None) -> list[tuple[str, FollowUp]]:
    """A person's days to look back, each with its module, in order."""
    query = _FOLLOW_UPS.where(Registration.person_id == person_id).order_by(FollowUp.due_at)
    if module_id:
        query = query.where(Registration.module_id == module_id)
    return [(module, follow_up) for follow_up, module in session.execute(query)]


def own_follow_up(session: Session, person: Person, module_id: str, number: int) -> OwnFollowUp | None:
    """One of a person's days to look back at a module."""
    query = select(Commitment, Registration).join(Registration, Registration.id == Commitment.registration_id)
    query = query.where(Registration.person_id == person.id, Registration.module_id == module_id)
    for plan, registration in session.execute(query):
        for follow_up in plan.follow_ups:
            if follow_up.number == number:
                is_last = number == max(one.number for one in plan.follow_ups)
                report = _report(session, person, registration, plan, follow_up)
                return OwnFollowUp(registration, plan.block_id, follow_up, is_last, report)
    return None


def completed_without_days(
    session: Session, module_ids: Collection[str], since: dt.datetime, most: int
) -> list[tuple[Registration, Person, dt.datetime]]:
    """Who completed one of these modules since then, and when, and has no day to look back, for want of a plan."""
    days = select(FollowUp.id).join(Commitment, Commitment.id == FollowUp.commitment_id)
    query = (
        select(Registration, Person, Registration.completed_at)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.completed_at >= since,
            Registration.module_id.in_(module_ids),
            Person.is_active,
            ~days.where(Commitment.registration_id == Registration.id).exists(),
        )
        .limit(most)
        .with_for_update(of=Registration, skip_locked=True)
    )
    return [(registration, person, at) for registration, person, at in session.execute(query) if at is not None]


def to_announce(
    session: Session, at: dt.datetime, most_mails: int, pause: dt.timedelta, most: int
) -> list[tuple[FollowUp, str, Person]]:
    """Days to look back that have come and may have to be announced, each with its module and person, rows locked.

    Not those that were announced `most_mails` times, or tried less than a `pause` ago.
    """
    query = (
        _FOLLOW_UPS.add_columns(Person)
        .join(Person, Person.id == Registration.person_id)
        .where(
            FollowUp.due_at <= at,
            FollowUp.answered_at.is_(None),
            FollowUp.mails < most_mails,
            FollowUp.mailed_at.is_(None) | (FollowUp.mailed_at <= at - pause),
            Person.is_active,
            Person.mails_off_at.is_(None),
        )
        .order_by(FollowUp.due_at)
        .limit(most)
        .with_for_update(of=FollowUp, skip_locked=True)
    )
    return [(follow_up, module, person) for follow_up, module, person in session.execute(query)]


def _report(
    session: Session, person: Person, registration: Registration, plan: Commitment, follow_up: FollowUp
) -> Report | None:
    try:
        obstacle = open_obstacle(known_data_key(session, person), registration, plan, follow_up)
    except SealBrokenError:
        return None
    return Report(follow_up.happened, follow_up.did, follow_up.decision, obstacle)


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
            | {
                "follow_ups": [
                    _follow_up_record(session, person, taken, plan, one, in_clear) for one in plan.follow_ups
                ]
            }
            for taken, plan in plans
        ],
        "exercises": own_facts(session, person.id, ExerciseMark),
    }


def _follow_up_record(
    session: Session, person: Person, taken: Registration, plan: Commitment, one: FollowUp, in_clear: bool
) -> dict[str, Any]:
    report = _report(session, person, taken, plan, one) if in_clear else None
    return as_facts(one) | {"obstacle": report.obstacle if report else None}
