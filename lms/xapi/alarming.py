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
from lms.outbox import service
from lms.xapi.standing import stand

NAME = "statements wait"


@dataclass(frozen=True)
class Alarm:
    """Who is told, and what."""

    admins: Sequence[Person]
    facts: Mapping[str, object]


def look(session: Session, settings: Settings, at: dt.datetime) -> Alarm | None:
    """The alarm that is to be mailed now; None where all is well, or where it was mailed within a day."""
    found = stand(session, at)
    late, limit = found.longest, settings.alarm_minutes * 60
    if not limit or (late.oldest_seconds or 0.0) < limit:
        service.end_alarm(session, NAME)
        return None
    if not service.raise_alarm(session, NAME, at):
        return None
    facts = {
        "queued": late.standing.queued,
        "minutes": int((late.oldest_seconds or 0.0) // 60),
        "store": late.name if len(found.stores) > 1 else None,
        "trouble": late.trouble,
        "has_relay": bool(found.relays),
        "address": f"{settings.url}/statements",
    }
    return Alarm(accounts.admins(session), facts)


def tell(office: PostOffice, alarm: Alarm) -> None:
    """Mail it to every admin."""
    for admin in alarm.admins:
        office.send("xapi/mail/statements_wait.txt", admin, **alarm.facts)
