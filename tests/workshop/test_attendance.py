"""Who was there: by the list, by the code; what that counts for, and what taking it back leaves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.models import Person, Role
from lms.accounts.queries import site_by_code
from lms.audit.actions import Action
from lms.audit.models import AuditEvent
from lms.db import db
from lms.enrolment.models import Registration, State
from lms.enrolment.service import open_early
from lms.outbox.models import Statement
from lms.progress.models import PageProgress, Visit
from lms.workshop.attendance.code import code
from lms.workshop.models import Workshop
from lms.workshop.presence import Way
from tests.player import sample
from tests.workshop.conftest import FORM, STARTS, House

DURING = STARTS + dt.timedelta(minutes=10)


def again(house: House, who: Person) -> FlaskClient:
    """A browser on the day: sign-ins do not last for weeks."""
    return house.sign_in(house.app.test_client(), who)


def code_of(house: House, uuid: UUID) -> str:
    """Where the code leads that is on the wall now."""
    at = dt.datetime.now(dt.UTC)
    return f"/sessions/here/{code(str(house.app.secret_key), uuid, at)}"


def be_here(browser: FlaskClient, path: str) -> TestResponse:
    """Scan a code and press the button."""
    return browser.submit(browser.get(path).headers["Location"])


def opened(house: House, who: Person) -> set[str]:
    with house.app.app_context():
        query = select(PageProgress.page_id).join(Registration).where(Registration.person_id == who.id)
        return set(db.session.scalars(query))


def told(house: House) -> list[tuple[str, str]]:
    """Verb and object of each statement."""
    with house.app.app_context():
        bodies = [json.loads(body) for body in db.session.scalars(select(Statement.body).order_by(Statement.id))]
    return [(one["verb"]["display"]["en"], one["object"]["id"].rpartition("/")[2]) for one in bodies]


def test_the_list_notes_and_takes_back(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    ben, other = house.learner("Ben Cole")
    for one in (browser, other):
        one.submit(f"/sessions/{uuid}/book")
    assert "Note who is ticked" not in trainer.get(f"/sessions/{uuid}/lead").text
    trainer.submit(f"/sessions/{uuid}/present", {"person": [str(ada.uuid)]})
    assert house.booking(ada).attended_at is None, "it is weeks too early"
    house.clock.move_to(DURING)
    trainer = again(house, tess)
    assert "Note who is ticked" in trainer.get(f"/sessions/{uuid}/lead").text
    for _ in range(2):
        trainer.submit(f"/sessions/{uuid}/present", {"person": [str(ada.uuid), str(ben.uuid)]})
    assert (house.booking(ada).attended_at, house.booking(ada).attended_by) == (DURING, Way.LIST)
    for _ in range(2):
        trainer.submit(f"/sessions/{uuid}/people/{ben.uuid}/absent")
    assert house.booking(ben).attended_at is None
    with house.app.app_context():
        found = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(one.action, one.about) for one in found if "attendance" in one.action] == [
        (Action.ATTENDED, ada.uuid),
        (Action.ATTENDED, ben.uuid),
        (Action.ATTENDANCE_UNDONE, ben.uuid),
    ]
    assert told(house) == [], "a session that replaces nothing tells nothing"


def test_a_session_that_replaces_sections_has_their_pages_done(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess, replaces=["begin"])
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(DURING)
    trainer = again(house, tess)
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    assert opened(house, ada) == {"verbs", "turn"}
    verbs = told(house)
    assert [about for verb, about in verbs if verb == "experienced"] == ["verbs", "turn", "begin"]
    assert not any(verb in ("launched", "initialized") for verb, _ in verbs), "nobody was at a screen"
    with house.app.app_context():
        assert db.session.scalars(select(Visit)).all() == []
        taken = db.session.scalars(select(Registration)).one()
    assert (taken.state, taken.started_at, taken.seconds) == (State.STARTED, DURING, 0)
    trainer.submit(f"/sessions/{uuid}/people/{ada.uuid}/absent")
    assert opened(house, ada) == {"verbs", "turn"}, "what is done stays done"
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    assert told(house) == verbs, "nothing is told twice"
    ada_ = again(house, ada)
    assert "It counts for the module" in ada_.get(f"/sessions/{uuid}").text
    assert "Under way" in trainer.get(f"/sessions/{uuid}/cohort").text


def test_the_last_pages_complete_a_module_whose_quiz_is_passed(
    house: House, trainer: FlaskClient, tess: Person
) -> None:
    uuid = house.plan(trainer, tess, replaces=["begin"])
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    browser.get(f"/modules/{sample.MODULE}/pages/quiz")
    where = browser.submit(f"/modules/{sample.MODULE}/quiz/start").headers["Location"]
    choice = re.search(r'value="(\d+)"[^>]*>\s*<label[^>]*>To wait', browser.get(where).text)
    assert choice
    browser.submit(where, {"choice": choice[1], "version": "0"})
    browser.submit(where.split("/items/")[0] + "/submit")
    house.clock.move_to(DURING)
    again(house, tess).submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    with house.app.app_context():
        assert db.session.scalars(select(Registration)).one().state is State.COMPLETED
    page = again(house, tess).get(f"/sessions/{uuid}/cohort").text
    assert "Completed" in page
    assert "100" not in page


def test_a_module_that_is_not_open_yet_counts_later(house: House, trainer: FlaskClient, tess: Person) -> None:
    answer = trainer.submit(
        f"/sessions/new/{sample.SECOND}", FORM | {"facilitator": str(tess.uuid), "replaces": ["only"]}
    )
    assert answer.status_code == 303
    with house.app.app_context():
        uuid = db.session.scalars(select(Workshop.uuid)).one()
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(DURING)
    trainer, browser = again(house, tess), again(house, ada)
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    assert (opened(house, ada), house.booking(ada).counted_at) == (set(), None)
    assert "Count it for the module" in browser.get(f"/sessions/{uuid}").text
    browser.submit(f"/sessions/{uuid}/count")
    assert opened(house, ada) == set()
    with house.app.app_context():
        from lms.db import transaction

        with transaction() as session:
            open_early(session, ada.id, sample.SECOND, DURING)
    browser.submit(f"/sessions/{uuid}/count")
    assert opened(house, ada) == {"one"}
    assert house.booking(ada).counted_at == DURING


def test_the_code_works_in_its_time_for_who_booked(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, replaces=["begin"])
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    for at, words in (
        (STARTS - dt.timedelta(minutes=31), "It is too early."),
        (STARTS + dt.timedelta(minutes=181), "It is too late"),
    ):
        house.clock.move_to(at)
        answer = be_here(again(house, ada), code_of(house, uuid))
        assert answer.status_code == 422
        assert words in answer.text
    assert opened(house, ada) == set()
    house.clock.move_to(STARTS - dt.timedelta(minutes=29))
    browser = again(house, ada)
    where = browser.get(code_of(house, uuid)).headers["Location"]
    assert "I am here" in browser.get(where).text
    for _ in range(2):
        assert browser.submit(where).headers["Location"] == f"/sessions/{uuid}"
    assert house.booking(ada).attended_by is Way.CODE
    assert opened(house, ada) == {"verbs", "turn"}
    with house.app.app_context():
        noted = db.session.scalars(select(AuditEvent).filter_by(action=Action.ATTENDED)).one()
    assert (noted.actor_uuid, noted.about, noted.facts["by"]) == (ada.uuid, ada.uuid, "code")


def test_who_walks_in_takes_a_free_place_and_no_more(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1")
    ada, ben = house.learner("Ada Bell")[0], house.learner("Ben Cole")[0]
    house.clock.move_to(DURING)
    path = code_of(house, uuid)
    assert be_here(again(house, ada), path).status_code == 303
    answer = be_here(again(house, ben), path)
    assert (answer.status_code, "Every place is taken." in answer.text) == (422, True)
    assert house.states() == {"Ada Bell": "booked"}


def test_who_waits_comes_in_when_somebody_did_not_come(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1", replaces=["begin"])
    ada, first = house.learner("Ada Bell")
    ben, second = house.learner("Ben Cole")
    for browser in (first, second):
        browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(DURING)
    trainer = again(house, tess)
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(ben.uuid)})
    assert "Not noted, since every place is taken: Ben Cole" in trainer.get(f"/sessions/{uuid}/lead").text
    with house.app.app_context():
        assert db.session.scalars(select(Registration)).all() == [], "who is refused is not registered either"
    trainer.submit(f"/sessions/{uuid}/people/{ada.uuid}/take-off")
    assert house.states() == {"Ada Bell": "cancelled", "Ben Cole": "waiting"}, "nobody is called any more"
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(ben.uuid)})
    assert house.states()["Ben Cole"] == "booked"
    assert opened(house, ben) == {"verbs", "turn"}


def test_nobody_who_is_not_asked_in_comes_in_by_the_code(house: House, trainer: FlaskClient, tess: Person) -> None:
    ada, _ = house.learner("Ada Bell", site="north")
    eve, _ = house.learner("Eve Lund", site="south")
    with house.app.app_context():
        site = site_by_code(db.session, "north")
        assert site
        number = str(site.id)
    uuid = house.plan(trainer, tess, site=number)
    house.clock.move_to(DURING)
    path = code_of(house, uuid)
    assert be_here(again(house, eve), path).status_code == 422
    assert be_here(again(house, ada), path).status_code == 303
    assert house.states() == {"Ada Bell": "booked"}


@pytest.mark.parametrize("given", ["none", "a.b.c", "%00", "IjEyMyI.x"])
def test_a_made_up_code_leads_nowhere(house: House, given: str) -> None:
    _, browser = house.learner("Ada Bell")
    assert browser.get(f"/sessions/here/{given}").status_code in (400, 404)


def test_of_a_cancelled_session_nobody_was_there(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    browser.submit(f"/sessions/{uuid}/book")
    trainer.submit(f"/sessions/{uuid}/cancel")
    house.clock.move_to(DURING)
    answer = be_here(again(house, ada), code_of(house, uuid))
    assert "This session does not take place." in answer.text
    again(house, tess).submit(f"/sessions/{uuid}/present", {"person": str(ada.uuid)})
    assert house.booking(ada).attended_at is None


def test_who_was_there_is_had_as_a_file_by_who_leads_it(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    people = [house.learner(name) for name in ("=Ada", "Ben Cole", "Cas Dow")]
    for _, browser in people:
        browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(STARTS)
    trainer = house.sign_in(trainer, tess)
    trainer.submit(f"/sessions/{uuid}/present", {"person": str(people[0][0].uuid)})
    assert f'href="/sessions/{uuid}/people.csv"' in trainer.get(f"/sessions/{uuid}/lead").text
    answer = trainer.get(f"/sessions/{uuid}/people.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=session-2026-12-07.csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]
    assert rows == [
        ["'=Ada", "has a place", "2026-11-02", "yes", "by the list", "2026-12-07", "14:00"],
        ["Ben Cole", "has a place", "2026-11-02", "no", "", "", ""],
        ["Cas Dow", "waits", "2026-11-02", "no", "", "", ""],
    ]
    with house.app.app_context():
        last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last
    assert (last.action, last.about, last.facts) == (
        Action.LOOKED, None, {"at": "session", "session": str(uuid), "people": 3, "as": "file"}
    )  # fmt: skip
    assert trainer.get(f"/sessions/{uuid}/people.xlsx").status_code == 200
    other = house.sign_in(house.app.test_client(), house.person("Tim Orr", roles=[Role.TRAINER]))
    assert other.get(f"/sessions/{uuid}/people.csv").status_code == 404
    assert house.sign_in(house.app.test_client(), people[1][0]).get(f"/sessions/{uuid}/people.csv").status_code == 403
