"""Planning sessions, asking for a place, waiting for one, and giving it back."""

from __future__ import annotations

import datetime as dt
import re
import threading
from html import unescape
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person, Role, Site
from lms.accounts.service import set_active
from lms.audit.actions import SYSTEM, Action
from lms.audit.models import AuditEvent
from lms.config import Settings
from lms.db import db, writing
from lms.operate import chores
from lms.privacy.service import erase
from lms.workshop import service
from lms.workshop.models import Booking, CalendarFeed
from lms.workshop.places import State
from tests.player import sample
from tests.workshop.conftest import DAY, FORM, STARTS, House, mails


def test_a_trainer_plans_and_a_learner_books(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, replaces=["begin"])
    _, ada = house.learner("Ada Bell")
    assert "A session that you can go to" in ada.get("/").text
    page = ada.get(f"/sessions/{uuid}").text
    for words in (
        "Monday, 7 December 2026, 14:00 to 16:00",
        "room 2",
        "Tess Rowe",
        "2 of 2 places free",
        "Book a place",
    ):
        assert words in page, words
    assert "meet.example.org" not in page, "only who has a place sees where to meet online"
    for _ in range(2):
        assert ada.submit(f"/sessions/{uuid}/book").status_code == 303
    assert house.states() == {"Ada Bell": "booked"}
    page = ada.get(f"/sessions/{uuid}").text
    assert "You have a place." in page
    assert "https://meet.example.org/listening" in page
    assert "Your next session" in ada.get("/").text
    assert "Ada Bell" in trainer.get(f"/sessions/{uuid}/lead").text
    outline = ada.get(f"/modules/{sample.MODULE}").text
    assert "Sessions on this module" in outline
    assert "counts as done" in outline
    assert "Sessions on this module" not in ada.get(f"/modules/{sample.SECOND}").text


def test_a_second_click_plans_no_second_session(house: House, trainer: FlaskClient, tess: Person) -> None:
    token = re.search(
        r'name="token"[^>]*value="([0-9a-f-]{36})"', trainer.get(f"/sessions/new?module={sample.MODULE}").text
    )
    assert token
    assert house.plan(trainer, tess, token=token[1]) == house.plan(trainer, tess, token=token[1]) == UUID(token[1])
    assert house.workshop().uuid == UUID(token[1])
    _, other = house.learner("Lee Orr", roles=[Role.TRAINER])
    sent = FORM | {"facilitator": str(tess.uuid), "token": token[1], "title": "Somebody else's"}
    other.submit(f"/sessions/new/{sample.MODULE}", sent)
    assert house.workshop().title == "Listening together"


def test_who_comes_late_waits_and_moves_up_in_order(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess)
    browsers = {name: house.learner(name)[1] for name in ("Ada Bell", "Ben Cole", "Cem Dal", "Dee Eng")}
    for browser in browsers.values():
        browser.submit(f"/sessions/{uuid}/book")
    assert list(house.states().values()) == ["booked", "booked", "waiting", "waiting"]
    assert "as number 2" in browsers["Dee Eng"].get(f"/sessions/{uuid}").text
    browsers["Ada Bell"].submit(f"/sessions/{uuid}/give-back")
    assert house.states()["Cem Dal"] == "booked"
    assert chores.tell_of_sessions(house.app, DAY) == 2, "Ben Cole that he has a place, Cem Dal that he has one now"
    assert chores.tell_of_sessions(house.app, DAY) == 0
    (mail,) = (one for one in mails(settings) if "Your place" not in one)
    assert "Subject: You have a place: Listening together" in mail
    assert "Dear Cem Dal" in mail
    assert "7 December 2026, 14:00 to 16:00" in mail
    browsers["Ada Bell"].submit(f"/sessions/{uuid}/book")
    assert house.states() == {"Ben Cole": "booked", "Cem Dal": "booked", "Dee Eng": "waiting", "Ada Bell": "waiting"}


