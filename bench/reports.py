"""How long reports take of a large organisation: 100,000 people at 500 sites, if not asked otherwise."""

from __future__ import annotations

import datetime as dt
import threading
import time
from pathlib import Path

from bench.installations import Place
from bench.load import visit
from bench.loads import percentiles
from bench.people import Learner
from lms.accounts import service as accounts
from lms.accounts.models import Role
from lms.app import create_app
from lms.db import db, writing
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.service import settle
from lms.export import service as exports
from lms.operate.demo.filling import fill
from lms.operate.making import make_next

TIMES, FILES = 7, 1
SHOWN = {
    "coverage, all managers": "/reports/coverage",
    "coverage, everyone": "/reports/coverage?who=all",
    "coverage of a division, everyone": "/reports/coverage?who=all&site=crowd-d0",
    "coverage of one module, everyone": "/reports/coverage?who=all&what=safe-to-speak",
    "the first page of people": "/reports/coverage/people?who=all",
    "people, page 900": "/reports/coverage/people?who=all&page=900",
    "who have completed": "/reports/coverage/people?who=all&standing=completed",
    "who are overdue": "/reports/coverage/people?who=all&standing=overdue",
    "a page for a board (PDF)": "/reports/coverage/board.pdf?who=all",
    "the organisation": "/people/organisation",
    "assignments": "/assignments",
    "what a module changed": "/reports/results/notice-and-listen",
}
WRITTEN = {
    "everyone as CSV, until it begins": "/reports/coverage/people.csv?who=all",
}


def measured(url: str, folder: Path, people: int, sites: int) -> dict[str, float]:
    """The median in seconds of each report, of one time for files; and how long it took to make the organisation."""
    place = Place(folder, url)
    place.prepare()
    app, at = create_app(place.settings), dt.datetime.now(dt.UTC)
    with app.app_context():
        begun = time.perf_counter()
        with writing(db.session) as session:
            fill(session, people, sites, 1, at)
        found = {f"making {people:,} people at {sites:,} sites": time.perf_counter() - begun}
        with writing(db.session) as session:
            lead = accounts.add_person(session, "lead@example.org", "Lead", at)
            accounts.join(session, lead, None, Role.PROGRAMME_LEAD)
            key = accounts.begin_sign_in(session, lead.id, None, "bench", at)
        begun = time.perf_counter()
        with writing(db.session) as session:
            settle(session, programme_modules(session), at.date())
        found["who is asked now, settled again"] = time.perf_counter() - begun
        with writing(db.session) as session:
            asked = {"address": {"who": "all", "on": at.date().isoformat()}, "sees": None}
            exports.ask(session, lead.id, asked, "everyone.xlsx", people, at)
        begun = time.perf_counter()
        assert make_next(app, threading.Event())
        found["everyone as XLSX, made beside"] = time.perf_counter() - begun
        db.engine.dispose()
    with place.serving() as served:
        lead_at = Learner(served.port, f"{app.config['SIGN_IN_COOKIE_NAME']}={key}")
        for asked, times in ((SHOWN, TIMES), (WRITTEN, FILES)):
            for name, path in asked.items():
                found[name] = percentiles(visit(served.port, [lead_at.get(path)] * times))[0] / 1000
    return found
