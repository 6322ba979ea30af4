"""Asking for a file, making it, and letting it go. What is in it, the room knows that makes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.db import UNSEEN, count_changed, insert
from lms.export.models import Export, ExportPart
from lms.export.queries import due

KEPT_FOR = dt.timedelta(days=1)
MOST_AT_ONCE = 3
"""Files of one person that are not made yet."""
MOST_TURNS = 3
"""So many times a file is begun before it is given up."""
BROKE_OFF = "It broke off again and again. Please tell whoever runs this service."
ERASED = "Somebody was erased meanwhile. Please ask for it again."


class TooManyError(Exception):
    """This person's other files are to be made first."""


@dataclass(frozen=True)
class Turn:
    """The right to make one file, until another one takes it over."""

    export_id: int
    number: int
    person_id: int
    asked: Mapping[str, Any]


def ask(
    session: Session, person_id: int, asked: Mapping[str, Any], name: str, rows_total: int, at: dt.datetime
) -> Export:
    """The file that will hold what is asked for: one that is being made already, or a new one. Raises TooManyError."""
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    waiting = select(Export).filter_by(person_id=person_id, finished_at=None)
    if found := session.scalar(waiting.filter_by(key=key)):
        return found
    if (session.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= MOST_AT_ONCE:
        raise TooManyError
    row = {
        "uuid": uuid4(),
        "person_id": person_id,
        "key": key,
        "asked": dict(asked),
        "name": name,
        "asked_at": at,
        "turn": 0,
        "rows_done": 0,
        "rows_total": rows_total,
    }
    # A double click may have asked in this very moment.
    session.execute(insert(session, Export).values(**row).on_conflict_do_nothing())
    return session.scalars(waiting.filter_by(key=key)).one()


def take_turn(session: Session, at: dt.datetime) -> Turn | None:
    """Begin the file that has waited longest, or whose maker is gone; None if there is none."""
    found = session.scalar(due(at).with_for_update(skip_locked=True))
    if found is None:
        return None
    found.turn, found.touched_at, found.rows_done = found.turn + 1, at, 0
    if found.turn > MOST_TURNS:
        found.finished_at, found.why = at, BROKE_OFF
        session.flush()
        return take_turn(session, at)
    session.flush()
    return Turn(found.id, found.turn, found.person_id, found.asked)


def tell(session: Session, turn: Turn, rows_done: int, at: dt.datetime | None) -> bool:
    """How far it is; whether the turn is still this one's. None: another one may take it over at once."""
    return _change(session, turn, {"rows_done": rows_done, "touched_at": at})


def finish(session: Session, turn: Turn, rows_done: int, parts: Iterable[bytes], at: dt.datetime) -> bool:
    """Keep the whole file; whether the turn was still this one's, else nothing is kept."""
    if not tell(session, turn, rows_done, at):
        return False
    size = 0
    for place, content in enumerate(parts):
        session.add(ExportPart(export_id=turn.export_id, place=place, content=content))
        session.flush()
        session.expunge_all()
        size += len(content)
    return _change(session, turn, {"size": size, "finished_at": at})


def give_up(session: Session, turn: Turn, why: str, at: dt.datetime) -> None:
    """It will not be made; whoever asked reads why."""
    _change(session, turn, {"why": why[:200], "finished_at": at})


def forget_old(session: Session, at: dt.datetime) -> int:
    """Files whose day is over; how many."""
    return count_changed(session, delete(Export).where(Export.asked_at < at - KEPT_FOR))


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what a person asked for, nor of files of others that may name them."""
    session.execute(delete(Export).filter_by(person_id=person_id), execution_options=UNSEEN)
    session.execute(delete(ExportPart), execution_options=UNSEEN)
    gone = {"size": None, "why": ERASED, "turn": Export.turn + 1}
    now_or_then = func.coalesce(Export.finished_at, Export.touched_at, Export.asked_at)
    session.execute(update(Export).values(**gone, finished_at=now_or_then), execution_options=UNSEEN)


def _change(session: Session, turn: Turn, values: dict[str, Any]) -> bool:
    mine = update(Export).where(Export.id == turn.export_id, Export.turn == turn.number, Export.finished_at.is_(None))
    return count_changed(session, mine.values(**values)) == 1
