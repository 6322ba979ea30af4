"""Leads ask people to complete something; people see it, meet it, are exempt, or are late."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.models import Person, Placement, Role
from lms.accounts.organisation import service as organisation
from lms.accounts.queries import site_by_code
from lms.audit.models import AuditEvent
from lms.config import Settings
from lms.db import db, writing
from lms.enrolment.assignments.models import Assignment, Obligation, Reminder
from lms.enrolment.assignments.reminding.service import take_mails
from lms.enrolment.assignments.service import Wanted, assign
from lms.enrolment.models import Registration, State
from lms.operate import chores
from tests.enrolment.conftest import (
    DAY,
    NEW,
    WHY,
    MakePerson,
    SignIn,
    ask,
    clock_day,
    form,
    later,
    lead_of,
    mails,
    obligations,
)
from tests.lookback.conftest import complete
from tests.player import sample
from tests.player.sample import MODULE


def test_a_rule_says_first_whom_it_takes_in_and_asks_then(
    app: Flask, lead: FlaskClient, ada: Person, person: MakePerson, sign_in: SignIn
) -> None:
    elsewhere = person("Ben Cole", site="south")
    looked = lead.submit(NEW, form(do="look"))
    assert looked.status_code == 200
    assert "<strong>1 person</strong> would be asked" in looked.text
    assert WHY in looked.text
    assert obligations(app) == []
    page = lead.get(ask(lead)).text
    assert "Ada Bell" in page
    assert "Ben Cole" not in page
    start = sign_in(app.test_client(), ada).get("/").text
    assert WHY in start
    assert "31 March 2027" in start
    assert "in 30 days" in start
    assert "What is asked of you" not in sign_in(app.test_client(), elsewhere).get("/").text


def test_sent_twice_it_is_asked_once(app: Flask, lead: FlaskClient, ada: Person) -> None:
    given = form()
    assert len({lead.submit(NEW, given).headers["Location"] for _ in range(2)}) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Assignment)).all()) == 1
    assert len(obligations(app)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": ""}, "Please say why"),
        ({"due_on": "soon"}, "Please write a day"),
        ({"due_on": "2027-02-28"}, "This day is over"),
        ({"due_days": "some"}, "whole number"),
        ({"due_days": "0"}, "from 1 to 3650"),
        ({"refresh_months": "121"}, "from 1 to 120"),
        ({"whom": "named"}, "at least one address"),
        ({"whom": "named", "emails": "nobody"}, "Line 1: “nobody” is not an e-mail address"),
        ({"whom": "named", "emails": "who@example.org"}, "Line 1: who@example.org: nobody here has this address"),
        ({"what": "unknown"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    app: Flask, lead: FlaskClient, ada: Person, given: dict[str, str], said: str
) -> None:
    kept = "An unmistakable reason"
    answer = lead.submit(NEW, form(reason=kept) | given)
    assert answer.status_code == 422
    assert said in answer.text
    if "reason" not in given:
        assert kept in answer.text
    assert obligations(app) == []


def test_people_by_name(app: Flask, lead: FlaskClient, ada: Person, person: MakePerson) -> None:
    other = person("Ben Cole")
    ask(lead, whom="named", emails=f"{ada.email.upper()}\n\n  {other.email}\n{ada.email}")
    assert [one.person_id for one in obligations(app)] == [ada.id, other.id]


def test_whoever_joins_is_asked_with_days_of_their_own_and_whoever_leaves_no_more(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, person: MakePerson
) -> None:
    ask(lead, due_days="60")
    clock.move_to(DAY + dt.timedelta(days=20))
    late = person("Cy Late", site="north")
    later(app, clock, 20)
    first, second = obligations(app)
    assert (first.due_on, second.due_on) == (dt.date(2027, 3, 31), dt.date(2027, 5, 20))
    with app.app_context(), writing(db.session) as session:
        organisation.end_work(session, ada.id, clock_day(20))
        placement = session.scalars(select(Placement).filter_by(person_id=late.id)).one()
        other = accounts.add_site(session, "south", "South")
        placement.site_id = other.id
    later(app, clock, 21)
    assert [one.ended_on for one in obligations(app)] == [clock_day(21)] * 2
    with app.app_context(), writing(db.session) as session:
        north = site_by_code(session, "north")
        assert north
        session.scalars(select(Placement).filter_by(person_id=late.id)).one().site_id = north.id
    later(app, clock, 30)
    back = obligations(app)[-1]
    assert (back.person_id, back.number, back.due_on) == (late.id, 2, clock_day(90))


def test_it_is_met_by_completing_and_the_start_page_asks_no_more(
    app: Flask, lead: FlaskClient, ada: Person, sign_in: SignIn
) -> None:
    address = ask(lead)
    learner = sign_in(app.test_client(), ada)
    complete(learner)
    assert "What is asked of you" not in learner.get("/").text
    page = lead.get(address).text
    assert "Completed on 1 March 2027" in page
    assert "Completed: 1" in page


def test_what_was_completed_before_counts(app: Flask, lead: FlaskClient, ada: Person, sign_in: SignIn) -> None:
    complete(sign_in(app.test_client(), ada))
    ask(lead)
    (one,) = obligations(app)
    assert one.met_at == DAY


def test_the_programme_needs_every_module(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    ask(lead, what="")
    learner = sign_in(app.test_client(), ada)
    assert learner.get("/resume").headers["Location"] == f"/modules/{MODULE}/resume"
    complete(learner)
    assert "Leading with care" in learner.get("/").text.split("What is asked of you")[1]
    clock.move_to(DAY + dt.timedelta(days=8))
    complete(sign_in(learner, ada), sample.SECOND)
    (one,) = obligations(app)
    assert one.met_at == DAY + dt.timedelta(days=8)
    assert learner.get("/resume").headers["Location"] == "/"


def test_exempt_with_a_reason_and_asked_again_when_it_ends(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn, settings: Settings
) -> None:
    address = ask(lead)
    given = {"token": str(uuid.uuid4()), "email": ada.email, "what": "", "reason": "On long leave."}
    for _ in range(2):
        assert lead.submit("/assignments/exemptions", given).status_code == 303
    page = lead.get("/assignments").text
    assert page.count("On long leave.") == 1
    learner = sign_in(app.test_client(), ada)
    assert "you are exempt. On long leave." in learner.get("/").text
    later(app, clock, 60)
    assert mails(settings) == []
    lead = sign_in(lead, lead_of(app))
    assert "Exempt: 1" in lead.get(address).text
    end = re.search(r'action="(/assignments/exemptions/[^"]+/end)"', lead.get("/assignments").text)
    assert end
    lead.submit(end[1])
    assert "Overdue: 1" in lead.get(address).text
    assert "overdue" in sign_in(learner, ada).get("/").text
    with app.app_context():
        said = [one.action for one in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert [one for one in said if "exempt" in one] == ["person exempted", "exemption ended"]


def test_exempt_from_one_module_the_others_are_enough(
    app: Flask, lead: FlaskClient, ada: Person, sign_in: SignIn
) -> None:
    ask(lead, what="")
    given = {"token": str(uuid.uuid4()), "email": ada.email, "what": sample.SECOND, "reason": "Teaches it."}
    lead.submit("/assignments/exemptions", given)
    complete(sign_in(app.test_client(), ada))
    assert obligations(app)[0].met_at == DAY


def test_what_was_met_only_by_an_exemption_is_asked_again_when_it_ends(
    app: Flask, lead: FlaskClient, ada: Person, sign_in: SignIn
) -> None:
    ask(lead, what="")
    given = {"email": ada.email, "what": sample.SECOND, "reason": "Teaches it."}

    def exempt_and_end() -> None:
        lead.submit("/assignments/exemptions", given | {"token": str(uuid.uuid4())})
        assert obligations(app)[0].met_at == DAY
        end = re.search(r'action="(/assignments/exemptions/[^"]+/end)"', lead.get("/assignments").text)
        assert end
        assert lead.submit(end[1]).status_code == 303

    complete(sign_in(app.test_client(), ada))
    exempt_and_end()
    assert obligations(app)[0].met_at is None, "one module is not completed"
    done = {"module_id": sample.SECOND, "state": State.COMPLETED, "registered_at": DAY, "completed_at": DAY}
    with app.app_context(), writing(db.session) as session:
        session.add(Registration(person_id=ada.id, **done))
    chores.settle_assignments(app, DAY)
    exempt_and_end()
    assert obligations(app)[0].met_at == DAY, "what is completed stays"


def test_what_was_completed_before_a_module_came_stays_met(app: Flask, lead: FlaskClient, ada: Person) -> None:
    ask(lead, what="")
    before = DAY - dt.timedelta(days=90)
    with app.app_context(), writing(db.session) as session:
        made = session.scalars(select(Obligation)).one()
        made.since_on, made.met_at = before.date(), before
    given = {"email": ada.email, "what": sample.SECOND, "reason": "Teaches it.", "token": str(uuid.uuid4())}
    lead.submit("/assignments/exemptions", given)
    end = re.search(r'action="(/assignments/exemptions/[^"]+/end)"', lead.get("/assignments").text)
    assert end
    lead.submit(end[1])
    assert obligations(app)[0].met_at == before


def test_an_exemption_that_cannot_be_is_said(lead: FlaskClient, ada: Person) -> None:
    given = {"token": str(uuid.uuid4()), "email": "who@example.org", "what": "", "reason": "A reason of mine"}
    answer = lead.submit("/assignments/exemptions", given)
    assert answer.status_code == 422
    assert "Nobody here has this e-mail address." in answer.text
    assert "A reason of mine" in answer.text
    answer = lead.submit("/assignments/exemptions", given | {"email": ada.email, "until_on": "2027-03-01"})
    assert "This day is over" in answer.text


def test_another_day_holds_for_who_is_late_and_withdrawn_it_asks_nobody(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead)
    later(app, clock, 40)
    lead, learner = sign_in(lead, lead_of(app)), sign_in(app.test_client(), ada)
    assert "overdue" in learner.get("/").text
    changed = {"reason": "A better reason.", "due_on": "2027-05-01"}
    assert lead.submit(address, changed).status_code == 303
    start = learner.get("/").text
    assert "A better reason." in start
    assert "overdue" not in start
    assert lead.submit(f"{address}/withdraw").status_code == 303
    assert "What is asked of you" not in learner.get("/").text
    assert "withdrawn on" in lead.get("/assignments").text


def test_mails_are_few_and_never_the_same_twice(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, settings: Settings
) -> None:
    ask(lead)
    counts = []
    for days in (0, 1, 15, 16, 17, 29, 30, 31, 36, 37, 38, 60, 120):
        later(app, clock, days)
        later(app, clock, days)
        counts.append(len(mails(settings)))
    assert counts == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    told = "".join(mails(settings))
    assert f"/modules/{MODULE}/resume" in told
    assert WHY in told
    assert "Overdue:" in told
    assert "Today, 31 March 2027, is the last day." in told


def test_another_day_is_reminded_of_anew(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn, settings: Settings
) -> None:
    address = ask(lead)
    for days in (0, 16):
        later(app, clock, days)
    sign_in(lead, lead_of(app)).submit(address, {"reason": WHY, "due_on": "2027-06-30"})
    for days in (17, 106, 107, 108, 121, 128, 129):
        later(app, clock, days)
    told = mails(settings)
    assert len(told) == 5
    assert sum("30 June 2027" in mail for mail in told) == 3


def test_a_server_that_was_off_sends_the_latest_mail_alone(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, settings: Settings
) -> None:
    ask(lead)
    later(app, clock, 37)
    assert len(mails(settings)) == 1
    assert "Overdue:" in mails(settings)[0]
    with app.app_context():
        assert len(db.session.scalars(select(Reminder)).all()) == 4


def test_the_mail_of_the_last_day_that_comes_late_says_so(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, settings: Settings
) -> None:
    ask(lead)
    later(app, clock, 33)
    (only,) = mails(settings)
    assert "It was due by 31 March 2027." in only
    assert "Overdue:" in only
    assert "Today" not in only


def test_several_things_are_one_mail_and_at_night_there_is_none(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, settings: Settings
) -> None:
    ask(lead)
    ask(lead, what=sample.SECOND)
    assert chores.remind(app, DAY.replace(hour=23)) == 0
    later(app, clock, 0)
    (only,) = mails(settings)
    assert "you are asked to complete these:" in only
    assert f"/modules/{sample.SECOND}/resume" in only


def test_who_wants_no_mails_gets_none_and_a_recommendation_is_never_overdue(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn, settings: Settings
) -> None:
    address = ask(lead, is_mandatory="no")
    later(app, clock, 16)
    assert len(mails(settings)) == 1
    sign_in(app.test_client(), ada).submit("/account/mails", {"mails": "off"})
    ask(sign_in(lead, lead_of(app)), what="")
    later(app, clock, 90)
    assert len(mails(settings)) == 1
    page = sign_in(lead, lead_of(app)).get(address).text
    assert "Overdue: 0" in page
    assert "Open: 1" in page


def test_a_mail_that_could_not_be_sent_is_tried_again(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, settings: Settings
) -> None:
    ask(lead)
    (settings.instance / "mail").write_text("in the way", encoding="utf-8")
    later(app, clock, 0)
    (settings.instance / "mail").unlink()
    later(app, clock, 0)
    assert len(mails(settings)) == 1


@pytest.mark.parametrize("is_allowed", [True, False])
def test_line_managers_are_told_once_where_the_setting_allows_it(
    app: Flask,
    lead: FlaskClient,
    ada: Person,
    clock: time_machine.Coordinates,
    person: MakePerson,
    settings: Settings,
    is_allowed: bool,
) -> None:
    app.config["CARES"] = settings.model_copy(update={"remind_line_managers": is_allowed})
    boss = person("Bo Lead")
    with app.app_context(), writing(db.session) as session:
        placement = session.scalars(select(Placement).filter_by(person_id=ada.id)).one()
        placement.line_manager_id = boss.id
    ask(lead)
    for days in (43, 44, 45, 50):
        later(app, clock, days)
    told = [mail for mail in mails(settings) if boss.email in mail]
    assert len(told) == is_allowed
    assert all("Ada Bell" in mail for mail in told)


def test_a_refresher_is_due_again_and_met_by_the_quiz_taken_once_more(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    ask(lead, refresh_months="12")
    learner = sign_in(app.test_client(), ada)
    complete(learner)
    again = learner.submit(f"/modules/{MODULE}/quiz/start")
    assert again.headers["Location"].endswith("/result"), "a passed quiz is not taken again"
    later(app, clock, 304)
    assert len(obligations(app)) == 1
    later(app, clock, 306)
    first, second = obligations(app)
    assert (first.ended_on, second.due_on, second.met_at) == (clock_day(306), dt.date(2028, 3, 1), None)
    sign_in(learner, ada)
    start = learner.get("/").text
    assert "once more" in start
    assert "1 March 2028" in start
    assert learner.get(f"/modules/{MODULE}/resume").headers["Location"].endswith("/pages/quiz#block-quiz")
    assert "Take the quiz once more" in learner.get(f"/modules/{MODULE}/pages/quiz").text
    complete(learner)
    with app.app_context():
        taken = db.session.scalars(select(Registration).filter_by(person_id=ada.id, module_id=MODULE)).one()
    assert (taken.completed_at, taken.refreshed_at) == (DAY, DAY + dt.timedelta(days=306))
    assert obligations(app)[1].met_at == taken.refreshed_at
    assert "What is asked of you" not in learner.get("/").text
    assert learner.submit(f"/modules/{MODULE}/quiz/start").headers["Location"].endswith("/result")
    later(app, clock, 400)
    assert len(obligations(app)) == 2, "the next one is counted from the refresher"


def test_who_comes_back_without_having_completed_it_is_not_asked_once_more(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    address = ask(lead, refresh_months="12")
    with app.app_context(), writing(db.session) as session:
        organisation.end_work(session, ada.id, clock_day(5))
    later(app, clock, 5)
    with app.app_context(), writing(db.session) as session:
        organisation.resume_work(session, ada.id, clock_day(10))
    later(app, clock, 10)
    assert [one.number for one in obligations(app)] == [1, 2]
    start = sign_in(app.test_client(), ada).get("/").text
    assert WHY in start
    assert "once more" not in start
    lead = sign_in(lead, lead_of(app))
    lead.submit(address, {"reason": WHY, "due_on": "2027-12-31"})
    assert obligations(app)[1].due_on == dt.date(2027, 12, 31)


def test_a_refresher_that_was_begun_goes_on(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    ask(lead, refresh_months="12")
    learner = sign_in(app.test_client(), ada)
    complete(learner)
    later(app, clock, 310)
    sign_in(learner, ada)
    first = learner.submit(f"/modules/{MODULE}/quiz/start").headers["Location"]
    assert learner.submit(f"/modules/{MODULE}/quiz/start").headers["Location"] == first
    attempt = first.split("/items/")[0]
    assert learner.get(f"/modules/{MODULE}/resume").headers["Location"] == attempt
    assert "Go on with the quiz" in learner.get(f"/modules/{MODULE}/pages/quiz").text


def test_only_leads_ask(app: Flask, clock: time_machine.Coordinates, person: MakePerson, sign_in: SignIn) -> None:
    for roles in ([Role.TRAINER], []):
        browser = sign_in(app.test_client(), person("Rae Holm", roles=roles, site="north"))
        assert browser.get("/assignments").status_code == 403
        assert browser.submit(NEW, form()).status_code == 403
    assert obligations(app) == []


def test_two_workers_at_the_same_moment_send_it_once(app: Flask, lead: FlaskClient, ada: Person) -> None:
    ask(lead)
    ask(lead, what=sample.SECOND)
    together = threading.Barrier(4)

    def work() -> int:
        with app.app_context():
            together.wait()
            with writing(db.session) as session:
                return len(take_mails(session, DAY, DAY.date()))

    with ThreadPoolExecutor(4) as workers:
        sent = [one.result() for one in [workers.submit(work) for _ in range(4)]]
    assert sorted(sent) == [0, 0, 0, 1]


def test_two_workers_at_the_same_moment_ask_nobody_twice(app: Flask, lead: FlaskClient, ada: Person) -> None:
    with app.app_context(), writing(db.session) as session:
        wanted = Wanted(MODULE, WHY, is_mandatory=True, is_rule=True)
        assign(session, wanted, (), uuid.uuid4(), uuid.uuid4(), DAY, DAY.date())
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        chores.settle_assignments(app, DAY)

    with ThreadPoolExecutor(4) as workers:
        for one in [workers.submit(work) for _ in range(4)]:
            one.result()
    assert [one.person_id for one in obligations(app)] == [ada.id]
