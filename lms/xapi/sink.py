"""The sink that turns events into statements of the outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from lms.events import Event
from lms.outbox.service import Draft, Sink
from lms.xapi.activities import Json
from lms.xapi.statements import statements
from lms.xapi.valid import problems


def make(url: str) -> Sink:
    """A sink for an installation with this public address, which is the root of every id."""

    def tell(event: Event) -> Iterable[Draft]:
        return [draft(statement) for statement in statements(url, event)]

    return tell


def draft(statement: Json) -> Draft:
    """A statement as it is kept: serialised once, and sent byte for byte.

    One that breaks a rule is kept aside with the reason: a fault of ours must not undo what a learner did.
    """
    faults = problems(statement)
    body = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    return Draft(uuid=uuid.UUID(statement["id"]), body=body, fault="; ".join(faults) or None)
