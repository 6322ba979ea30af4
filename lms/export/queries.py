"""Looking up files that were asked for; each through who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.db import as_facts
from lms.export.models import Export, ExportPart

SILENT_AFTER = dt.timedelta(minutes=1)
"""Whoever makes a file and gives no sign of life for so long is gone: another one begins again."""


def own_export(session: Session, person_id: int, uuid: UUID) -> Export | None:
    """A file that a person asked for; another's looks like none."""
    return session.scalar(select(Export).filter_by(person_id=person_id, uuid=uuid))


def own_exports(session: Session, person_id: int) -> Sequence[Export]:
    """All that a person asked for, the latest first."""
    return session.scalars(select(Export).filter_by(person_id=person_id).order_by(Export.id.desc())).all()


def contents(session: Session, export_id: int) -> Iterator[bytes]:
    """A whole file, part by part."""
    place = 0
    query = select(ExportPart.content)
    while part := session.scalar(query.filter_by(export_id=export_id, place=place)):
        yield part
        place += 1


def is_waiting(session: Session, at: dt.datetime) -> bool:
    """Whether there is something to be made."""
    return session.scalar(due(at).with_only_columns(Export.id)) is not None


def due(at: dt.datetime) -> Any:
    """The one to be made next."""
    untouched = or_(Export.touched_at.is_(None), Export.touched_at < at - SILENT_AFTER)
    return select(Export).where(Export.finished_at.is_(None), untouched).order_by(Export.id).limit(1)


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: which files they asked for."""
    return {"exports": [as_facts(one, but={"key"}) for one in own_exports(session, person_id)]}
