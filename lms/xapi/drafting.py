"""A statement as the outbox keeps it."""

from __future__ import annotations

import json
import uuid

from lms.outbox.service import Draft
from lms.xapi.activities import Json
from lms.xapi.valid import problems


def draft(statement: Json) -> Draft:
    """A statement as it is kept: serialised once, and sent byte for byte.

    One that breaks a rule is kept aside with the reason: a fault of ours must not undo what a learner did.
    """
    faults = problems(statement)
    body = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    return Draft(uuid=uuid.UUID(statement["id"]), body=body, fault="; ".join(faults) or None)
