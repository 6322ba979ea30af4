"""The page on what a module changed, against the rows that it is made of."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from lms.accounts.models import Person, Role
from lms.commitment.looking_back import Did
from lms.commitment.models import Commitment, FollowUp
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.pulse.groups import GROUP
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.reports.results import queries
from lms.reports.results.items import BLOCK, TRIO
from tests.quiz import sample

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
PAGE = f"/reports/results/{sample.MODULE}"
RIGHT = "c"


@pytest.fixture
def taught(app: Flask) -> Iterator[str]:
    """A published module; the id of one of its questions of four options."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), AT)
    library.forget()
    with app.app_context():
        module = library.module(db.session, sample.MODULE)
        assert module is not None
        yield next(item.id for item in module.bank.items if item.type == "single")
    library.forget()


@pytest.fixture
def lead(person: Callable[..., Person], client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A programme lead's browser."""
    return sign_in(client, person("Lea", roles=[Role.PROGRAMME_LEAD]))


def take(app: Flask, people: list[Person], item_id: str, choices: list[str]) -> None:
    """Each hands in one question, the one after the other, and looks back at a plan."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        revision = library.revision_id(session, sample.MODULE)
        for number, (one, choice) in enumerate(zip(people, choices, strict=True)):
            at, raw = AT + dt.timedelta(minutes=number), float(choice == RIGHT)
            taken = Registration(person_id=one.id, module_id=sample.MODULE, registered_at=AT, state=State.STARTED)
            session.add(taken)
            session.flush()
            attempt = QuizAttempt(
                registration_id=taken.id, number=1, revision_id=revision, items=[item_id, "another"],
                started_at=at, touched_at=at, submitted_at=at, raw=raw, max=2, scaled=raw / 2, passed=False,
            )  # fmt: skip
            plan = Commitment(registration_id=taken.id, block_id="plan", version=1, sealed=b"", changed_at=at)
            did = Did.YES if choice == RIGHT else Did.NO
            plan.follow_ups.append(FollowUp(number=1, due_at=at, answered_at=at, did=did))
            session.add_all((attempt, plan))
            session.flush()
            session.add(
                QuizResponse(attempt_id=attempt.id, item_id=item_id, response=[choice], answered_at=at, raw=raw, max=1)
            )


def test_only_whole_groups_are_counted(
    app: Flask, taught: str, lead: FlaskClient, person: Callable[..., Person]
) -> None:
    choices = random.Random(7).choices("abcd", weights=(3, 1, 5, 1), k=2 * GROUP + 3)
    people = [person(f"Person {number}") for number in range(len(choices))]
    take(app, people[: GROUP - 1], taught, choices[: GROUP - 1])
    page = lead.get(PAGE).text
    assert "nothing can be said yet" in page
    assert f"Fewer than {GROUP} people have looked back" in page

    take(app, people[GROUP - 1 :], taught, choices[GROUP - 1 :])
    page = lead.get(PAGE).text
    counted = choices[: 2 * GROUP]
    right = sum(choice == RIGHT for choice in counted)
    assert f"{len(counted)} people have handed in the quiz" in page
    assert f"facility {right / len(counted):.0%}" in page
    table = page.split(f'aria-label="Options of {taught}"')[1].split("</table>")[0]
    shares = re.findall(r"Option ([abcd]).*?<td>(\d+%)</td>", table, re.DOTALL)
    assert shares == [(part, f"{counted.count(part) / len(counted):.0%}") for part in "abcd"]
    assert f"{right / len(counted):.0%}</strong> of {len(counted)} people had done what they planned" in page
    assert f"{right} did" in page


def test_those_who_came_since_wait_for_their_group(app: Flask, taught: str, person: Callable[..., Person]) -> None:
    people = [person(f"Person {number}") for number in range(2 * GROUP)]
    seen = []
    for number, one in enumerate(people, 1):
        take(app, [one], taught, [RIGHT])
        with app.app_context():
            count, sittings = queries.first_sittings(db.session, sample.MODULE)
            seen.append(count)
            assert len(sittings) == count == sum(kept.people for kept in queries.plans_kept(db.session, sample.MODULE))
            assert count == number // GROUP * GROUP
    assert set(seen) == {0, GROUP, 2 * GROUP}


def table(browser: FlaskClient, which: str) -> list[list[str]]:
    """A table of the page as CSV, without its head."""
    answer = browser.get(f"{PAGE}/{which}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]


def test_each_table_is_had_as_a_file_and_hides_what_the_page_hides(
    app: Flask, taught: str, lead: FlaskClient, person: Callable[..., Person]
) -> None:
    few = [person(f"Person {number}") for number in range(GROUP - 1)]
    take(app, few, taught, [RIGHT] * len(few))
    assert {tuple(row[3:6]) for row in table(lead, "questions")} == {("", "", "")}
    assert {tuple(row[2:]) for row in table(lead, "outcomes")} == {("", "", "", "")}
    assert table(lead, "plans") == []
    more = [person(f"Further {number}") for number in range(TRIO - GROUP + 1)]
    take(app, more, taught, ["a"] * len(more))
    page = lead.get(PAGE).text
    for which in ("questions", "outcomes", "plans"):
        for kind in ("xlsx", "csv"):
            assert f'href="{PAGE}/{which}.{kind}"' in page
    rows = [row for row in table(lead, "questions") if row[0] == taught]
    right = (GROUP - 1) / TRIO
    assert [row[7] for row in rows] == ["a", "b", "c", "d"]
    assert {(row[3], row[4]) for row in rows} == {(str(TRIO), str(round(right, 4)))}
    assert [row[9] for row in rows] == ["no", "no", "yes", "no"]
    assert [row[10] for row in rows] == [str(round(1 - right, 4)), "0.0", str(round(right, 4)), "0.0"]
    assert all(row[11] and row[12] for row in rows), "of three groups there are thirds"
    assert table(lead, "plans") == [["1", str(TRIO), str(GROUP - 1), "0", str(TRIO - GROUP + 1), str(round(right, 4))]]
    book = zipfile.ZipFile(io.BytesIO(lead.get(f"{PAGE}/questions.xlsx").data))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert lead.get("/reports/results/none/questions.csv").status_code == 404
    assert lead.get(f"{PAGE}/people.csv").status_code == 404


def ask_again(app: Flask, whose: Person, item_id: str, shares: list[float]) -> None:
    """Somebody answers a question again at a look back, as often as they like."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        taken = session.scalars(select(Registration).filter_by(person_id=whose.id)).one()
        for raw in shares:
            session.add(
                CheckAnswer(
                    registration_id=taken.id, item_id=item_id, token=uuid4(), response=[RIGHT], answered_at=AT, raw=raw,
                    max=1, occasion="look-back", source_id=sample.MODULE,
                )
            )  # fmt: skip


def told_later(page: str, outcome: str) -> str:
    """What the page says of an outcome when it was asked again."""
    row = next(part for part in page.split('<th scope="row">') if part.startswith(f"{outcome} "))
    return " ".join(re.sub(r"<[^>]+>", " ", row.split("<td>")[2].split("</td>")[0]).split())


def test_nine_tries_of_one_person_are_no_group(
    app: Flask, taught: str, lead: FlaskClient, person: Callable[..., Person]
) -> None:
    people = [person(f"Person {number}") for number in range(GROUP + 1)]
    take(app, people, taught, [RIGHT] * len(people))
    with app.app_context():
        module = library.module(db.session, sample.MODULE)
        assert module is not None
        outcome = next(item.outcome for item in module.bank.items if item.id == taught)
    ask_again(app, people[0], taught, [0.0] + [1.0] * GROUP)
    assert told_later(lead.get(PAGE).text, outcome) == f"fewer than {GROUP} people yet"
    for one in people[1:-1]:
        ask_again(app, one, taught, [1.0, 0.0])
    told = f"{(GROUP - 1) / GROUP:.0%} of {GROUP} answers"
    assert told in told_later(lead.get(PAGE).text, outcome), "the first answer of each person counts"
    ask_again(app, people[-1], taught, [0.0])
    assert told in told_later(lead.get(PAGE).text, outcome), "who came since waits for a whole group"


def test_several_plans_of_one_person_are_one_person(app: Flask, taught: str, person: Callable[..., Person]) -> None:
    people = [person(f"Person {number}") for number in range(GROUP)]
    take(app, people, taught, [RIGHT] * GROUP)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        for taken in session.scalars(select(Registration)).all():
            plan = Commitment(registration_id=taken.id, block_id="more", version=1, sealed=b"", changed_at=AT)
            plan.follow_ups.append(FollowUp(number=1, due_at=AT, answered_at=AT + dt.timedelta(days=1), did=Did.NO))
            session.add(plan)
    with app.app_context():
        [kept] = queries.plans_kept(db.session, sample.MODULE)
        assert dict(kept.counts) == {Did.YES: GROUP}


def test_the_earliest_are_left_out_a_block_at_a_time(app: Flask, taught: str) -> None:
    people = queries.MOST + GROUP
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        revision = library.revision_id(session, sample.MODULE)
        numbers = range(1, people + 1)
        whose = [{"id": n, "email": f"p{n}@example.org", "name": f"P {n}", "created_at": AT} for n in numbers]
        session.execute(insert(Person), whose)
        taken = {"module_id": sample.MODULE, "registered_at": AT, "state": State.STARTED}
        session.execute(insert(Registration), [{"id": n, "person_id": n, **taken} for n in numbers])
        sat = {"number": 1, "revision_id": revision, "started_at": AT, "touched_at": AT, "submitted_at": AT}
        asked = [{"registration_id": n, "items": [f"number {n}"], **sat} for n in numbers]
        session.execute(insert(QuizAttempt), asked)
    with app.app_context():
        count, sittings = queries.first_sittings(db.session, sample.MODULE)
        assert (count, len(sittings)) == (people, people - BLOCK)
        assert list(sittings[0].shares) == [f"number {BLOCK + 1}"]


@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), (Role.SITE_LEAD, 403), (Role.TRAINER, 200), (Role.ADMIN, 200)]
)
def test_who_may_look(
    taught: str, person: Callable[..., Person], client: FlaskClient, sign_in: Callable[..., FlaskClient],
    role: Role | None, status: int,
) -> None:  # fmt: skip
    browser = sign_in(client, person("Pat", roles=[role] if role else []))
    for path in ("/reports/results", PAGE, f"{PAGE}/outcomes.csv"):
        assert browser.get(path).status_code == status
