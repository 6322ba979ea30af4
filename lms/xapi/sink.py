"""The sink that turns events into statements of the outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.accounts.queries import email_of
from lms.config import Settings
from lms.events import Event
from lms.outbox.service import Draft, Sink
from lms.xapi.activities import Json
from lms.xapi.statements import mbox, statements
from lms.xapi.valid import problems


def make(settings: Settings) -> Sink:
    """A sink for an installation, whose public address is the root of every id."""

    def tell(session: Session, event: Event) -> Iterable[Draft]:
        actor = _mbox(session, event) if settings.statement_actor == "mbox" else None
        return [draft(statement) for statement in statements(settings.url, event, actor)]

    return tell


def _mbox(session: Session, event: Event) -> Json | None:
    email = email_of(session, event.learner)
    return mbox(email) if email else None


def draft(statement: Json) -> Draft:
    """A statement as it is kept: serialised once, and sent byte for byte.

    One that breaks a rule is kept aside with the reason: a fault of ours must not undo what a learner did.
    """
    faults = problems(statement)
    body = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    return Draft(uuid=uuid.UUID(statement["id"]), body=body, fault="; ".join(faults) or None)
