"""Answering a question that is asked again."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.library import library
from lms.content.module import Page
from lms.enrolment.service import course
from lms.outbox.service import record
from lms.progress.service import Activity
from lms.quiz import grading
from lms.quiz import service as quiz
from lms.quiz.again import queries
from lms.quiz.again.choosing import Candidate, Occasion
from lms.quiz.models import CheckAnswer
from lms.quiz.responding import Response


def answer(
    session: Session,
    activity: Activity,
    page: Page,
    occasion: Occasion,
    asked: Candidate,
    response: Response,
    token: UUID,
) -> CheckAnswer:
    """Keep and mark an answer to a question that was asked again, perhaps one of an earlier module."""
    of = {"registration_id": activity.registration.id, "item_id": asked.item.id, "token": token}
    kept = session.scalar(select(CheckAnswer).filter_by(**of))
    if kept is not None:
        return kept
    answer = quiz.keep_check(session, activity, asked.item, response, token)
    answer.occasion, answer.source_id = occasion.id, asked.source_id
    session.flush()
    seed = queries.seed_of(activity.registration, occasion)
    told = quiz.told_of(activity, asked.item, response, grading.mark(asked.item, response), seed)
    source = library.module(session, asked.source_id)
    of_course = course(activity.programme, source) if source and source.id != activity.module.id else None
    record(session, replace(told, page_id=page.id, item_of=of_course))
    return answer
