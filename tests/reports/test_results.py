"""The page on what a module changed, against the rows that it is made of."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from lms.commitment.looking_back import Did
from lms.commitment.models import Commitment, FollowUp
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.pulse.groups import GROUP
from lms.quiz.models import QuizAttempt, QuizResponse
from lms.reports.results import queries
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


@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), (Role.SITE_LEAD, 403), (Role.TRAINER, 200), (Role.ADMIN, 200)]
)
def test_who_may_look(
    taught: str, person: Callable[..., Person], client: FlaskClient, sign_in: Callable[..., FlaskClient],
    role: Role | None, status: int,
) -> None:  # fmt: skip
    browser = sign_in(client, person("Pat", roles=[role] if role else []))
    for path in ("/reports/results", PAGE):
        assert browser.get(path).status_code == status
