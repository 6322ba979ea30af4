"""Taking a statement back: what was told is not unsaid, but declared void (xAPI 1.0.3 Data 2.3.2)."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

from sqlalchemy.orm import Session

from lms.enrolment.queries import registrations_of
from lms.events import QuizMarkedAgain
from lms.outbox import queries, service
from lms.outbox.queries import Told
from lms.xapi import vocabulary as v
from lms.xapi.drafting import draft
from lms.xapi.statements import voided


class NotOursError(Exception):
    """There is no such statement here, or none that can be withdrawn; says why."""


def withdraw(session: Session, url: str, statement_id: UUID, at: dt.datetime) -> UUID:
    """Queue the statement that makes another one void, behind all of its registration; the id of the new one.

    It is carried like any other, so it never arrives before what it takes back. Raises NotOursError.
    """
    found = queries.find(session, statement_id)
    if found is None:
        raise NotOursError("no statement with this id is known here")
    if json.loads(found.body)["verb"]["id"] == v.VOIDED.id:
        # xAPI 1.0.3 Data 2.3.2: a voiding statement cannot itself be voided.
        raise NotOursError("this statement is itself a withdrawal, which cannot be withdrawn")
    made = draft(voided(url, statement_id, at))
    service.follow(session, found, made, at)
    return made.uuid


def withdraw_pass(session: Session, url: str, event: QuizMarkedAgain) -> None:
    """Take back what told that a module was passed and completed, and its programme with it.

    No failed is told instead: cmi5 9.3 knows none after a passed. What is told next of the registration is true again.
    """
    known = queries.told(session, registrations_of(session, event.learner))
    passed = [one for one in known if _verb(one) == v.PASSED.id and one.registration == event.registration]
    # Whatever ended in a module is told as completed; of a thinned statement the moment is left to know it by.
    completed = [
        one
        for one in known
        if _verb(one) == v.COMPLETED.id
        and one.registration == event.registration
        and one.written_at == event.completed_at
    ]
    satisfied = [one for one in known if _verb(one) == v.SATISFIED.id] if event.completed_at else []
    gone = {json.loads(one.body).get("object", {}).get("id") for one in known if _verb(one) == v.VOIDED.id}
    for latest in (passed[-1:], completed[-1:], satisfied[-1:]):
        for one in latest:
            if str(one.uuid) not in gone:
                withdraw(session, url, one.uuid, event.at)


def _verb(told: Told) -> str:
    return str(json.loads(told.body)["verb"]["id"])