def test_more_places_call_who_waits_and_fewer_than_taken_are_refused(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess)
    for name in ("Ada Bell", "Ben Cole", "Cem Dal"):
        house.learner(name)[1].submit(f"/sessions/{uuid}/book")
    sent = FORM | {"facilitator": str(tess.uuid), "places": "1"}
    answer = trainer.submit(f"/sessions/{uuid}/change", sent)
    assert answer.status_code == 422
    assert "2 people have a place already. Write 2 or more." in answer.text
    assert trainer.submit(f"/sessions/{uuid}/change", sent | {"places": "3"}).status_code == 303
    assert set(house.states().values()) == {"booked"}
    assert house.workshop().sequence == 0, "nothing that a calendar shows is another one"


def test_a_change_and_a_cancellation_are_told_once(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess)
    _, ada = house.learner("Ada Bell")
    ada.submit(f"/sessions/{uuid}/book")
    trainer.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(tess.uuid), "starts": "13:00"})
    chores.tell_of_sessions(house.app, DAY)
    assert "Subject: Changed: Listening together" in mails(settings)[0]
    assert "13:00 to 16:00" in mails(settings)[0]
    assert "1 person who has a place" in trainer.get(f"/sessions/{uuid}/cancel").text
    for _ in range(2):
        trainer.submit(f"/sessions/{uuid}/cancel")
    chores.tell_of_sessions(house.app, DAY)
    chores.tell_of_sessions(house.app, DAY)
    assert len(mails(settings)) == 2
    assert house.workshop().sequence == 2
    assert "does not take place" in ada.get(f"/sessions/{uuid}").text
    assert ada.submit(f"/sessions/{uuid}/book").status_code == 303
    assert "Cancelled" in ada.get("/sessions").text
    assert "Listening together" not in ada.get("/").text


def test_a_mail_that_did_not_go_is_tried_again(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess)
    house.learner("Ada Bell")[1].submit(f"/sessions/{uuid}/book")
    trainer.submit(f"/sessions/{uuid}/cancel")
    folder = settings.instance / "mail"
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder: nothing can be put here")
    assert chores.tell_of_sessions(house.app, DAY) == 0
    folder.unlink()
    assert chores.tell_of_sessions(house.app, DAY + dt.timedelta(minutes=1)) == 0, "not at once"
    assert chores.tell_of_sessions(house.app, DAY + dt.timedelta(minutes=16)) == 1


def test_the_facilitator_takes_somebody_off(
    house: House, trainer: FlaskClient, tess: Person, settings: Settings
) -> None:
    uuid = house.plan(trainer, tess, places="1")
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    house.learner("Ben Cole")[1].submit(f"/sessions/{uuid}/book")
    trainer.submit(f"/sessions/{uuid}/people/{ada.uuid}/take-off")
    assert house.states() == {"Ada Bell": "cancelled", "Ben Cole": "booked"}
    chores.tell_of_sessions(house.app, DAY)
    subjects = sorted(line for mail in mails(settings) for line in mail.splitlines() if line.startswith("Subject:"))
    assert subjects == [
        "Subject: You are off the list: Listening together",
        "Subject: You have a place: Listening together",
    ]


def test_only_people_of_the_site_and_below_see_it(house: House, trainer: FlaskClient, tess: Person) -> None:
    _, north = house.learner("Ada Bell", site="north")
    _, ward = house.learner("Ben Cole", site="ward")
    _, south = house.learner("Cem Dal", site="south")
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        sites = {site.code: site for site in session.scalars(select(Site))}
        sites["ward"].parent_id = sites["north"].id
        number = str(sites["north"].id)
    uuid = house.plan(trainer, tess, site=number)
    for browser in (north, ward):
        assert browser.get(f"/sessions/{uuid}").status_code == 200
        assert "Listening together" in browser.get("/sessions").text
    assert "Listening together" not in south.get("/sessions").text + south.get("/").text
    assert south.get(f"/sessions/{uuid}").status_code == 404
    assert south.get(f"/sessions/{uuid}.ics").status_code == 404
    for what in ("book", "give-back", "count", "share/take-back"):
        assert south.submit(f"/sessions/{uuid}/{what}").status_code == 404, what
    assert house.states() == {}


