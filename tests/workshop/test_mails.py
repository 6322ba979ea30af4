"""Mails about a place: one that confirms it, with a file for the calendar; and one the day before."""

from __future__ import annotations

import datetime as dt
import email
import threading
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Column, DateTime, Enum, Integer, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.config import Settings
from lms.db import db, writing
from lms.operate import chores
from lms.workshop import service as sessions
from lms.workshop.announcing import service as announcing
from lms.workshop.announcing.service import Mail
from lms.workshop.models import Booking, Workshop
from lms.workshop.places import State
from tests.workshop.conftest import DAY, FORM, STARTS, House
from tests.workshop.test_calendar import events

MORNING = dt.datetime(2026, 12, 6, 9, tzinfo=dt.UTC)
"""Of the day before."""


class Box:
    """The mails that went. Several of one second are in no order."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, set[Path]()

    def new(self) -> list[EmailMessage]:
        """Those that came since one looked last."""
        came = set(self.folder.glob("*.eml")) - self.seen
        self.seen |= came
        return [email.message_from_string(path.read_text(encoding="utf-8"), policy=default) for path in came]


@pytest.fixture
def box(settings: Settings) -> Box:
    return Box(settings.instance / "mail")


def told(mails: list[EmailMessage]) -> list[tuple[str, str]]:
    """Who was told, and how the subject begins."""
    return sorted((mail["To"].addresses[0].display_name, mail["Subject"].split(":")[0]) for mail in mails)


def words(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert body is not None
    return str(body.get_content())


def booked(house: House, trainer: FlaskClient, tess: Person, *names: str, **plan: str) -> str:
    """The path of a session in which these have a place, or wait for one, and know it."""
    uuid = house.plan(trainer, tess, **plan)
    for name in names:
        house.learner(name)[1].submit(f"/sessions/{uuid}/book")
    chores.tell_of_sessions(house.app, DAY)
    return f"/sessions/{uuid}"


def test_whoever_books_gets_one_mail_with_a_file_for_the_calendar(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings, box: Box
) -> None:
    path = booked(house, trainer, tess, "Ada Bell", "Ben Cole", places="1")
    assert chores.tell_of_sessions(house.app, DAY) == 0
    (mail,) = box.new()
    assert mail["Subject"] == "Your place: Listening together"
    assert told([mail]) == [("Ada Bell", "Your place")], "who waits sees it on the page"
    assert "Monday, 7 December 2026, 14:00 to 16:00\nEducation centre, room 2\nOnline: https://meet" in words(mail)
    assert f"{settings.url}{path}" in words(mail)
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "session-2026-12-07.ics")
    (event,) = events(file.get_payload(decode=True))
    assert (event["STATUS"], event["DTSTART"].dt) == ("CONFIRMED", STARTS)
    assert "https://meet.example.org/listening" in event["DESCRIPTION"]


def test_a_change_and_a_cancellation_bring_the_file_anew(
    house: House, trainer: FlaskClient, tess: Person, box: Box
) -> None:
    path = booked(house, trainer, tess, "Ada Bell", "Ben Cole", places="1")
    trainer.submit(f"{path}/change", FORM | {"facilitator": str(tess.uuid), "places": "1", "starts": "13:00"})
    chores.tell_of_sessions(house.app, DAY)
    trainer.submit(f"{path}/cancel")
    chores.tell_of_sessions(house.app, DAY)
    found = {told([mail])[0]: mail for mail in box.new()}
    assert "https://meet.example.org" in words(found["Ada Bell", "Changed"])
    waits = found["Ben Cole", "Changed"]
    (file,) = waits.iter_attachments()
    assert "meet.example.org" not in words(waits) + str(file.get_content()), "who waits is not told where"
    assert "for which you are on the waiting list" in words(waits)
    for subject, status in (("Changed", "CONFIRMED"), ("Cancelled", "CANCELLED")):
        (file,) = found["Ada Bell", subject].iter_attachments()
        (event,) = events(file.get_payload(decode=True))
        assert event["STATUS"] == status


def test_a_mail_reminds_the_day_before_within_the_hours_and_once(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings, box: Box
) -> None:
    path = booked(house, trainer, tess, "Ada Bell", "Ben Cole", places="1")
    box.new()
    for at in (
        MORNING - dt.timedelta(days=1),
        MORNING.replace(hour=7, minute=59),
        MORNING.replace(hour=18),
    ):
        assert chores.tell_of_sessions(house.app, at) == 0, at
    assert chores.tell_of_sessions(house.app, MORNING) == 1
    for at in (MORNING, MORNING + dt.timedelta(hours=3), MORNING + dt.timedelta(days=1)):
        assert chores.tell_of_sessions(house.app, at) == 0, at
    (mail,) = box.new()
    assert mail["Subject"] == "Tomorrow: Listening together"
    assert told([mail]) == [("Ada Bell", "Tomorrow")], "who waits has nothing to be reminded of"
    said = words(mail)
    for words_ in ("Monday, 7 December 2026, 14:00 to 16:00", "Education centre, room 2", "Online: https://meet."):
        assert words_ in said
    assert f"please give your place back there, so that the next one gets it:\n\n{settings.url}{path}\n" in said
    assert f"{settings.url}/account" in said
    assert not list(mail.iter_attachments())


def test_who_was_told_since_then_is_not_reminded(house: House, trainer: FlaskClient, tess: Person, box: Box) -> None:
    path = booked(house, trainer, tess, "Ada Bell", places="2")
    house.clock.move_to(MORNING - dt.timedelta(hours=8))
    house.learner("Ben Cole")[1].submit(f"{path}/book")
    assert chores.tell_of_sessions(house.app, MORNING - dt.timedelta(hours=8)) == 1, "a mail that confirms, at night"
    assert chores.tell_of_sessions(house.app, MORNING) == 1
    assert told(box.new()) == [("Ada Bell", "Tomorrow"), ("Ada Bell", "Your place"), ("Ben Cole", "Your place")]


@pytest.mark.parametrize("why", ["off", "cancelled", "given back", "there", "disabled"])
def test_nobody_is_reminded_of_what_they_do_not_go_to(
    house: House, trainer: FlaskClient, tess: Person, box: Box, why: str
) -> None:
    path = booked(house, trainer, tess, "Ada Bell")
    ada, browser = house.learner("Cem Dal")
    browser.submit(f"{path}/book")
    if why == "off":
        browser.submit("/account/mails", {"mails": "off"})
    elif why == "cancelled":
        trainer.submit(f"{path}/cancel")
    elif why == "given back":
        browser.submit(f"{path}/give-back")
    chores.tell_of_sessions(house.app, DAY)
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        if why == "there":
            own_booking = session.merge(house.booking(ada))
            own_booking.attended_at = DAY
        elif why == "disabled":
            session.get_one(Person, ada.id).is_active = False
    box.new()
    chores.tell_of_sessions(house.app, MORNING)
    assert told(box.new()) == ([] if why == "cancelled" else [("Ada Bell", "Tomorrow")])


def test_a_session_that_was_moved_is_reminded_of_anew(
    house: House, trainer: FlaskClient, tess: Person, box: Box
) -> None:
    path = booked(house, trainer, tess, "Ada Bell")
    assert chores.tell_of_sessions(house.app, MORNING) == 1
    house.clock.move_to(MORNING)
    trainer = house.sign_in(house.app.test_client(), tess)
    trainer.submit(f"{path}/change", FORM | {"facilitator": str(tess.uuid), "day": "2026-12-09"})
    assert chores.tell_of_sessions(house.app, MORNING) == 1
    for days, count in ((1, 0), (2, 1), (3, 0)):
        assert chores.tell_of_sessions(house.app, MORNING + dt.timedelta(days=days)) == count, days
    assert [subject for _, subject in told(box.new())] == ["Changed", "Tomorrow", "Tomorrow", "Your place"]


def test_what_could_not_be_sent_goes_later_and_never_too_late(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings, box: Box
) -> None:
    booked(house, trainer, tess, "Ada Bell", "Ben Cole")
    box.new()
    folder = settings.instance / "mail"
    kept = folder.rename(folder.with_name("kept"))
    folder.write_text("no folder: nothing can be put here")
    assert chores.tell_of_sessions(house.app, MORNING.replace(hour=17, minute=55)) == 0
    folder.unlink()
    kept.rename(folder)
    assert chores.tell_of_sessions(house.app, MORNING.replace(hour=18, minute=30)) == 0, "not at night"
    assert chores.tell_of_sessions(house.app, STARTS.replace(hour=8)) == 2
    assert told(box.new()) == [("Ada Bell", "Today"), ("Ben Cole", "Today")]


def test_after_the_beginning_nobody_is_reminded(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    booked(house, trainer, tess, "Ada Bell")
    assert chores.tell_of_sessions(house.app, STARTS) == 0
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        assert announcing.set_reminders(session, MORNING, settings.time_zone) == 1
    assert chores.tell_of_sessions(house.app, STARTS) == 0, "it waited for too long"


def test_whoever_waits_behind_what_is_overtaken_is_told_in_the_same_minute(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    booked(house, trainer, tess, "Ada Bell", "Ben Cole", "Cem Dal", places="3")
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        assert announcing.set_reminders(session, MORNING, settings.time_zone) == 3
        for booking in session.scalars(select(Booking).order_by(Booking.id).limit(2)):
            booking.attended_at = MORNING
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        (mail,) = announcing.take_mails(session, MORNING, may_remind=True, most=1)
        assert mail.person.name == "Cem Dal"
        assert announcing.take_mails(session, MORNING, may_remind=True, most=1) == []


@pytest.mark.parametrize("why", ["give-back", "cancel"])
def test_what_is_not_so_any_more_is_not_sent_again(
    house: House, trainer: FlaskClient, tess: Person, box: Box, why: str
) -> None:
    uuid = house.plan(trainer, tess)
    _, ada = house.learner("Ada Bell")
    ada.submit(f"/sessions/{uuid}/book")
    sending = taken(house, DAY)
    (ada if why == "give-back" else trainer).submit(f"/sessions/{uuid}/{why}")
    chores.tell_of_sessions(house.app, DAY)
    box.new()
    not_sent(house, sending)
    assert chores.tell_of_sessions(house.app, DAY + dt.timedelta(minutes=16)) == 0


FIRST_KINDS = ("moved up", "changed", "cancelled", "taken off")
"""What the first version that kept sessions knows: any other makes it fail at the whole row."""
AS_BEFORE = Table(
    "booking",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer),
    Column("person_id", Integer),
    Column("booked_at", DateTime(timezone=True)),
    Column("turn", Integer),
    Column("state", String),
    Column("news", Enum(*FIRST_KINDS, native_enum=False)),
    Column("news_from", DateTime(timezone=True)),
)


def test_the_version_before_reads_and_writes_every_booking(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings, box: Box
) -> None:
    """Its web workers run beside new ones while it is replaced, and one can go back to it."""
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")

    def news() -> list[str | None]:
        with house.app.app_context():
            return [row.news for row in db.session.execute(select(AS_BEFORE))]

    assert news() == [None], "she is to be told that she has a place"
    chores.tell_of_sessions(house.app, DAY)
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        assert announcing.set_reminders(session, MORNING, settings.time_zone) == 1
    assert news() == [None], "she is to be reminded"
    values = {"workshop_id": house.workshop().id, "person_id": ada.id, "booked_at": DAY, "turn": 1}
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(delete(AS_BEFORE))
        session.execute(insert(AS_BEFORE).values(**values, state=State.BOOKED.value, news="moved up", news_from=DAY))
    assert chores.tell_of_sessions(house.app, DAY) == 1
    assert told(box.new()) == [("Ada Bell", "You have a place"), ("Ada Bell", "Your place")]


@pytest.mark.parametrize("why", ["give-back", "cancel", "over"])
def test_a_change_is_not_told_after_it_is_of_no_use(
    house: House, trainer: FlaskClient, tess: Person, box: Box, why: str
) -> None:
    path = booked(house, trainer, tess, "Ada Bell")
    _, browser = house.learner("Ben Cole")
    browser.submit(f"{path}/book")
    chores.tell_of_sessions(house.app, DAY)
    trainer.submit(f"{path}/change", FORM | {"facilitator": str(tess.uuid), "starts": "13:00"})
    sending = taken(house, DAY)
    if why != "over":
        (trainer if why == "cancel" else browser).submit(f"{path}/{why}")
    chores.tell_of_sessions(house.app, DAY)
    box.new()
    not_sent(house, sending)
    chores.tell_of_sessions(house.app, STARTS.replace(hour=16) if why == "over" else DAY + dt.timedelta(minutes=16))
    assert told(box.new()) == ([("Ada Bell", "Changed")] if why == "give-back" else [])


def test_who_has_asked_again_is_not_told_that_they_are_off_the_list(
    house: House, trainer: FlaskClient, tess: Person, box: Box
) -> None:
    path = booked(house, trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"{path}/book")
    trainer.submit(f"{path}/people/{ada.uuid}/take-off")
    sending = taken(house, DAY)
    browser.submit(f"{path}/book")
    assert chores.tell_of_sessions(house.app, DAY) == 1
    not_sent(house, sending)
    assert chores.tell_of_sessions(house.app, DAY + dt.timedelta(minutes=16)) == 0
    assert told(box.new()) == [("Ada Bell", "Your place")]


def test_a_change_is_told_anew_when_a_relay_took_the_one_before_meanwhile(
    house: House, trainer: FlaskClient, tess: Person, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = booked(house, trainer, tess, "Ada Bell")
    box.new()
    read = sessions.bookings_of

    def read_and_taken(session: Session, workshop: Workshop) -> Sequence[Booking]:
        """What a relay does on PostgreSQL, where readers and writers keep nobody waiting."""
        known = read(session, workshop)
        session.execute(update(Booking).values(news=None), execution_options={"synchronize_session": False})
        return known

    form = FORM | {"facilitator": str(tess.uuid), "starts": "13:00"}
    trainer.submit(f"{path}/change", form)
    monkeypatch.setattr(sessions, "bookings_of", read_and_taken)
    trainer.submit(f"{path}/change", form | {"place": "Room 7"})
    assert chores.tell_of_sessions(house.app, DAY) == 1
    (mail,) = box.new()
    assert "Room 7" in words(mail)


def taken(house: House, at: dt.datetime) -> list[Mail]:
    """What a relay has taken, and hangs with."""
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        return announcing.take_mails(session, at, may_remind=True)


def not_sent(house: House, sending: list[Mail]) -> None:
    """It comes to itself, and could not send them."""
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        announcing.give_back(session, sending, DAY)


def test_several_relays_remind_nobody_twice(house: House, trainer: FlaskClient, tess: Person, box: Box) -> None:
    booked(house, trainer, tess, *(f"Person {number}" for number in range(12)), places="12")
    box.new()
    ready, went = threading.Barrier(4), []

    def relay() -> None:
        ready.wait()
        went.append(chores.tell_of_sessions(house.app, MORNING))

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reminders = [mail["To"] for mail in box.new()]
    assert sum(went) == len(reminders) == len(set(reminders)) == 12
