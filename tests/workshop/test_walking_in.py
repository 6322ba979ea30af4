"""Somebody came without a place and without a phone: the facilitator finds them, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import Person, Role, Site
from lms.accounts.service import set_active
from lms.audit.actions import Action
from lms.audit.models import AuditEvent
from lms.db import db, writing
from lms.workshop.presence import Way
from lms.workshop.walking_in import queries
from lms.workshop.walking_in.names import has_enough, likes, rule_for
from tests.workshop.conftest import DAY, House
from tests.workshop.test_attendance import DURING, again, opened


@pytest.mark.parametrize(
    ("name", "typed", "is_right"),
    [
        ("Ada Bell", "ada", True),
        ("Ada Bell", "bell AD", True),
        ("Ada Bell", "ell", False),
        ("Ada Bell", "ada ada", False),
        ("Ada Bell", "ada bell carter", False),
        ("Zoë Ng", "zoe ng", True),
        ("Zoe Ng", "ZOË", True),
        ("Jean-Luc O’Brien", "jean luc o'brien", True),
        ("An Anna", "anna an", True),
        ("Łucja Żak", "zak", True),
    ],
)
def test_who_is_called_so(name: str, typed: str, is_right: bool) -> None:
    assert rule_for(typed)(name) is is_right


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_is_an_answer(name: str, typed: str) -> None:
    assert rule_for(name)(name)
    assert rule_for(typed)(f"{name} {typed}")
    assert not has_enough("a b")


@given(
    st.text(st.sampled_from("aAiIİbBkKßøØéÉﬁſ -.'%_1") | st.characters(), max_size=8),
    st.text(st.sampled_from("aAiIİbBkKßøØéÉﬁſ -.'%_1"), max_size=4),
)
def test_what_the_database_leaves_out_is_left_out_by_the_rule(name: str, typed: str) -> None:
    def fits(name: str) -> bool:
        return all(
            re.search(re.escape(like).replace("%", ".*").replace("_", "."), name.lower(), re.DOTALL)
            for like in likes(typed)
        )

    assert fits(name) or not name.isascii() or not rule_for(typed)(name)


def test_only_names_that_may_fit_are_read(house: House, trainer: FlaskClient, tess: Person) -> None:
    for name in ("Ada Bell", "Zoë Ng", "Ida Ådal", "Ben_Cole Orr", "Ben Cole Orr", "ILSE IMHOF"):
        house.person(name)
    path, leader = now_on(house, trainer, tess)
    read = list[str]()

    def compared(typed: str) -> Callable[[str], bool]:
        fits = rule_for(typed)

        def fits_too(name: str) -> bool:
            read.append(name)
            return fits(name)

        return fits_too

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(queries, "rule_for", compared)
        for typed, found in (("ada", "Ada Bell"), ("zoe", "Zoë Ng"), ("ådal", "Ida Ådal"), ("imh ils", "ILSE IMHOF")):
            read.clear()
            assert found in leader.submit(f"{path}/walk-in", {"who": typed}).text
            assert {found, "Zoë Ng", "Ida Ådal"} == set(read)
        page = leader.submit(f"{path}/walk-in", {"who": "ben_c"}).text
        assert ("Ben_Cole Orr" in page, "Ben Cole Orr" in page) == (True, False)


def now_on(house: House, trainer: FlaskClient, tess: Person, **plan: str) -> tuple[str, FlaskClient]:
    """The path of a session that is going on, and the browser of who leads it."""
    uuid = house.plan(trainer, tess, **plan)
    house.clock.move_to(DURING)
    return f"/sessions/{uuid}", again(house, tess)


def number_of(house: House, code: str, below: str = "") -> str:
    """The site with this short name, which may be put below another."""
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        sites = {site.code: site for site in session.scalars(select(Site))}
        if below:
            sites[code].parent_id = sites[below].id
        return str(sites[code].id)


def looked(house: House) -> list[tuple[UUID | None, object]]:
    with house.app.app_context():
        found = db.session.scalars(select(AuditEvent).filter_by(action=Action.LOOKED).order_by(AuditEvent.id)).all()
    return [(one.about, one.facts.get("people")) for one in found if one.facts["at"] == "walk-in"]


def test_who_came_is_found_and_noted_as_there(house: House, trainer: FlaskClient, tess: Person) -> None:
    ada, _ = house.learner("Ada Bell", email="ada@example.org", site="north")
    house.learner("Adam Orr", site="south")
    path, leader = now_on(house, trainer, tess, places="1", replaces="begin")
    assert "Somebody who is not on the list" in leader.get(f"{path}/lead").text
    page = leader.submit(f"{path}/walk-in", {"who": "ad"})
    assert (page.status_code, "Write at least 3 letters" in page.text) == (422, True)
    page = leader.submit(f"{path}/walk-in", {"who": "bel ad"}).text
    assert "Is it Ada Bell?" in page
    assert "North" in page
    assert "Adam" not in page
    assert "@" not in page.partition("<main")[2].replace("e-mail", ""), (
        "an address is shown to nobody who did not type it"
    )
    assert "Ada Bell" in leader.submit(f"{path}/walk-in", {"who": " ADA@example.org "}).text
    assert looked(house) == [(ada.uuid, None), (ada.uuid, None)]
    for _ in range(2):
        assert leader.submit(f"{path}/walk-in/{ada.uuid}").headers["Location"] == f"{path}/lead#people"
    booking = house.booking(ada)
    assert (booking.state, booking.attended_at, booking.attended_by, booking.news) == ("booked", DURING, Way.LIST, None)
    assert opened(house, ada) == {"verbs", "turn"}
    with house.app.app_context():
        noted = db.session.scalars(select(AuditEvent).filter_by(action=Action.ATTENDED)).one()
    assert (noted.actor_uuid, noted.about, noted.facts["by"]) == (tess.uuid, ada.uuid, "list")
    assert "noted as there" in leader.submit(f"{path}/walk-in", {"who": "ada bell"}).text


def test_where_every_place_is_taken_nobody_more_is_noted(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess, places="1")
    ada, browser = house.learner("Ada Bell")
    ben, _ = house.learner("Ben Cole")
    browser.submit(f"/sessions/{uuid}/book")
    house.clock.move_to(DURING)
    leader, path = again(house, tess), f"/sessions/{uuid}"
    page = leader.submit(f"{path}/walk-in", {"who": "ben cole"}).text
    assert "Every place is taken." in page
    assert "Note as there" not in page
    leader.submit(f"{path}/walk-in/{ben.uuid}")
    assert "Not noted, since every place is taken: Ben Cole" in leader.get(f"{path}/lead").text
    assert "Note as there" in leader.submit(f"{path}/walk-in", {"who": "ada bell"}).text, (
        "who has a place takes no other"
    )
    leader.submit(f"{path}/people/{ada.uuid}/take-off")
    leader.submit(f"{path}/walk-in/{ben.uuid}")
    assert house.states() == {"Ada Bell": "cancelled", "Ben Cole": "booked"}


def test_nobody_is_found_to_whom_it_is_not_offered(house: House, trainer: FlaskClient, tess: Person) -> None:
    house.learner("Ada Bell", site="north")
    eve, _ = house.learner("Eve Lund", site="south", email="eve@example.org")
    path, leader = now_on(house, trainer, tess, site=number_of(house, "north"))
    answers = [leader.submit(f"{path}/walk-in", {"who": who}) for who in ("eve lund", "eve@example.org", "Xaver Nil")]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text.partition("Please mend")[2].partition("</p>")[0] for answer in answers}) == 1
    assert leader.submit(f"{path}/walk-in/{eve.uuid}").status_code == 404
    assert leader.submit(f"{path}/walk-in/{uuid4()}").status_code == 404
    assert looked(house) == [(None, 0)] * 3
    assert house.states() == {}


def test_a_trainer_of_a_site_finds_only_people_there(house: House) -> None:
    lee, _trainer = house.learner("Lee Orr", roles=[Role.TRAINER], site="north")
    _below, _ = house.learner("Ada Bell", site="ward")
    house.learner("Ada South", site="south")
    number_of(house, "ward", below="north")
    kim, lead = house.learner("Kim Poe", roles=[Role.PROGRAMME_LEAD])
    path = f"/sessions/{house.plan(lead, lee)}"
    house.clock.move_to(DURING)
    page = again(house, lee).submit(f"{path}/walk-in", {"who": "ada"}).text
    assert "Ada Bell" in page
    assert "South" not in page
    page = again(house, kim).submit(f"{path}/walk-in", {"who": "ada"}).text
    assert "Ada South" in page, "a lead of the programme sees everyone"


def test_who_has_left_is_nobody_and_too_many_are_not_shown(house: House, trainer: FlaskClient, tess: Person) -> None:
    gone, _ = house.learner("Ada Gone")
    with house.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        set_active(session, session.get_one(Person, gone.id), False, DAY)
    for number in range(11):
        house.person(f"Dee Eng {number}")
    path, leader = now_on(house, trainer, tess)
    assert "Nobody found" in leader.submit(f"{path}/walk-in", {"who": "ada gone"}).text
    page = leader.submit(f"{path}/walk-in", {"who": "dee"})
    assert (page.status_code, "More than 10 people fit" in page.text, "Dee Eng" in page.text) == (422, True, False)
    assert 'value="dee"' in page.text
    assert looked(house)[-1] == (None, "more than 10, shown: none")
    assert "Dee Eng 7" in leader.submit(f"{path}/walk-in", {"who": "dee eng 7"}).text


@pytest.mark.parametrize("typed", ["", " ", "a\x00b@example.org", "%%%", "x" * 300, "@@@@"])
def test_rubbish_finds_nobody(house: House, trainer: FlaskClient, tess: Person, typed: str) -> None:
    path, leader = now_on(house, trainer, tess)
    assert leader.submit(f"{path}/walk-in", {"who": typed}).status_code in (400, 422)


def test_nobody_is_looked_for_before_the_time_or_by_others(house: House, trainer: FlaskClient, tess: Person) -> None:
    uuid = house.plan(trainer, tess)
    ada, browser = house.learner("Ada Bell")
    _lee, other = house.learner("Lee Orr", roles=[Role.TRAINER])
    for path, sent in (("walk-in", {"who": "ada bell"}), (f"walk-in/{ada.uuid}", {})):
        assert trainer.submit(f"/sessions/{uuid}/{path}", sent).status_code == 303
        assert other.submit(f"/sessions/{uuid}/{path}", sent).status_code == 404
        assert browser.submit(f"/sessions/{uuid}/{path}", sent).status_code == 403
    page = trainer.get(f"/sessions/{uuid}/lead").text
    assert "It is too early." in page
    assert "Somebody came" not in page
    assert (house.states(), looked(house)) == ({}, [])
    house.clock.move_to(DURING)
    leader = again(house, tess)
    assert leader.get(f"/sessions/{uuid}/walk-in").status_code == 200
    leader.submit(f"/sessions/{uuid}/cancel")
    assert leader.submit(f"/sessions/{uuid}/walk-in", {"who": "ada bell"}).status_code == 303