def test_a_trainer_of_a_site_offers_only_there(house: House) -> None:
    house.learner("Ada Bell", site="south")
    lee, browser = house.learner("Lee Orr", roles=[Role.TRAINER], site="north")
    page = browser.get(f"/sessions/new?module={sample.MODULE}").text
    assert "North, with all below it" in page
    assert "South" not in page
    answer = browser.submit(f"/sessions/new/{sample.MODULE}", FORM | {"facilitator": str(lee.uuid)})
    assert answer.status_code == 422


def test_another_trainers_session_is_not_there(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    _, other = house.learner("Lee Orr", roles=[Role.TRAINER])
    for path in ("lead", "cohort", "change", "cancel", "code"):
        assert other.get(f"/sessions/{uuid}/{path}").status_code == 404, path
        assert browser.get(f"/sessions/{uuid}/{path}").status_code == 403, path
    for path in ("change", "cancel", "present", f"people/{ada.uuid}/take-off", f"people/{ada.uuid}/absent"):
        assert other.submit(f"/sessions/{uuid}/{path}", FORM).status_code == 404, path
        assert browser.submit(f"/sessions/{uuid}/{path}", FORM).status_code == 403, path
    _, lead = house.learner("Kim Poe", roles=[Role.PROGRAMME_LEAD])
    assert lead.get(f"/sessions/{uuid}/lead").status_code == 200
    stranger = trainer.submit(f"/sessions/{uuid}/people/{uuid4()}/take-off")
    assert stranger.status_code == 404


def test_handing_over_hands_everything_over(house: House, trainer: FlaskClient, tess: Person) -> None:
    lee, other = house.learner("Lee Orr", roles=[Role.TRAINER])
    uuid = house.plan(trainer, tess)
    answer = trainer.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(lee.uuid)})
    assert answer.headers["Location"] == "/sessions"
    assert trainer.get(f"/sessions/{uuid}/lead").status_code == 404
    assert other.get(f"/sessions/{uuid}/lead").status_code == 200


def test_where_the_facilitator_has_gone_somebody_is_chosen(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    kim, lead = house.learner("Kim Poe", roles=[Role.PROGRAMME_LEAD])
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        erase(session, session.get_one(Person, tess.id), SYSTEM, DAY)
    assert '<option value="">Choose …</option>' in lead.get(f"/sessions/{uuid}/change").text.replace("selected ", "")
    answer = lead.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": ""})
    assert (answer.status_code, "Choose who leads it." in answer.text) == (422, True)
    assert lead.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(tess.uuid)}).status_code == 422
    assert lead.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(kim.uuid)}).status_code == 303


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("title", " ", "Give it a title."),
        ("day", "next monday", "Write the day as year, month and day"),
        ("day", "2026-10-01", "That time is past."),
        ("starts", "two", "Write hours and minutes"),
        ("ends", "13:00", "It ends before it starts."),
        ("place", "", "Say where it is."),
        ("link", "meet me", "Write a whole address"),
        ("link", "https://meet.example.org/a room", "Write a whole address"),
        ("link", "javascript://x/%0aalert(1)", "Write a whole address"),
        ("places", "many", "Write a number in figures"),
        ("places", "0", "A number from 1 to 500"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    house: House, trainer: FlaskClient, tess: Person, field: str, typed: str, told: str
) -> None:
    sent = FORM | {"facilitator": str(tess.uuid), "replaces": ["begin"], field: typed}
    answer = trainer.submit(f"/sessions/new/{sample.MODULE}", sent)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert told in page
    assert 'value="begin" checked' in page
    for name, value in sent.items():
        if isinstance(value, str) and name in ("title", "day", "starts", "ends", "place", "link", "places"):
            assert f'value="{value.strip()}"' in page, name


def test_once_it_has_begun_nothing_is_booked_or_changed(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    _, ada = house.learner("Ada Bell")
    ada.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(STARTS)
    _, ben = house.learner("Ben Cole")
    ada, trainer = house.sign_in(ada, house.learner("Ada Again")[0]), house.sign_in(trainer, tess)
    ben.submit(f"/sessions/{uuid}/book")
    assert "not possible any more" in ben.get(f"/sessions/{uuid}").text
    assert house.states() == {"Ada Bell": "booked"}
    assert trainer.get(f"/sessions/{uuid}/change").status_code == 303
    assert trainer.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(tess.uuid)}).status_code in (303, 422)


