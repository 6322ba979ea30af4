"""Looking up what was shared: its author that it was, its reader what it says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import Person
from lms.accounts.service import known_data_key
from lms.reflection.words import Words
from lms.vault import SealBrokenError
from lms.workshop.models import Booking, SharedReflection, Workshop
from lms.workshop.sharing.sealing import open_shared


@dataclass(frozen=True)
class Shown:
    """A reflection as its author shared it."""

    workshop: Workshop
    author: Person
    block_id: str
    shared_at: dt.datetime
    words: Words | None
    """None if it does not open."""


def own(session: Session, booking: Booking) -> SharedReflection | None:
    """What somebody shares by this booking."""
    return session.scalar(select(SharedReflection).filter_by(booking_id=booking.id))


def shown_to(session: Session, reader: Person, session_id: UUID, share: UUID) -> Shown | None:
    """What is shared with this facilitator now; anybody else's looks like none."""
    query = (
        select(SharedReflection, Workshop, Person)
        .join(Booking, Booking.id == SharedReflection.booking_id)
        .join(Workshop, Workshop.id == Booking.workshop_id)
        .join(Person, Person.id == Booking.person_id)
        .where(SharedReflection.uuid == share, SharedReflection.reader == reader.uuid)
        .where(Workshop.uuid == session_id, Workshop.facilitator == reader.uuid)
        .options(joinedload(Workshop.site))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    found, workshop, author = row
    return Shown(workshop, author, found.block_id, found.shared_at, _words(session, reader, author, found))


def _words(session: Session, reader: Person, author: Person, found: SharedReflection) -> Words | None:
    try:
        key = known_data_key(session, reader)
        return open_shared(key, found.ciphertext, author.uuid, reader.uuid, found.uuid)
    except SealBrokenError:
        return None
