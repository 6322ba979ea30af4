"""Looking up what many people answered. Whoever looks twice must not find out what the one who came between said:
only whole groups are counted, in the order in which people came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.commitment.looking_back import Did
from lms.commitment.models import Commitment, FollowUp
from lms.enrolment.models import Registration
from lms.pulse.groups import GROUP, whole
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.reports.results.items import BLOCK, Sitting
from lms.reports.results.plans import Kept

MOST = 5 * BLOCK
"""People whose first tries are looked at: no more than so many, the latest of them."""


def first_sittings(session: Session, module_id: str) -> tuple[int, list[Sitting]]:
    """How many people have handed the quiz of a module in, and the first tries of the latest of them.

    Both count whole groups only. The earliest go a block at a time: if they went one by one, who goes could be told.
    """
    first = (
        select(QuizAttempt)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id, QuizAttempt.number == 1, QuizAttempt.submitted_at.is_not(None))
    )
    people = whole(session.scalar(select(func.count()).select_from(first.subquery())) or 0)
    start = -(-max(0, people - MOST) // BLOCK) * BLOCK
    looked_at = first.order_by(QuizAttempt.submitted_at, QuizAttempt.id).offset(start).limit(people - start)
    attempts = looked_at.with_only_columns(QuizAttempt.id, QuizAttempt.items).subquery()
    items: dict[int, Sequence[str]] = {row.id: row.items for row in session.execute(select(attempts))}
    answers: dict[int, list[Any]] = defaultdict(list)
    columns = (QuizResponse.attempt_id, QuizResponse.item_id, QuizResponse.response, QuizResponse.raw, QuizResponse.max)
    for row in session.execute(select(*columns).join(attempts, attempts.c.id == QuizResponse.attempt_id)):
        answers[row.attempt_id].append(row)
    return people, [_sitting(drawn, answers[id_]) for id_, drawn in items.items()]


def asked_again(session: Session, module_id: str) -> dict[str, tuple[float, int]]:
    """What questions of a module were worth when they were asked again later, in a warm-up or a look back.

    By item the mean share of marks, 0 to 1, and of how many people: the first answer of each, whole groups only.
    """
    first = (
        select(CheckAnswer.item_id, func.min(CheckAnswer.id).label("answer"))
        .join(Registration, Registration.id == CheckAnswer.registration_id)
        .where(CheckAnswer.source_id == module_id, CheckAnswer.occasion.is_not(None))
        .group_by(CheckAnswer.item_id, Registration.person_id)
        .subquery()
    )
    place = func.row_number().over(partition_by=first.c.item_id, order_by=first.c.answer).label("place")
    people = func.count().over(partition_by=first.c.item_id).label("people")
    in_order = select(first, place, people).subquery()
    last = in_order.c.people - in_order.c.people % GROUP
    query = (
        select(CheckAnswer.item_id, func.avg(CheckAnswer.raw / CheckAnswer.max), func.count())
        .join(in_order, in_order.c.answer == CheckAnswer.id)
        .where(in_order.c.place <= last, in_order.c.place > last - MOST)
        .group_by(CheckAnswer.item_id)
    )
    return {item_id: (share, count) for item_id, share, count in session.execute(query)}


def plans_kept(session: Session, module_id: str) -> list[Kept]:
    """What people said of their plans at each look back: the first answer of each, whatever further plans they made."""
    query = (
        select(FollowUp.number, Registration.person_id, FollowUp.did)
        .join(Commitment, Commitment.id == FollowUp.commitment_id)
        .join(Registration, Registration.id == Commitment.registration_id)
        .where(Registration.module_id == module_id, FollowUp.did.is_not(None))
        .order_by(FollowUp.number, FollowUp.answered_at, FollowUp.id)
    )
    said: dict[int, dict[int, Did]] = defaultdict(dict)
    for number, person_id, did in session.execute(query):
        if did is not None:
            said[number].setdefault(person_id, did)
    return [Kept(number, Counter(list(by.values())[: whole(len(by))])) for number, by in said.items()]


def _sitting(drawn: Sequence[str], answers: Sequence[Any]) -> Sitting:
    shares = dict.fromkeys(drawn, 0.0)
    shares |= {row.item_id: (row.raw or 0.0) / row.max for row in answers if row.max}
    return Sitting(shares, {row.item_id: row.response for row in answers})
