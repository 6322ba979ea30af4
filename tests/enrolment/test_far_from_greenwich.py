"""A refresher far from Greenwich: it counts from the morning on which it opens there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms import config
from lms.accounts.models import Person
from lms.operate import chores
from tests.enrolment.conftest import SignIn, ask, clock_day, later, obligations
from tests.lookback.conftest import complete
from tests.player.sample import MODULE

OPENS = 306
"""Sixty days before a year is over, at Greenwich and in Auckland."""


@pytest.fixture
def settings(tmp_path: Path, ready_url: str) -> config.Settings:
    zone = "Pacific/Auckland"
    return config.load({}, instance=tmp_path / "instance", database_url=ready_url, time_zone=zone)


def test_who_takes_it_on_its_first_morning_has_met_it(
    app: Flask, lead: FlaskClient, ada: Person, clock: time_machine.Coordinates, sign_in: SignIn
) -> None:
    ask(lead, refresh_months="12")
    learner = sign_in(app.test_client(), ada)
    complete(learner)
    later(app, clock, OPENS - 1)
    assert len(obligations(app)) == 1
    # Eight in the morning there is the evening of the day before at Greenwich.
    morning = dt.datetime.combine(clock_day(OPENS - 1), dt.time(19), dt.UTC)
    clock.move_to(morning)
    chores.settle_assignments(app, morning)
    assert obligations(app)[-1].done_since == clock_day(OPENS)
    sign_in(learner, ada)
    assert "Take the quiz once more" in learner.get(f"/modules/{MODULE}/pages/quiz").text
    complete(learner)
    assert obligations(app)[-1].met_at == morning
    assert "What is asked of you" not in learner.get("/").text
    assert learner.submit(f"/modules/{MODULE}/quiz/start").headers["Location"].endswith("/result")
