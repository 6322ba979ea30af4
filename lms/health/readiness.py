"""Whether pages can be served: the database answers, has the right tables, and holds something to learn."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms.content.library import library
from lms.db import OUT_OF_REACH
from lms.migrations.state import MigrationError, is_current


def hindrances(engine: Engine, session: Session) -> list[str]:
    """What is in the way, each in one sentence; empty when nothing is."""
    try:
        if not is_current(engine):
            return ["The tables of the database are of an earlier version."]
        programme = library.programme(session)
        if programme is None:
            return ["No programme is published."]
        if not any(library.module(session, planned.id) for planned in programme.modules):
            return ["No module of the programme is published."]
    except MigrationError as error:
        return [str(error)]
    except OUT_OF_REACH:
        return ["The database does not answer."]
    return []
