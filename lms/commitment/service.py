"""Making a plan and changing it; ticking off what was done on shift."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import events, vault
from lms.accounts.models import Person
from lms.accounts.service import data_key
from lms.commitment import planning
from lms.commitment.looking_back import Report
from lms.commitment.models import Commitment, ExerciseMark, FollowUp
from lms.commitment.planning import Plan
from lms.content import blocks
from lms.content.module import Page
from lms.enrolment.models import Registration
from lms.enrolment.service import forget_rows
from lms.outbox.service import record
from lms.progress.service import Activity


class ChangedError(Exception):
    """The plan was changed elsewhere since the page was made."""

    def __init__(self, plan: Plan, version: int) -> None:
        super().__init__(version)
        self.plan = plan
        self.version = version


def save_plan(
    session: Session, activity: Activity, page: Page, block: blocks.Commitment, plan: Plan, version: int
) -> int:
    """Keep a plan and say its version. Raises ChangedError where there is a newer, different one than `version`."""
    key = data_key(session, activity.person)
    query = select(Commitment).filter_by(registration_id=activity.registration.id, block_id=block.id)
    kept = session.scalar(query)
    before = open_plan(key, activity.registration, kept) if kept else Plan()
    if plan == before:
        return kept.version if kept else 0
    if kept is None:
        kept = Commitment(registration_id=activity.registration.id, block_id=block.id, version=0)
        session.add(kept)
    elif kept.version != version:
        raise ChangedError(before, kept.version)
    kept.version, kept.changed_at = kept.version + 1, activity.at
    kept.sealed = vault.seal(key, plan.to_text(), _about(activity.registration, kept))
    if plan.is_whole and kept.made_at is None:
        _make(session, activity, page, block, kept)
    return kept.version


def open_plan(key: bytes, registration: Registration, kept: Commitment) -> Plan:
    """The words of a plan, for its author. Raises SealBrokenError."""
    return Plan.from_text(vault.open_sealed(key, kept.sealed, _about(registration, kept)))


def tick_off(
    session: Session, activity: Activity, page: Page, block: blocks.Exercise, done_on: dt.date | None = None
) -> None:
    """An exercise was done, perhaps on an earlier day; the first tick is told. A second click changes nothing."""
    mark = _mark(session, activity, block)
    if mark is None:
        mark = ExerciseMark(
            registration_id=activity.registration.id, block_id=block.id, first_done_at=activity.at, done_at=None
        )
        session.add(mark)
        record(session, events.ExerciseDone(**activity.fact, exercise_id=block.id, page_id=page.id))
    if mark.done_at is None:
        mark.done_at, mark.done_on = activity.at, done_on


def take_back(session: Session, activity: Activity, block: blocks.Exercise) -> None:
    """It was not done after all."""
    mark = _mark(session, activity, block)
    if mark:
        mark.done_at = mark.done_on = None


def report(session: Session, activity: Activity, page: Page, number: int, said: Report) -> bool:
    """Keep what a learner says of a plan on a day to look back, the words sealed; told once. False if there is none.

    Saying it again takes the place of what was said before.
    """
    query = select(FollowUp, Commitment).join(Commitment, Commitment.id == FollowUp.commitment_id)
    query = query.where(Commitment.registration_id == activity.registration.id, FollowUp.number == number)
    found = session.execute(query).one_or_none()
    if found is None or found[0].due_at > activity.at:
        return False
    follow_up, plan = found
    is_first = follow_up.answered_at is None
    follow_up.happened, follow_up.did, follow_up.decision = said.happened, said.did, said.decision
    follow_up.version += 1
    key = data_key(session, activity.person)
    follow_up.sealed = vault.seal(key, said.obstacle, _about_day(activity.registration, plan, follow_up))
    if is_first:
        follow_up.answered_at = activity.at
        told = events.CommitmentReviewed(
            **activity.fact,
            commitment_id=plan.block_id,
            page_id=page.id,
            number=number,
            happened=said.happened,
            did=said.did,
            decision=said.decision,
        )
        record(session, told)
    return True


def open_obstacle(key: bytes, registration: Registration, plan: Commitment, follow_up: FollowUp) -> str:
    """What got in the way, in its author's words. Raises SealBrokenError."""
    if follow_up.sealed is None:
        return ""
    return vault.open_sealed(key, follow_up.sealed, _about_day(registration, plan, follow_up))


def set_days_without_plan(
    session: Session, person: Person, registration: Registration, block: blocks.Commitment, since: dt.datetime
) -> None:
    """Days to look back at a module for someone who made no plan: counted from a moment, with a plan that is empty."""
    kept = session.scalar(select(Commitment).filter_by(registration_id=registration.id, block_id=block.id))
    if kept is None:
        kept = Commitment(registration_id=registration.id, block_id=block.id, version=0, changed_at=since)
        key = data_key(session, person)
        kept.sealed = vault.seal(key, Plan().to_text(), _about(registration, kept))
        session.add(kept)
    _set_days(kept, block, since)
    session.flush()


def _set_days(kept: Commitment, block: blocks.Commitment, since: dt.datetime) -> None:
    days = planning.due(since, block.follow_up_days)
    kept.follow_ups = [FollowUp(number=number, due_at=due_at) for number, due_at in enumerate(days, 1)]


def _make(session: Session, activity: Activity, page: Page, block: blocks.Commitment, kept: Commitment) -> None:
    kept.made_at = activity.at
    if not kept.follow_ups:  # who completed the module before making a plan has them already
        _set_days(kept, block, activity.at)
    record(session, events.CommitmentMade(**activity.fact, commitment_id=block.id, page_id=page.id))


def _mark(session: Session, activity: Activity, block: blocks.Exercise) -> ExerciseMark | None:
    return session.scalar(select(ExerciseMark).filter_by(registration_id=activity.registration.id, block_id=block.id))


def _about(registration: Registration, kept: Commitment) -> str:
    return f"{_plan_of(registration, kept)}, version {kept.version}"


def _plan_of(registration: Registration, kept: Commitment) -> str:
    return f"plan {kept.block_id} of {registration.uuid}"


def _about_day(registration: Registration, plan: Commitment, follow_up: FollowUp) -> str:
    return f"{_plan_of(registration, plan)}, day {follow_up.number}, version {follow_up.version}"


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of a person's plans and exercises."""
    forget_rows(session, person_id, Commitment, ExerciseMark)
