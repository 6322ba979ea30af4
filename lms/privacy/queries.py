"""Everything that is kept of one person, as each room tells it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.audit import queries as audit
from lms.certificate import queries as certificate
from lms.commitment import queries as commitment
from lms.enrolment import queries as enrolment
from lms.enrolment.assignments import queries as assignments
from lms.export import queries as export
from lms.outbox import queries as outbox
from lms.progress import queries as progress
from lms.pulse import queries as pulse
from lms.quiz import queries as quiz
from lms.reflection import queries as reflection
from lms.scenario import queries as scenario
from lms.workshop import queries as workshop

FORM = 1
"""Counts up when the form of the record changes so that a program that reads it must be changed."""


def record_of(session: Session, person: Person, at: dt.datetime, in_clear: bool) -> dict[str, Any]:
    """All that is kept of a person (docs/peoples-data.md); private writing in clear only for themselves."""
    head = {"form": FORM, "made_at": at.isoformat(), "private_writing": "in clear" if in_clear else "left out"}
    return (
        head
        | accounts.own_record(session, person.id)
        | enrolment.own_record(session, person.id)
        | assignments.own_record(session, person.id)
        | progress.own_record(session, person.id)
        | quiz.own_record(session, person.id)
        | certificate.own_record(session, person.id)
        | workshop.own_record(session, person.id)
        | reflection.own_record(session, person, in_clear)
        | commitment.own_record(session, person, in_clear)
        | pulse.own_record(session, person, in_clear)
        | scenario.own_record(session, person.id)
        | export.own_record(session, person.id)
        | outbox.own_record(session, registration_uuids(session, person.id))
        | audit.own_record(session, person.uuid)
    )


def registration_uuids(session: Session, person_id: int) -> list[UUID]:
    """By which names outside a person's registrations are known."""
    return [taken.uuid for taken in enrolment.own_registrations(session, person_id).values()]
