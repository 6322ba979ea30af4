"""Telling admins by mail that statements have waited for too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.config import Settings
from lms.mail import PostOffice
from lms.outbox import queries, service

NAME = "statements wait"


@dataclass(frozen=True)
class Alarm:
    """Who is told, and what."""

    admins: Sequence[Person]
    facts: Mapping[str, object]


def look(session: Session, settings: Settings, at: dt.datetime) -> Alarm | None:
    """The alarm that is to be mailed now; None where all is well, or where it was mailed within a day."""
    standing = queries.standing(session)
    oldest = standing.oldest_queued_at
    limit = dt.timedelta(minutes=settings.alarm_minutes)
    if not limit or oldest is None or at - oldest < limit:
        service.end_alarm(session, NAME)
        return None
    if not service.raise_alarm(session, NAME, at):
        return None
    relays = queries.relays(session, at)
    facts = {
        "queued": standing.queued,
        "minutes": int((at - oldest).total_seconds() // 60),
        "trouble": next((relay.trouble for relay in relays if relay.trouble), None),
        "has_relay": bool(relays),
        "address": f"{settings.url}/statements",
    }
    return Alarm(accounts.admins(session), facts)


def tell(office: PostOffice, alarm: Alarm) -> None:
    """Mail it to every admin."""
    for admin in alarm.admins:
        office.send("xapi/mail/statements_wait.txt", admin, **alarm.facts)
