"""Looking up whose calendar an address is."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.tokens import fingerprint
from lms.workshop.models import CalendarFeed


def made_at(session: Session, person_id: int) -> dt.datetime | None:
    """Since when somebody's sessions can be read at an address; None if they cannot."""
    return session.scalar(select(CalendarFeed.made_at).filter_by(person_id=person_id))


def owner(session: Session, token: str) -> Person | None:
    """Whose sessions an address shows; None if it is no address any more, or its owner may not come in."""
    query = select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id)
    return session.scalar(query.where(CalendarFeed.token_hash == fingerprint(token), Person.is_active))
