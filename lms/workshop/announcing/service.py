"""Mails about sessions: taken out of the rows in one transaction, sent after its commit, given back if they fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import Person
from lms.mail import PostOffice
from lms.workshop.models import Booking
from lms.workshop.news import AFTER_A_FAILURE, News
from lms.workshop.places import State


@dataclass(frozen=True)
class Mail:
    """What one person is to be told, as things stand now."""

    booking_id: int
    person: Person
    news: News
    state: State
    session: UUID
    title: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime


def take_mails(session: Session, at: dt.datetime, most: int = 50) -> list[Mail]:
    """The mails that are due, noted as sent: a relay that dies then has sent too few, never one twice.

    Of several relays that look at the same moment each takes others.
    """
    query = (
        select(Booking, Person)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.news.is_not(None), Booking.news_from <= at)
        .order_by(Booking.news_from, Booking.id)
        .limit(most)
        .options(joinedload(Booking.workshop))
        .with_for_update(skip_locked=True, of=Booking)
    )
    mails = []
    for booking, person in session.execute(query):
        news, booking.news = booking.news, None
        if news and person.is_active:
            of = booking.workshop
            facts = (of.uuid, of.title, of.place, of.starts_at, of.ends_at)
            mails.append(Mail(booking.id, person, news, booking.state, *facts))
    return mails


def announce(office: PostOffice, url: str, mail: Mail) -> bool:
    """Send one mail; whether it went."""
    return office.send(
        "workshop/mail/session.txt",
        mail.person,
        mail=mail,
        is_waiting=mail.state is State.WAITING,
        address=f"{url}/sessions/{mail.session}",
    )


def give_back(session: Session, mails: Sequence[Mail], at: dt.datetime) -> None:
    """These could not be sent: they are tried again later, unless there is newer news."""
    for mail in mails:
        booking = session.get(Booking, mail.booking_id, with_for_update=True)
        if booking and booking.news is None:
            booking.news, booking.news_from = mail.news, at + AFTER_A_FAILURE
