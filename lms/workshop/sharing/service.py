"""Sharing a reflection with a facilitator, by its author's act alone, and taking it back."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.service import data_key
from lms.content.library import library
from lms.reflection.queries import own_reflections
from lms.reflection.service import own_entry
from lms.workshop.models import SharedReflection, Workshop
from lms.workshop.places import State
from lms.workshop.service import locked, own_booking, unshare
from lms.workshop.sharing.sealing import sealed_for


class NobodyError(Exception):
    """There is nobody with whom it could be shared: the session is cancelled, or its facilitator has gone."""


def share(session: Session, author: Person, uuid: UUID, entry_id: UUID, at: dt.datetime) -> bool | None:
    """Copy a reflection, as it is now, for the facilitator of a session; whether that is new.

    False if one is shared already. None if the author has no place in such a session, or wrote no such text on its
    module. Raises NobodyError.
    """
    wanted = session.scalar(select(Workshop).filter_by(uuid=uuid))
    if wanted is None:
        return None
    reader = session.scalar(select(Person).filter_by(uuid=wanted.facilitator, is_active=True))
    if reader is None:
        raise NobodyError
    key = data_key(session, reader)
    workshop = locked(session, uuid)
    if workshop.cancelled_at or workshop.facilitator != reader.uuid:
        raise NobodyError
    booking = own_booking(session, author.id, uuid)
    if booking is None or booking.state is not State.BOOKED:
        return None
    if session.scalar(select(SharedReflection.id).filter_by(booking_id=booking.id)):
        return False
    entry, module = own_entry(session, author, entry_id), library.module(session, workshop.module_id)
    if entry is None or module is None:
        return None
    for _, piece, version_id in own_reflections(session, author, module):
        if piece.writing.uuid == entry.uuid:
            made = SharedReflection(uuid=uuid4(), booking_id=booking.id, version_id=version_id, shared_at=at)
            made.block_id, made.reader = entry.block_id, reader.uuid
            made.ciphertext = sealed_for(key, piece.writing.words, author.uuid, reader.uuid, made.uuid)
            session.add(made)
            session.flush()
            return True
    return None


def take_back(session: Session, author: Person, uuid: UUID) -> bool:
    """Nothing is shared with the facilitator of a session any more: the copy is deleted; whether there was one."""
    booking = own_booking(session, author.id, uuid)
    if booking is None or not session.scalar(select(SharedReflection.id).filter_by(booking_id=booking.id)):
        return False
    unshare(session, [booking.id])
    return True
