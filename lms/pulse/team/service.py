"""Opening a team pulse, counting answers without names, and closing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID, uuid4

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.schema import PulsePlan
from lms.db import UNSEEN
from lms.pulse.groups import GROUP
from lms.pulse.team.asking import digest, new_key
from lms.pulse.team.models import Occasion, TeamPulse, TeamPulseCount
from lms.pulse.team.queries import by_key, is_open, own_pulses


@dataclass(frozen=True)
class Wanted:
    """What a manager says who opens a pulse."""

    team: str
    occasion: Occasion
    people: int


class Outcome(Enum):
    """What became of an answer."""

    COUNTED = auto()
    AGAIN = auto()
    """The same form was sent before: it is counted once."""
    CLOSED = auto()
    FULL = auto()
    """As many have answered as there are people in the team."""


def open_pulse(session: Session, person: Person, plan: PulsePlan, wanted: Wanted, uuid: UUID, on: dt.date) -> TeamPulse:
    """A new pulse, or the one that this manager has open: two at once could be told apart by who answers which."""
    # Two tabs may come at the same moment: the second waits here and finds what the first opened.
    session.execute(select(Person.id).filter_by(id=person.id).with_for_update())
    mine = own_pulses(session, person.id)
    already = [one for one in mine if is_open(one, on) or one.uuid == uuid]
    if already:
        return already[0]
    if session.scalar(select(TeamPulse.id).filter_by(uuid=uuid)):
        uuid = uuid4()  # somebody sends the form of another
    made = TeamPulse(
        uuid=uuid,
        person_id=person.id,
        key=new_key(),
        team=wanted.team,
        occasion=wanted.occasion,
        people=wanted.people,
        scale=list(plan.scale),
        statements=[[one.id, one.text] for one in plan.statements],
        opened_on=on,
        closes_on=on + dt.timedelta(days=plan.open_days),
        forms_used=[],
    )
    session.add(made)
    session.flush()
    for one in plan.statements:
        for place in range(len(plan.scale)):
            session.add(TeamPulseCount(pulse_id=made.id, statement_id=one.id, place=place, people=0))
    session.flush()
    return made


def answer(session: Session, key: str, form_number: str, chosen: Mapping[str, int], on: dt.date) -> Outcome | None:
    """Count what a colleague chose; None where there is no such pulse. `form_number` is that of the form alone."""
    found = by_key(session, key, for_update=True)
    if found is None:
        return None
    used, mark = set(found.forms_used), digest(form_number)
    if not is_open(found, on):
        return Outcome.CLOSED
    if mark in used:
        return Outcome.AGAIN
    if found.answers >= found.people:
        return Outcome.FULL
    found.answers += 1
    # Sorted: in the order in which they came they would say who was the last.
    found.forms_used = sorted({*used, mark})
    _raise(session, found.id, chosen)
    return Outcome.COUNTED


def _raise(session: Session, pulse_id: int, chosen: Mapping[str, int]) -> None:
    """Each of these counts is one more. All others are written anew too, so that none looks younger."""
    table = TeamPulseCount
    ours = [and_(table.statement_id == id_, table.place == place) for id_, place in chosen.items()]
    more = table.people + case((or_(*ours), 1), else_=0)
    session.execute(update(table).filter_by(pulse_id=pulse_id).values(people=more), execution_options=UNSEEN)


def close(session: Session, found: TeamPulse) -> None:
    """No more answers. What was counted of fewer people than make a group is forgotten, since nobody may see it."""
    found.is_closed, found.forms_used = True, []
    if found.answers < GROUP:
        found.answers = 0
        session.execute(delete(TeamPulseCount).filter_by(pulse_id=found.id), execution_options=UNSEEN)


def throw_away(session: Session, found: TeamPulse) -> None:
    """Nothing is left of a pulse."""
    session.execute(delete(TeamPulseCount).filter_by(pulse_id=found.id), execution_options=UNSEEN)
    session.execute(delete(TeamPulse).filter_by(id=found.id), execution_options=UNSEEN)


def close_due(session: Session, on: dt.date, most: int) -> int:
    """Close some of those whose days are over; how many."""
    due = select(TeamPulse).where(TeamPulse.is_closed.is_(False), TeamPulse.closes_on < on).limit(most)
    found = session.scalars(due.with_for_update(skip_locked=True)).all()
    for one in found:
        close(session, one)
    return len(found)


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of the pulses that a manager opened."""
    mine = select(TeamPulse.id).filter_by(person_id=person_id)
    counts = delete(TeamPulseCount).where(TeamPulseCount.pulse_id.in_(mine))
    session.execute(counts, execution_options=UNSEEN)
    session.execute(delete(TeamPulse).filter_by(person_id=person_id), execution_options=UNSEEN)
