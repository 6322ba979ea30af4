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
from lms.pulse.groups import GROUP
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.reports.results.items import Sitting
from lms.reports.results.plans import Kept

MOST = 250 * GROUP
"""People whose first tries are looked at: the latest of them."""


def whole(people: int) -> int:
    """How many of so many people are in whole groups."""
    return people - people % GROUP


def first_sittings(session: Session, module_id: str) -> tuple[int, list[Sitting]]:
    """How many people have handed the quiz of a module in, and the first tries of the latest of them.

    Both count whole groups only.
    """
    first = (
        select(QuizAttempt)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id, QuizAttempt.number == 1, QuizAttempt.submitted_at.is_not(None))
    )
    people = whole(session.scalar(select(func.count()).select_from(first.subquery())) or 0)
    start = max(0, people - MOST)
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

    By item the mean share of marks, 0 to 1, and how many answers; whole groups only.
    """
    query = (
        select(CheckAnswer.item_id, CheckAnswer.raw, CheckAnswer.max)
        .where(CheckAnswer.source_id == module_id, CheckAnswer.occasion.is_not(None))
        .order_by(CheckAnswer.id.desc())
        .limit(MOST * GROUP)
    )
    shares: dict[str, list[float]] = defaultdict(list)
    for item_id, raw, most in session.execute(query):
        shares[item_id].append(raw / most)
    counted = {item_id: found[len(found) % GROUP :] for item_id, found in shares.items()}
    return {item_id: (sum(found) / len(found), len(found)) for item_id, found in counted.items() if found}


def plans_kept(session: Session, module_id: str) -> list[Kept]:
    """What people said of their plans at each look back."""
    query = (
        select(FollowUp.number, FollowUp.did)
        .join(Commitment, Commitment.id == FollowUp.commitment_id)
        .join(Registration, Registration.id == Commitment.registration_id)
        .where(Registration.module_id == module_id, FollowUp.did.is_not(None))
        .order_by(FollowUp.number, FollowUp.answered_at, FollowUp.id)
    )
    said: dict[int, list[Did]] = defaultdict(list)
    for number, did in session.execute(query):
        if did is not None:
            said[number].append(did)
    return [Kept(number, Counter(all_of[: whole(len(all_of))])) for number, all_of in said.items()]


def _sitting(drawn: Sequence[str], answers: Sequence[Any]) -> Sitting:
    shares = dict.fromkeys(drawn, 0.0)
    shares |= {row.item_id: (row.raw or 0.0) / row.max for row in answers if row.max}
    return Sitting(shares, {row.item_id: row.response for row in answers})
