"""Making the secret address of a calendar, and ending it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.accounts.tokens import fingerprint, new_token
from lms.db import insert
from lms.workshop.models import CalendarFeed


def new_address(session: Session, person_id: int, at: dt.datetime) -> str:
    """The token of a new address; the one before works no more."""
    token = new_token()
    values = {"token_hash": fingerprint(token), "made_at": at}
    new = insert(session, CalendarFeed).values(person_id=person_id, **values)
    session.execute(new.on_conflict_do_update(index_elements=[CalendarFeed.person_id], set_=values))
    return token


def end(session: Session, person_id: int) -> None:
    """Nobody reads this person's sessions at an address any more."""
    session.execute(delete(CalendarFeed).filter_by(person_id=person_id))
