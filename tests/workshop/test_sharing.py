"""A reflection for the facilitator alone, by its author's act alone, for as long as its author wants."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.audit.actions import SYSTEM, Action
from lms.audit.models import AuditEvent
from lms.db import db, writing
from lms.privacy.service import erase
from lms.reflection.models import Entry
from lms.workshop.models import SharedReflection
from tests.player import sample
from tests.workshop.conftest import DAY, FORM, House

SECRET = "The linen cage hurt my back that day."
LATER = "Something else, that nobody is shown."
WRITE = f"/modules/{sample.MODULE}/writing/reflection/last-time"


class Scene:
    """A session, and somebody with a place in it who has written something."""

    def __init__(self, house: House, trainer: FlaskClient, tess: Person) -> None:
        self.house, self.trainer, self.tess = house, trainer, tess
        self.uuid = house.plan(trainer, tess)
        self.ada, self.browser = house.learner("Ada Bell")
        self.browser.submit(WRITE, {"box-0": SECRET, "version": "0"})
        self.browser.submit(f"/sessions/{self.uuid}/book")

    def entry(self) -> UUID:
        with self.house.app.app_context():
            return db.session.scalars(select(Entry.uuid).filter_by(person_id=self.ada.id)).one()

    def share(self) -> str:
        """Share it; where it is read."""
        answer = self.browser.submit(f"/sessions/{self.uuid}/share", {"entry": str(self.entry())})
        assert answer.status_code == 303
        with self.house.app.app_context():
            return f"/sessions/{self.uuid}/shared/{db.session.scalars(select(SharedReflection.uuid)).one()}"

    def count(self) -> int:
        with self.house.app.app_context():
            return len(db.session.scalars(select(SharedReflection)).all())


@pytest.fixture
def scene(house: House, trainer: FlaskClient, tess: Person) -> Scene:
    return Scene(house, trainer, tess)


def test_it_is_shown_read_and_taken_back(scene: Scene) -> None:
    lead = f"/sessions/{scene.uuid}/lead"
    assert SECRET not in scene.trainer.get(lead).text
    assert "shared" not in scene.trainer.get(lead).text
    assert SECRET in scene.browser.get(f"/sessions/{scene.uuid}/share").text
    place = scene.share()
    assert "Read what they shared" in scene.trainer.get(lead).text
    page = scene.trainer.get(place)
    assert SECRET in page.text
    assert page.headers["Cache-Control"] == "no-store"
    scene.browser.submit(WRITE, {"box-0": LATER, "version": "1"})
    assert LATER not in scene.trainer.get(place).text
    assert "Take it back" in scene.browser.get(f"/sessions/{scene.uuid}").text
    for _ in range(2):
        scene.browser.submit(f"/sessions/{scene.uuid}/share/take-back")
    assert scene.count() == 0
    assert scene.trainer.get(place).status_code == 404
    assert "Read what they shared" not in scene.trainer.get(lead).text
    with scene.house.app.app_context():
        found = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    noted = [(one.action, one.actor_uuid, one.facts.get("at")) for one in found if one.about == scene.ada.uuid]
    noted = [one for one in noted if one[2] != "session"]  # that she comes was seen as well
    assert noted == [
        (Action.SHARED, scene.ada.uuid, None),
        (Action.LOOKED, scene.tess.uuid, "shared reflection"),
        (Action.LOOKED, scene.tess.uuid, "shared reflection"),
        (Action.UNSHARED, scene.ada.uuid, None),
    ]


def test_nobody_but_the_facilitator_reads_it(scene: Scene) -> None:
    place = scene.share()
    for role in Role:
        _, other = scene.house.learner("Rae Holm", roles=[role])
        assert other.get(place).status_code == (403 if role is Role.SITE_LEAD else 404), role
    _, lead = scene.house.learner("Kim Poe", roles=[Role.ADMIN])
    page = lead.get(f"/sessions/{scene.uuid}/lead").text
    assert "Ada Bell" in page
    assert "Read what they shared" not in page, "who may change the session may not read this"
    assert scene.browser.get(place).status_code == 403
    with scene.house.app.app_context():
        kept = db.session.scalars(select(SharedReflection)).one()
    assert SECRET.encode() not in kept.ciphertext


def test_a_second_click_shares_once_and_another_text_waits_for_its_turn(scene: Scene) -> None:
    place = scene.share()
    assert scene.share() == place
    assert "You show one already" in scene.browser.get(f"/sessions/{scene.uuid}/share").text


@pytest.mark.parametrize("how", ["delete", "give back", "cancel", "hand over", "erase the author", "erase the reader"])
def test_it_ends_with_what_it_hangs_on(scene: Scene, how: str) -> None:
    place = scene.share()
    house, uuid = scene.house, scene.uuid
    if how == "delete":
        scene.browser.submit(f"/reflections/{scene.entry()}/delete")
    elif how == "give back":
        scene.browser.submit(f"/sessions/{uuid}/give-back")
    elif how == "cancel":
        scene.trainer.submit(f"/sessions/{uuid}/cancel")
    elif how == "hand over":
        lee, other = house.learner("Lee Orr", roles=[Role.TRAINER])
        scene.trainer.submit(f"/sessions/{uuid}/change", FORM | {"facilitator": str(lee.uuid)})
        assert other.get(place).status_code == 404
    else:
        gone = scene.ada if how == "erase the author" else scene.tess
        with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
            erase(session, session.get_one(Person, gone.id), SYSTEM, DAY)
    assert scene.count() == 0
    if how != "erase the reader":
        assert scene.trainer.get(place).status_code == 404


def test_who_has_no_place_shares_nothing_and_nobody_shares_anothers(scene: Scene) -> None:
    _, eve = scene.house.learner("Eve Lund")
    assert eve.get(f"/sessions/{scene.uuid}/share").status_code == 404
    for entry in (str(scene.entry()), str(uuid4()), "none"):
        assert eve.submit(f"/sessions/{scene.uuid}/share", {"entry": entry}).status_code == 404
    eve.submit(f"/sessions/{scene.uuid}/book")
    assert eve.submit(f"/sessions/{scene.uuid}/share", {"entry": str(scene.entry())}).status_code == 404
    assert scene.count() == 0
    assert "You have not written a reflection" in eve.get(f"/sessions/{scene.uuid}/share").text


def test_without_a_facilitator_there_is_nobody_to_share_with(scene: Scene) -> None:
    with scene.house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        erase(session, session.get_one(Person, scene.tess.id), SYSTEM, DAY)
    assert "nobody to show it to" in scene.browser.get(f"/sessions/{scene.uuid}/share").text
    scene.browser.submit(f"/sessions/{scene.uuid}/share", {"entry": str(scene.entry())})
    assert scene.count() == 0
