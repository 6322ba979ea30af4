"""Writing entries, each behind the one before, and removing the oldest when their time is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from lms.audit.actions import Action, Actor, Entry
from lms.audit.chain import digest_of
from lms.audit.models import AuditCut, AuditEvent
from lms.audit.queries import head
from lms.audit.rules_in_sql import LEAST_DAYS
from lms.db import UNSEEN

_INSERT = insert(AuditEvent).inline()
# Key of the advisory lock that lets one transaction at a time write at the end of the chain.
_TURN = 1_129_468_004


def record(session: Session, actor: Actor, at: dt.datetime, *entries: Entry) -> None:
    """Write down what someone did, in the transaction in which they do it.

    Let it be the last thing in there: until the commit nobody else can write behind it.
    """
    if not entries:
        return
    session.flush()
    _take_turn(session)
    rows, before = [], head(session)
    for entry in entries:
        rows.append(_row(actor, at, entry, before))
        before = rows[-1]["digest"]
    session.connection().execute(_INSERT, rows)


def cut(session: Session, actor: Actor, before: dt.datetime, at: dt.datetime, limit: int) -> int:
    """Remove the oldest entries of before a moment, some at a time; how many. What is younger than 90 days stays."""
    before = min(before, at - dt.timedelta(days=LEAST_DAYS, hours=1))
    _take_turn(session)
    in_order = select(AuditEvent.id, AuditEvent.at, AuditEvent.digest).order_by(AuditEvent.id)
    gone: list[tuple[int, str]] = []
    for id_, happened_at, digest in session.execute(in_order.limit(limit)):
        if happened_at >= before:  # from here on they stay, though a clock that was set back may have dated one earlier
            break
        gone.append((id_, digest))
    if gone:
        up_to, digest = gone[-1]
        # Written first: the cut may remove all that there is, and this must find its place before.
        record(session, actor, at, Entry(Action.CUT, facts={"entries": len(gone), "up_to": up_to}))
        session.add(AuditCut(at=at, up_to=up_to, digest=digest, entries=len(gone)))
        session.flush()
        session.execute(delete(AuditEvent).where(AuditEvent.id <= up_to), execution_options=UNSEEN)
    return len(gone)


def _take_turn(session: Session) -> None:
    # On SQLite whoever writes is alone already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})


def _row(actor: Actor, at: dt.datetime, entry: Entry, previous: str) -> dict[str, Any]:
    row = {
        "at": at,
        "actor_kind": actor.kind,
        "actor_uuid": actor.uuid,
        "actor_was": actor.was,
        "came_from": actor.came_from,
        "action": entry.action.value,
        "about": entry.about,
        "facts": dict(entry.facts),
        "previous": previous,
    }
    return {**row, "digest": digest_of(row)}
