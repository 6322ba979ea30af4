"""Mails about sessions: taken out of the rows in one transaction, sent after its commit, given back if they fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import NOWHERE, Person
from lms.mail import Attachment, PostOffice
from lms.workshop.announcing.day_before import Span, spans
from lms.workshop.calendar_file import calendar, entry, file_name
from lms.workshop.models import Booking, Workshop
from lms.workshop.news import AFTER_A_FAILURE, News, Notice
from lms.workshop.places import State

FOR_THE_CALENDAR = frozenset({Notice.BOOKED, News.MOVED_UP, News.CHANGED, News.CANCELLED})
"""News that change what stands in a calendar: the session comes with them as a file."""


OF_A_PLACE = frozenset({Notice.REMINDER, Notice.BOOKED, News.MOVED_UP})
"""News for who has a place in a session that is still to come."""


@dataclass(frozen=True)
class Mail:
    """What one person is to be told, as things stand now."""

    booking_id: int
    person: Person
    news: News | Notice
    state: State
    workshop: Workshop
    at: dt.datetime

    @property
    def has_place(self) -> bool:
        """Whether they may be told where to meet online."""
        return self.state is State.BOOKED and self.news is not News.CANCELLED


def set_reminders(session: Session, at: dt.datetime, zone: str, most: int = 500) -> int:
    """Say of whoever has a place tomorrow, and knows nothing newer of it, that they are to be reminded; how many.

    The row itself says it from then on, so several relays remind nobody twice.
    """
    return sum(_set_reminders(session, span, at, most) for span in spans(at, zone))


def _set_reminders(session: Session, span: Span, at: dt.datetime, most: int) -> int:
    query = (
        select(Booking)
        .join(Workshop, Workshop.id == Booking.workshop_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Workshop.starts_at >= span.begins, Workshop.starts_at < span.ends, Workshop.cancelled_at.is_(None))
        .where(Booking.state == State.BOOKED, Booking.attended_at.is_(None))
        .where(Booking.news.is_(None), Booking.notice.is_(None))
        .where(or_(Booking.told_at.is_(None), Booking.told_at < span.known_since))
        .where(Person.is_active, Person.mails_off_at.is_(None), ~Person.email.endswith(NOWHERE))
        .order_by(Booking.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Booking)
    )
    found = session.scalars(query, execution_options={"populate_existing": True}).all()
    for booking in found:
        booking.notice, booking.news_from = Notice.REMINDER, at
    session.flush()
    return len(found)


def take_mails(session: Session, at: dt.datetime, may_remind: bool, most: int = 50) -> list[Mail]:
    """The mails that are due, noted as sent: a relay that dies then has sent too few, never one twice.

    Of several relays that look at the same moment each takes others. Reminders wait for an hour in which they may go.
    None at all means that nothing more is due: where all that was taken is overtaken, one goes on.
    """
    while True:
        found = _take(session, at, may_remind, most)
        mails = [mail for mail in found if mail]
        if mails or not found:
            return mails


def _take(session: Session, at: dt.datetime, may_remind: bool, most: int) -> list[Mail | None]:
    """Rows that wait, which wait no more; None for each whose news is overtaken."""
    query = (
        select(Booking, Person)
        .join(Person, Person.id == Booking.person_id)
        .where(or_(Booking.news.is_not(None), Booking.notice.is_not(None)), Booking.news_from <= at)
        .order_by(Booking.news_from, Booking.id)
        .limit(most)
        .options(joinedload(Booking.workshop))
        .with_for_update(skip_locked=True, of=Booking)
    )
    if not may_remind:
        query = query.where(or_(Booking.news.is_not(None), Booking.notice != Notice.REMINDER))
    found = [_taken(booking, person, at) for booking, person in session.execute(query)]
    session.flush()
    return found


def _taken(booking: Booking, person: Person, at: dt.datetime) -> Mail | None:
    news = booking.news or booking.notice
    booking.news = booking.notice = None
    if not news or not person.is_active or _is_overtaken(news, booking, person, at):
        return None
    booking.told_at = at
    return Mail(booking.id, person, news, booking.state, booking.workshop, at)


def announce(office: PostOffice, url: str, mail: Mail) -> bool:
    """Send one mail, with the session as a file for a calendar if that changes; whether it went."""
    files = []
    if mail.news in FOR_THE_CALENDAR:
        made = calendar([entry(mail.workshop, mail.state, is_leader=False, url=url)], office.organisation)
        files.append(
            Attachment(file_name(mail.workshop), "text", "calendar", made, {"method": "PUBLISH", "charset": "utf-8"})
        )
    return office.send(
        "workshop/mail/session.txt",
        mail.person,
        files,
        mail=mail,
        workshop=mail.workshop,
        address=f"{url}/sessions/{mail.workshop.uuid}",
        account=f"{url}/account",
    )


def give_back(session: Session, mails: Sequence[Mail], at: dt.datetime) -> None:
    """These could not be sent: they are tried again later, unless there is newer news."""
    # In the order in which a change of a session writes its rows, so that neither waits for the other.
    for mail in sorted(mails, key=lambda mail: mail.booking_id):
        booking = session.get(Booking, mail.booking_id, with_for_update=True)
        if booking is None or booking.news or booking.notice:
            continue
        booking.news_from = at + AFTER_A_FAILURE
        if isinstance(mail.news, Notice):
            booking.notice = mail.news
        else:
            booking.news = mail.news


def _is_overtaken(news: News | Notice, booking: Booking, person: Person, at: dt.datetime) -> bool:
    """Whether a mail that had to wait, or could not be sent at first, would say what is not so any more."""
    of, has_asked = booking.workshop, booking.state is not State.CANCELLED
    if news is News.TAKEN_OFF:
        return has_asked
    if news is News.CHANGED:
        return not has_asked or of.cancelled_at is not None or of.ends_at <= at
    if news not in OF_A_PLACE:
        return False
    has_place = booking.state is State.BOOKED and of.cancelled_at is None and of.starts_at > at
    return not has_place or (news is Notice.REMINDER and bool(person.mails_off_at or booking.attended_at))