def test_each_look_at_the_list_and_each_change_is_written_down(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    trainer.get(f"/sessions/{uuid}/lead")
    trainer.get(f"/sessions/{uuid}/cohort")
    trainer.submit(f"/sessions/{uuid}/cancel")
    with house.app.app_context():
        found = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        noted = [(one.action, one.about, one.facts.get("at")) for one in found if one.actor_uuid == tess.uuid]
    assert noted == [
        (Action.SESSION_PLANNED, None, None),
        (Action.LOOKED, ada.uuid, "session"),
        (Action.LOOKED, ada.uuid, "cohort"),
        (Action.SESSION_CANCELLED, None, None),
    ]


def test_a_further_place_on_a_module_is_told_before_it_is_booked(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    first = house.plan(trainer, tess)
    second = house.plan(trainer, tess, title="Listening once more", day="2026-12-14")
    ada, browser = house.learner("Ada Bell")
    assert "another session" not in browser.get(f"/sessions/{second}").text
    browser.submit(f"/sessions/{first}/book")
    page = browser.get(f"/sessions/{second}").text
    assert "You asked for a place in another session of this module" in page
    assert f'<a href="/sessions/{first}">Listening together</a>' in page
    assert "Book a place here too</button>" in page
    browser.submit(f"/sessions/{second}/book")
    assert "Nothing is booked yet" in browser.get(f"/sessions/{second}").text, "by a page that was open before"
    assert house.booking(ada).workshop_id == 1
    browser.submit(f"/sessions/{second}/book", {"also": "yes"})
    assert "You have a place." in browser.get(f"/sessions/{second}").text
    for uuid in (first, second):
        browser.submit(f"/sessions/{uuid}/give-back")
    assert "another session" not in browser.get(f"/sessions/{second}").text
    browser.submit(f"/sessions/{first}/book")
    trainer.submit(f"/sessions/{first}/cancel")
    browser.submit(f"/sessions/{second}/book")
    assert "You have a place." in browser.get(f"/sessions/{second}").text, "what is cancelled is in nobody's way"


def test_two_at_once_cannot_have_the_last_place(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1")
    people = [house.learner(f"Person {number}")[0] for number in range(6)]
    ready = threading.Barrier(len(people))

    def book(who: Person) -> None:
        with house.app.app_context(), db.sessionmaker() as own:
            ready.wait()
            with writing(own) as session:
                service.book(session, who, uuid, DAY)

    threads = [threading.Thread(target=book, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.app.app_context():
        found = db.session.scalars(select(Booking).order_by(Booking.turn)).all()
    assert [one.state for one in found] == [State.BOOKED] + [State.WAITING] * 5
    assert [one.turn for one in found] == [1, 2, 3, 4, 5, 6]


def test_who_is_erased_leaves_a_place_to_who_waits(
    app: Flask, house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess, places="1")
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    browser.submit("/sessions/calendar")
    house.learner("Ben Cole")[1].submit(f"/sessions/{uuid}/book")
    for who in (ada, tess):
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            erase(session, session.get_one(Person, who.id), SYSTEM, DAY)
    assert house.states() == {"Ben Cole": "booked"}
    with app.app_context():
        assert db.session.scalars(select(CalendarFeed)).all() == []
    _, ben = house.learner("Cem Dal")
    page = ben.get(f"/sessions/{uuid}").text
    assert "Listening together" in page
    assert "Tess" not in page


def test_who_has_left_keeps_no_place(app: Flask, house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1")
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    house.learner("Ben Cole")[1].submit(f"/sessions/{uuid}/book")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        set_active(session, session.get_one(Person, ada.id), False, DAY)
    assert chores.tell_of_sessions(app, DAY) == 1
    assert house.states() == {"Ada Bell": "cancelled", "Ben Cole": "booked"}


def test_a_leader_sees_what_they_lead_on_the_start_page(house: House, trainer: FlaskClient, tess: Person) -> None:
    house.plan(trainer, tess)
    assert "The next session that you lead" in trainer.get("/").text
    page = trainer.get("/sessions").text
    assert page.count("Listening together") == 1
    assert "0 of 2 places taken" in page
