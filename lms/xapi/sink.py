"""The sink that turns events into statements of the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.accounts.queries import email_of
from lms.config import Settings
from lms.events import Event, QuizMarkedAgain
from lms.outbox.service import Draft, Sink
from lms.xapi.activities import Json
from lms.xapi.drafting import draft
from lms.xapi.statements import mbox, statements
from lms.xapi.withdrawing import withdraw_pass


def make(settings: Settings) -> Sink:
    """A sink for an installation, whose public address is the root of every id."""

    def tell(session: Session, event: Event) -> Iterable[Draft]:
        if isinstance(event, QuizMarkedAgain) and event.takes_pass:
            withdraw_pass(session, settings.url, event)
        actor = _mbox(session, event) if settings.statement_actor == "mbox" else None
        return [draft(statement) for statement in statements(settings.url, event, actor)]

    return tell


def _mbox(session: Session, event: Event) -> Json | None:
    email = email_of(session, event.learner)
    return mbox(email) if email else None
