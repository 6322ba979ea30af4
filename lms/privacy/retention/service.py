"""What is removed because its time is over: some of each kind at a time, so that nobody waits for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts_queries
from lms.accounts import service as accounts
from lms.audit import service as audit
from lms.audit.actions import Actor
from lms.config import Settings
from lms.outbox import service as outbox
from lms.privacy import remembered
from lms.privacy.service import erase
from lms.progress import service as progress
from lms.workshop import service as workshop

AT_A_TIME = 500
PEOPLE_AT_A_TIME = 5
SESSIONS_AT_A_TIME = 10
"""Each goes with everyone who asked for a place in it."""

Step = Callable[[Session], int]
"""Removes some; how many. Called again for as long as it finds any."""
Remember = Callable[[Sequence[UUID]], None]
"""Is told the opaque names of those who are about to be erased."""


def steps(settings: Settings, actor: Actor, at: dt.datetime, remember: Remember) -> Mapping[str, Step]:
    """What is to be removed, by kind; what is kept for ever is not among it.

    What active people have written is in none of them.
    """
    ages = {
        "visits": settings.keep_visits_days,
        "texts of statements": settings.keep_statements_days,
        "leavers": settings.keep_leavers_days,
        "sessions": settings.keep_sessions_days,
        # The last: the database refuses it where its clock says otherwise.
        "audit log": settings.keep_audit_days,
    }
    removing: dict[str, Callable[[Session, dt.datetime], int]] = {
        "visits": lambda session, before: progress.drop_old_visits(session, before, AT_A_TIME),
        "texts of statements": lambda session, before: outbox.thin(session, before, AT_A_TIME),
        "audit log": lambda session, before: audit.cut(session, actor, before, at, AT_A_TIME),
        "sessions": lambda session, before: workshop.drop_old(session, before, SESSIONS_AT_A_TIME),
        "leavers": lambda session, before: _erase_leavers(session, before, actor, at, remember),
    }
    due = {kind: at - dt.timedelta(days=days) for kind, days in ages.items() if days}
    found = {kind: _until(removing[kind], before) for kind, before in due.items()}
    always: dict[str, Step] = {
        "sign-ins": lambda session: _drop_old(session, settings, at),
        "erased before": lambda session: erase_again(session, settings, actor, at),
    }
    return always | found


def old_mails(settings: Settings, at: dt.datetime) -> list[Path]:
    """Mails in the folder whose time is over; they hold addresses, names and links that have been spent for long."""
    if not settings.keep_mails_days:
        return []
    oldest = (at - dt.timedelta(days=settings.keep_mails_days)).timestamp()
    return [path for path in sorted((settings.instance / "mail").glob("*.eml")) if path.stat().st_mtime < oldest]


def delete_old_mails(settings: Settings, at: dt.datetime) -> int:
    """Delete them; how many."""
    found = old_mails(settings, at)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _until(remove: Callable[[Session, dt.datetime], int], before: dt.datetime) -> Step:
    return lambda session: remove(session, before)


def _drop_old(session: Session, settings: Settings, at: dt.datetime) -> int:
    accounts.drop_old(session, dt.timedelta(hours=settings.session_hours), at)
    return 0


def erase_again(session: Session, settings: Settings, actor: Actor, at: dt.datetime) -> int:
    """Who came back with a restored copy, or whose erasure was killed."""
    known = sorted(remembered.names(settings.instance))
    portions = (known[start : start + AT_A_TIME] for start in range(0, len(known), AT_A_TIME))
    found = [person for portion in portions for person in accounts_queries.people_by_uuid(session, portion)]
    for person in found:
        erase(session, person, actor, at)
    return len(found)


def _erase_leavers(session: Session, before: dt.datetime, actor: Actor, at: dt.datetime, remember: Remember) -> int:
    found = accounts_queries.leavers(session, before, PEOPLE_AT_A_TIME)
    remember([person.uuid for person in found])
    for person in found:
        erase(session, person, actor, at)
    return len(found)
