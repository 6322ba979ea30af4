"""On which ids of a module learners' work hangs, and how many people's."""

from __future__ import annotations

from functools import partial

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.authoring.publishing.changes import Work
from lms.authoring.publishing.guarding import Key, Nature, Threat, natures, threats
from lms.authoring.queries import LOOKED_BACK
from lms.commitment.models import Commitment, ExerciseMark
from lms.content.library import library
from lms.content.models import Revision, Standing
from lms.content.module import Module
from lms.content.problems import ContentError
from lms.enrolment.models import Registration
from lms.progress.models import PageProgress
from lms.pulse.models import SelfAssessment
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.reflection.models import Entry
from lms.scenario.models import ScenarioRun
from lms.ui.counting import people


def work_on(session: Session, module_id: str) -> Work:
    """What learners have done in a module."""
    people_of = func.count(distinct(Registration.person_id))
    answered = (
        select(QuizResponse.item_id, people_of)
        .join(QuizAttempt, QuizAttempt.id == QuizResponse.attempt_id)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id)
        .group_by(QuizResponse.item_id)
    )
    written = (
        select(Entry.block_id, func.count(distinct(Entry.person_id)))
        .where(Entry.module_id == module_id)
        .group_by(Entry.block_id)
    )
    in_a_quiz = (
        select(func.count())
        .select_from(QuizAttempt)
        .join(Registration, Registration.id == QuizAttempt.registration_id)
        .where(Registration.module_id == module_id, QuizAttempt.submitted_at.is_(None))
    )
    return Work(
        items=dict(session.execute(answered).all()),
        checks=_by(session, module_id, CheckAnswer.item_id, CheckAnswer.registration_id),
        prompts=dict(session.execute(written).all())
        | _by(session, module_id, Commitment.block_id, Commitment.registration_id)
        | _by(session, module_id, ExerciseMark.block_id, ExerciseMark.registration_id)
        | _by(session, module_id, SelfAssessment.block_id, SelfAssessment.registration_id),
        stories=_by(session, module_id, ScenarioRun.scenario_id, ScenarioRun.registration_id),
        pages=_by(session, module_id, PageProgress.page_id, PageProgress.registration_id),
        in_a_quiz=session.scalar(in_a_quiz) or 0,
    )


def warning(session: Session, module_id: str, id_: str) -> str:
    """What is said to someone who takes an id away on which people have worked; empty if nobody has."""
    work = work_on(session, module_id)
    count = max(counts.get(id_, 0) for counts in (work.items, work.checks, work.prompts, work.stories))
    said = f" {people(count)} worked on it. “Undo my last change” brings it back; without that you will be asked"
    return f"{said} before the draft is published." if id_ and count else ""


def threats_to(session: Session, old: Module | None, new: Module) -> list[Threat]:
    """What would happen to people's work if a module were published as it is now."""
    return threats(old, new, work_on(session, new.id), partial(_earlier, session, new.id))


def _earlier(session: Session, module_id: str, key: Key) -> Nature | None:
    """What an id stood for that is not in the published revision, and has work."""
    query = select(Revision.id).filter_by(subject=module_id, standing=Standing.SUPERSEDED)
    for revision_id in session.scalars(query.order_by(Revision.number.desc()).limit(LOOKED_BACK)):
        try:
            found = natures(library.revision(session, revision_id)).get(key)
        except ContentError:  # it keeps to rules that have changed since
            continue
        if found:
            return found
    return None


def _by(
    session: Session, module_id: str, what: InstrumentedAttribute[str], whose: InstrumentedAttribute[int]
) -> dict[str, int]:
    query = (
        select(what, func.count(distinct(whose)))
        .join(Registration, Registration.id == whose)
        .where(Registration.module_id == module_id)
        .group_by(what)
    )
    return dict(session.execute(query).all())
