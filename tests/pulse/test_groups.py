"""Many people's ratings are shown only in whole groups of eight, and never lead to anyone."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.cli import main
from lms.config import Settings
from lms.db import db
from lms.pulse.groups import GROUP, Spread
from lms.pulse.models import RatingCount, RatingGroup
from lms.pulse.queries import spreads
from tests.player.sample import MODULE

ADDRESS = f"/modules/{MODULE}/self-assessments/where-i-stand"
counts = st.dictionaries(st.integers(0, 4), st.integers(0, 20), max_size=5)


@given(counts)
def test_fewer_than_a_group_have_no_mean(given_: dict[int, int]) -> None:
    spread = Spread("ask", given_)
    assert (spread.mean is None) == (sum(given_.values()) < GROUP)
    assert spread.mean is None or 0 <= spread.mean <= 4


def rate(browser: FlaskClient, place: int) -> None:
    assert browser.submit(ADDRESS, {"token": str(uuid.uuid4()), "rate-ask": str(place)}).status_code == 303


def shown(app: Flask) -> tuple[int, dict[int, int]]:
    with app.app_context():
        people, found = spreads(db.session, MODULE, "where-i-stand")
        return people, {place: count for one in found for place, count in one.counts.items() if count}


def test_seven_answers_show_nothing_and_nine_show_eight(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    people = [sign_in(app.test_client(), person(f"Someone {number}")) for number in range(9)]
    for number, browser in enumerate(people[:7]):
        rate(browser, number % 3)
    assert shown(app) == (0, {})
    rate(people[7], 2)
    assert shown(app) == (8, {0: 3, 1: 2, 2: 3})
    rate(people[8], 0)
    assert shown(app) == (8, {0: 3, 1: 2, 2: 3}), "the ninth could be told from the difference"
    lead = sign_in(app.test_client(), person("Lea Lind", roles=[Role.PROGRAMME_LEAD]))
    file = f"/reports/results/{MODULE}/ratings.csv"
    assert f'href="{file}"' in lead.get(f"/reports/results/{MODULE}").text
    rows = list(csv.reader(io.StringIO(lead.get(file).data.decode("utf-8-sig"))))[1:]
    assert [row[2:] for row in rows if row[0] == "where-i-stand"] == [
        ["in the module", "1", "Never", "0.375", "8"],
        ["in the module", "2", "Sometimes", "0.25", "8"],
        ["in the module", "3", "Often", "0.375", "8"],
    ]


def test_answering_again_is_not_counted_again(app: Flask, learner: FlaskClient) -> None:
    for place in (0, 2, 1):
        rate(learner, place)
    with app.app_context():
        assert db.session.scalars(select(RatingGroup)).one().waiting == 1
        assert [(one.place, one.waiting) for one in db.session.scalars(select(RatingCount))] == [(0, 1)]


def test_an_answer_that_looks_back_is_counted_apart(app: Flask, learner: FlaskClient) -> None:
    rate(learner, 0)
    sent = {"token": str(uuid.uuid4()), "rate-ask": "2", "rate-then-ask": "1", "look-back": "2"}
    learner.submit(ADDRESS, sent)
    with app.app_context():
        found = db.session.scalars(select(RatingCount).order_by(RatingCount.id)).all()
    assert {(one.block_id, one.statement_id, one.place) for one in found} == {
        ("where-i-stand", "ask", 0),
        ("where-i-stand@look-back", "ask", 2),
        ("where-i-stand@look-back", "then-ask", 1),
    }


def test_the_command_tells_groups_and_says_how_many(
    app: Flask,
    learner: FlaskClient,
    settings: Settings,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
) -> None:
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database_url}
    command = ["ratings", MODULE, "where-i-stand"]
    rate(learner, 1)
    told = CliRunner().invoke(main, [*command, "--json"], env=environment).output
    assert json.loads(told)["where-i-stand"] == {"people": 0, "ratings": {}}
    for number in range(7):
        rate(sign_in(app.test_client(), person(f"Someone {number}")), 2)
    told = CliRunner().invoke(main, [*command, "--json"], env=environment).output
    assert json.loads(told)["where-i-stand"] == {"people": 8, "ratings": {"ask": {"1": 1, "2": 7}}}
    table = CliRunner().invoke(main, command, env=environment).output
    assert "where-i-stand: 8 people in whole groups of 8" in table
    assert "mean 2.9" in table
