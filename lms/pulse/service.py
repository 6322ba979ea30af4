"""Keeping what managers say of themselves."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import events, vault
from lms.accounts.service import data_key
from lms.content import blocks
from lms.content.module import Page
from lms.db import UNSEEN, insert
from lms.enrolment.models import Registration
from lms.enrolment.service import forget_rows
from lms.outbox.service import record
from lms.progress.service import Activity
from lms.pulse import groups, rating
from lms.pulse.models import ModuleComment, RatingCount, RatingGroup, SelfAssessment
from lms.pulse.rating import Ratings
from lms.pulse.team import service as team

LOOKING_BACK = "@look-back"
"""After the id of a block: answers that also say how it was before."""


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
    given = select(SelfAssessment).filter_by(registration_id=registration.id, block_id=block.id)
    earlier = session.scalars(given).all()
    if any(one.token == token for one in earlier):
        return
    key = data_key(session, activity.person)
    made = SelfAssessment(registration_id=registration.id, block_id=block.id, token=token, answered_at=activity.at)
    made.sealed = vault.seal(key, rating.to_text(ratings), _about(registration, made))
    session.add(made)
    if not any(_is_alike(key, registration, one, ratings) for one in earlier):
        count(session, activity.module.id, block.id, ratings)
    if comment.strip():
        comment_on = activity.module.id
        session.add(ModuleComment(module_id=comment_on, block_id=block.id, text=comment, written_on=activity.at.date()))
    record(session, events.SelfAssessed(**activity.fact, assessment_id=block.id, page_id=page.id))


def open_ratings(key: bytes, registration: Registration, kept: SelfAssessment) -> Ratings:
    """What was rated, for whoever rated it. Raises SealBrokenError."""
    return rating.from_text(vault.open_sealed(key, kept.sealed, _about(registration, kept)))


def count(session: Session, module_id: str, block_id: str, ratings: Ratings) -> None:
    """Count a person's ratings without a name; they are not shown before so many others have come as make a group.

    Of one person only the first answer counts, and the first that says how it was before.
    """
    place = {"module_id": module_id, "block_id": counted_as(block_id, ratings)}
    # The group's row is locked from here to the end of the transaction, so that a group is made whole once.
    waiting = _one_more(session, RatingGroup, **place)
    for statement_id, step in ratings.items():
        _one_more(session, RatingCount, **place, statement_id=statement_id, place=step)
    if groups.is_whole(waiting):
        for table in (RatingGroup, RatingCount):
            counted = update(table).filter_by(**place).values(shown=table.shown + table.waiting, waiting=0)
            session.execute(counted, execution_options=UNSEEN)


def _one_more(session: Session, table: type[RatingGroup] | type[RatingCount], **place: str | int) -> int:
    """One more waits; how many do now."""
    new = insert(session, table).values(**place, shown=0, waiting=1)
    more = new.on_conflict_do_update(index_elements=list(place), set_={"waiting": table.waiting + 1})
    return session.execute(more.returning(table.waiting)).scalar_one()


def counted_as(block_id: str, ratings: Ratings) -> str:
    """An answer that says how it was before is counted apart from the first one."""
    return f"{block_id}{LOOKING_BACK}" if rating.looks_back(ratings) else block_id


def _is_alike(key: bytes, registration: Registration, kept: SelfAssessment, ratings: Ratings) -> bool:
    try:
        return rating.looks_back(open_ratings(key, registration, kept)) == rating.looks_back(ratings)
    except vault.SealBrokenError:
        return False


def _about(registration: Registration, kept: SelfAssessment) -> str:
    return f"self-assessment {kept.block_id} of {registration.uuid}, answer {kept.token}"


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what a person said of themselves, and of what they asked their team."""
    forget_rows(session, person_id, SelfAssessment)
    team.forget(session, person_id)
