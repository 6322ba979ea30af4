"""Taking a statement back: what was told is not unsaid, but declared void (xAPI 1.0.3 Data 2.3.2)."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

from sqlalchemy.orm import Session

from lms.outbox import queries, service
from lms.xapi import vocabulary as v
from lms.xapi.sink import draft
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
