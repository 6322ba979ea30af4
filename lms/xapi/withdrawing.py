"""Taking a statement back: what was told is not unsaid, but declared void (xAPI 1.0.3 Data 2.3.2)."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

from sqlalchemy.orm import Session

from lms.enrolment.queries import registrations_of
from lms.events import QuizMarkedAgain
from lms.outbox import queries, service
from lms.outbox.likeness import digest, is_withdrawal
from lms.outbox.models import Statement
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
    # Who withdraws it at the same moment waits, and then finds that it is done.
    found = queries.find_alone(session, statement_id)
    if found is None:
        raise NotOursError("no statement with this id is known here")
    if is_withdrawal(json.loads(found.body)):
        # xAPI 1.0.3 Data 2.3.2: a voiding statement cannot itself be voided.
        raise NotOursError("this statement is itself a withdrawal, which cannot be withdrawn")
    for one in queries.told(session, [found.registration]):
        if _takes_back(one, url, statement_id):
            raise NotOursError(f"this statement is withdrawn already, by {one.uuid}")
    return _withdraw(session, url, found, at)


def _withdraw(session: Session, url: str, found: Statement, at: dt.datetime) -> UUID:
    made = draft(voided(url, found.uuid, at))
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
    for latest in (passed[-1:], completed[-1:], satisfied[-1:]):
        for one in latest:
            found = queries.find(session, one.uuid)
            if found and not any(_takes_back(other, url, one.uuid) for other in known):
                _withdraw(session, url, found, event.at)


def _takes_back(told: Told, url: str, statement_id: UUID) -> bool:
    """Whether it makes another one void."""
    one = json.loads(told.body)
    if not is_withdrawal(one):
        return False
    if "object" in one:
        return bool(one["object"].get("id") == str(statement_id))
    # It was thinned by a version that did not keep what it takes back; its digest still tells.
    return told.digest == digest(voided(url, statement_id, told.written_at))


def _verb(told: Told) -> str:
    return str(json.loads(told.body)["verb"]["id"])
