"""What a trainer has sent and has still to decide about: kept for a day, and seen by nobody else."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.authoring.models import KEPT_FOR, SentModule, SentQuestions
from lms.db import UNSEEN, count_changed

Sent = TypeVar("Sent", SentModule, SentQuestions)
KINDS: tuple[type[SentModule | SentQuestions], ...] = (SentModule, SentQuestions)


class GoneError(Exception):
    """Nothing of this person waits: it was decided about, or a day has passed."""


class MeanwhileError(Exception):
    """What was decided about is not what is there now: something else was sent, or the draft was changed."""


def own(session: Session, kind: type[Sent], module_id: str, person: UUID, at: dt.datetime) -> Sent | None:
    """What this person has sent to a module within a day, and not decided about."""
    # The relay deletes what is older; it may be late.
    query = select(kind).filter_by(subject=module_id, sent_by=person).where(kind.sent_at >= at - KEPT_FOR)
    return session.scalar(query)


def looked_at(session: Session, kind: type[Sent], module_id: str, person: UUID, at: dt.datetime, said: str) -> Sent:
    """The same, if it is what was looked at: `said` is its name as the form carries it.

    Raises GoneError if nothing waits, MeanwhileError if they sent something else since.
    """
    kept = own(session, kind, module_id, person, at)
    if kept is None:
        raise GoneError
    if str(kept.uuid) != said:
        raise MeanwhileError
    return kept


def keep(session: Session, sent: Sent) -> Sent:
    """Keep something for whoever sent it, in the place of what they sent to this module before."""
    kind = type(sent)
    of_before = (kind.sent_by == sent.sent_by, kind.subject == sent.subject)
    session.execute(delete(kind).where(*of_before), execution_options=UNSEEN)
    session.add(sent)
    session.flush()
    return sent


def leave(session: Session, sent: SentModule | SentQuestions) -> None:
    """It is kept no longer."""
    session.delete(sent)
    session.flush()


def forget_old(session: Session, at: dt.datetime) -> int:
    """What was sent more than a day ago and not decided about; how many."""
    return sum(count_changed(session, delete(kind).where(kind.sent_at < at - KEPT_FOR)) for kind in KINDS)
