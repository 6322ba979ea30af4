"""Reading the audit log, and proving that it is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from lms.audit.chain import START, first_break
from lms.audit.models import AuditCut, AuditEvent
from lms.db import as_facts

PORTION = 1000


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; what is empty does not limit."""

    concerning: UUID | None = None
    """A person to whose record it was done, or who did it."""
    about: UUID | None = None
    by: UUID | None = None
    by_operator: str = ""
    """Name of an account on the server."""
    action: str = ""
    since: dt.datetime | None = None
    before_id: int | None = None


@dataclass(frozen=True)
class Proof:
    """Whether the log is whole."""

    entries: int
    first_break: int | None
    """Number of the first entry that is wrong, or follows the wrong one."""
    removed: int
    """How many were removed when their time was over."""
    head: str
    """Digest of the newest; noted elsewhere, it shows later that none of the newest is missing."""
    is_noted_there: bool
    """Whether a digest that was noted before is still in the chain."""

    @property
    def is_whole(self) -> bool:
        return self.first_break is None and self.is_noted_there


def entries(session: Session, wanted: Wanted, limit: int) -> Sequence[AuditEvent]:
    """Entries, the newest first."""
    return session.scalars(_filtered(select(AuditEvent), wanted).order_by(AuditEvent.id.desc()).limit(limit)).all()


def own_entries(session: Session, person: UUID) -> Sequence[AuditEvent]:
    """What was done to a person's record or by them, the oldest first."""
    return session.scalars(select(AuditEvent).where(_concerns(person)).order_by(AuditEvent.id)).all()


def own_record(session: Session, person: UUID) -> dict[str, Any]:
    """What is kept here of a person: what was done to their record, and what they did to others'."""
    return {"audit": [as_facts(one, but={"previous", "digest"}) for one in own_entries(session, person)]}


def is_noted_since(session: Session, about: UUID, action: str, since: dt.datetime) -> bool:
    """Whether there is such an entry of that time or later."""
    query = select(AuditEvent.id).where(AuditEvent.about == about, AuditEvent.action == action, AuditEvent.at >= since)
    return session.scalar(query.limit(1)) is not None


def head(session: Session) -> str:
    """What the next entry follows: the newest, or where all were removed, the last of those."""
    newest = select(AuditEvent.digest).order_by(AuditEvent.id.desc()).limit(1)
    last_cut = select(AuditCut.digest).order_by(AuditCut.id.desc()).limit(1)
    return session.scalar(newest) or session.scalar(last_cut) or START


def prove(session: Session, noted: str = "") -> Proof:
    """Follow the whole chain, from the last cut on."""
    start = session.scalar(select(AuditCut.digest).order_by(AuditCut.id.desc()).limit(1)) or START
    broken = first_break(_in_order(session), start)
    known = select(AuditEvent.id).where(AuditEvent.digest == noted)
    cut_there = select(AuditCut.id).where(AuditCut.digest == noted)
    return Proof(
        session.scalar(select(func.count()).select_from(AuditEvent)) or 0,
        broken,
        session.scalar(select(func.coalesce(func.sum(AuditCut.entries), 0))) or 0,
        head(session),
        not noted or session.scalar(known) is not None or session.scalar(cut_there) is not None or noted == START,
    )


def _concerns(person: UUID) -> ColumnElement[bool]:
    return or_(AuditEvent.about == person, AuditEvent.actor_uuid == person)


def _in_order(session: Session) -> Iterator[AuditEvent]:
    """All entries, a portion at a time: a log may be longer than memory allows."""
    after = 0
    while True:
        portion = select(AuditEvent).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(PORTION)
        found = session.scalars(portion).all()
        yield from found
        if len(found) < PORTION:
            return
        after = found[-1].id
        for one in found:
            session.expunge(one)


def _filtered(query: Select[AuditEvent], wanted: Wanted) -> Select[AuditEvent]:
    given = {
        AuditEvent.about: wanted.about,
        AuditEvent.actor_uuid: wanted.by,
        AuditEvent.actor_was: wanted.by_operator,
        AuditEvent.action: wanted.action,
    }
    query = query.where(*(column == value for column, value in given.items() if value))
    if wanted.concerning:
        query = query.where(_concerns(wanted.concerning))
    if wanted.since:
        query = query.where(AuditEvent.at >= wanted.since)
    return query.where(AuditEvent.id < wanted.before_id) if wanted.before_id else query
