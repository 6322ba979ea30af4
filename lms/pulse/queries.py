"""Looking up what one said of oneself, and what was said of modules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.service import known_data_key
from lms.content import blocks
from lms.content.blocks import Block
from lms.db import as_facts
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_rows
from lms.pulse import rating
from lms.pulse.groups import Spread
from lms.pulse.models import ModuleComment, RatingCount, RatingGroup, SelfAssessment
from lms.pulse.rating import Ratings, Row
from lms.pulse.service import open_ratings
from lms.pulse.team import queries as team
from lms.vault import SealBrokenError


@dataclass(frozen=True)
class AssessmentState:
    """A self-assessment as its page shows it."""

    token: UUID
    ratings: Ratings
    """What the form shows as chosen."""
    rows: Sequence[Row] = ()
    """The latest answer, beside the first; empty before the first."""
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    missing: Sequence[str] = ()
    """Statements that were left out when the form was sent."""
    comment: str = ""
    asked: Sequence[str] = ()
    """What is to be rated: statements, and where one looks back, how it was before (`then-` and the id)."""


def on_page(session: Session, registration: Registration, given: Sequence[Block]) -> Mapping[str, AssessmentState]:
    """The self-assessments of a page, with what their owner has answered."""
    assessments = {block.id: block for block in given if isinstance(block, blocks.SelfAssessment)}
    query = select(SelfAssessment).filter(
        SelfAssessment.registration_id == registration.id, SelfAssessment.block_id.in_(assessments)
    )
    kept = session.scalars(query.order_by(SelfAssessment.block_id, SelfAssessment.id)).all()
    states = {id_: AssessmentState(uuid4(), {}, asked=rating.asked(block)) for id_, block in assessments.items()}
    if kept:
        person = session.get_one(Person, registration.person_id)
        for block_id, group in groupby(kept, lambda one: one.block_id):
            opened = [(one, _ratings(session, person, registration, one)) for one in group]
            answers = [(one, ratings) for one, ratings in opened if ratings is not None]
            # An answer that does not open must not take the whole page away: it looks like none.
            if answers:
                block = assessments[block_id]
                before = _first_elsewhere(session, person, block) if block.then else None
                states[block_id] = _answered(block, answers, before)
    return states


def looking_back(
    session: Session, registration: Registration, block: blocks.SelfAssessment, since: dt.datetime
) -> AssessmentState:
    """A self-assessment as a look back shows it: asked again, and how it was before; answered only since a moment."""
    state = on_page(session, registration, [block])[block.id]
    is_answered = state.last_at is not None and state.last_at >= since
    return replace(state, rows=state.rows if is_answered else (), asked=rating.asked(block, looks_back=True))


def _first_elsewhere(session: Session, person: Person, block: blocks.SelfAssessment) -> dict[str, int]:
    """The first rating of each of these statements in other self-assessments, such as that of the first module."""
    found: dict[str, int] = {}
    for taken, one in own_rows(session, person.id, SelfAssessment):
        if one.block_id != block.id:
            found = (_ratings(session, person, taken, one) or {}) | found
    return {statement.id: found[statement.id] for statement in block.statements if statement.id in found}


def spreads(session: Session, module_id: str, block_id: str) -> tuple[int, list[Spread]]:
    """How whole groups of people rated the statements of a self-assessment, and how many people these are.

    `block_id` with LOOKING_BACK behind it: those answers that also say how it was before.
    """
    place = {"module_id": module_id, "block_id": block_id}
    people = session.scalar(select(RatingGroup.shown).filter_by(**place)) or 0
    counts: dict[str, dict[int, int]] = {}
    for row in session.scalars(select(RatingCount).filter_by(**place).order_by(RatingCount.place)):
        counts.setdefault(row.statement_id, {})[row.place] = row.shown
    return people, [Spread(statement_id, by_place) for statement_id, by_place in counts.items()]


def comments(session: Session, module_id: str | None = None) -> list[ModuleComment]:
    """What learners want the authors of a module (or of all) to know, the latest last."""
    query = select(ModuleComment).order_by(ModuleComment.module_id, ModuleComment.written_on, ModuleComment.id)
    return list(session.scalars(query.filter_by(module_id=module_id) if module_id else query))


def _answered(
    block: blocks.SelfAssessment, answers: Sequence[tuple[SelfAssessment, Ratings]], before: Ratings | None
) -> AssessmentState:
    found = rating.rows(block, [ratings for _, ratings in answers], before)
    first_at, last_at = answers[0][0].answered_at, answers[-1][0].answered_at
    return AssessmentState(uuid4(), {}, found, first_at, last_at, asked=rating.asked(block))


def own_record(session: Session, person: Person, in_clear: bool) -> dict[str, Any]:
    """What is kept here of a person: how they saw themselves, the ratings only in clear for whoever gave them; and the
    pulses that they opened.

    Comments on modules and answers to a team's pulse bear no name, so nobody can say which are theirs.
    """
    given = own_rows(session, person.id, SelfAssessment)
    return {
        "self_assessments": [
            {"module": taken.module_id}
            | as_facts(one)
            | {"ratings": _ratings(session, person, taken, one) if in_clear else None}
            for taken, one in given
        ],
        "team_pulses": team.own_record(session, person.id),
    }


def _ratings(session: Session, person: Person, taken: Registration, kept: SelfAssessment) -> dict[str, int] | None:
    try:
        return dict(open_ratings(known_data_key(session, person), taken, kept))
    except SealBrokenError:
        return None
