"""Clocks are set back while a learner is at work: everything is kept, told once, and in the order of its happening."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from random import Random

import pytest
import time_machine
from sqlalchemy import select

from lms.db import db
from lms.outbox.models import Statement
from tests.faults.judge import findings
from tests.faults.ledger import Ledger, Opened
from tests.faults.processes import Site
from tests.faults.run import prepared, signed_in

MORNING = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
BEFORE_WINTER_TIME = dt.datetime(2026, 10, 25, 0, 59, 30, tzinfo=dt.UTC)
"""Half a minute before clocks in Europe go from three back to two."""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("start", "shift"),
    [
        (MORNING, dt.timedelta(hours=-1)),
        (MORNING, dt.timedelta(days=-1)),
        (MORNING, dt.timedelta(hours=1)),
        (BEFORE_WINTER_TIME, dt.timedelta(minutes=1)),
    ],
)
def test_what_is_done_stays_in_order(
    tmp_path: Path, database_url: str, start: dt.datetime, shift: dt.timedelta
) -> None:
    ledger, site = Ledger(), Site(tmp_path, database_url)
    with time_machine.travel(start, tick=True) as clock, prepared(site) as (app, module):
        login, browser = signed_in(app, Random(15)), app.test_client()
        browser.set_cookie(*login.cookie)
        for number, page in enumerate(module.pages):
            if number == len(module.pages) // 2:
                clock.shift(shift)
            assert browser.get(f"/modules/{module.id}/pages/{page.id}").status_code == 200
            ledger.write(Opened(login.uuid, page.id))
        with app.app_context():
            told = [json.loads(body) for body in db.session.scalars(select(Statement.body).order_by(Statement.id))]
            assert findings(db.session, ledger, told) == []
        opened = [one["object"]["id"].rpartition("/pages/")[2] for one in told if "/pages/" in one["object"]["id"]]
        assert opened == [page.id for page in module.pages]
