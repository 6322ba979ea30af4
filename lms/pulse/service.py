"""Keeping what managers say of themselves."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import events, vault
from lms.accounts.service import data_key
from lms.content import blocks
from lms.content.module import Page
from lms.enrolment.models import Registration
from lms.enrolment.service import forget_rows
from lms.outbox.service import record
from lms.progress.service import Activity
from lms.pulse import rating
from lms.pulse.models import ModuleComment, SelfAssessment
from lms.pulse.rating import Ratings


def answer(
    session: Session,
    activity: Activity,
    page: Page,
    block: blocks.SelfAssessment,
    ratings: Ratings,
    comment: str,
    token: UUID,
) -> None:
    """Keep the ratings of one answer, sealed, and pass a comment on without a name. The same form twice is one."""
    registration = activity.registration
    same = select(SelfAssessment).filter_by(registration_id=registration.id, block_id=block.id, token=token)
    if session.scalar(same):
        return
    made = SelfAssessment(registration_id=registration.id, block_id=block.id, token=token, answered_at=activity.at)
    made.sealed = vault.seal(data_key(session, activity.person), rating.to_text(ratings), _about(registration, made))
    session.add(made)
    if comment.strip():
        comment_on = activity.module.id
        session.add(ModuleComment(module_id=comment_on, block_id=block.id, text=comment, written_on=activity.at.date()))
    record(session, events.SelfAssessed(**activity.fact, assessment_id=block.id, page_id=page.id))


def open_ratings(key: bytes, registration: Registration, kept: SelfAssessment) -> Ratings:
    """What was rated, for whoever rated it. Raises SealBrokenError."""
    return rating.from_text(vault.open_sealed(key, kept.sealed, _about(registration, kept)))


def _about(registration: Registration, kept: SelfAssessment) -> str:
    return f"self-assessment {kept.block_id} of {registration.uuid}, answer {kept.token}"


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what a person said of themselves."""
    forget_rows(session, person_id, SelfAssessment)
