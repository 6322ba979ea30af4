"""Pages and files on coverage: for programme leads of all sites, for site leads of their own."""

from __future__ import annotations

import datetime as dt
import io

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
)
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.viewing import note_file, note_looks
from lms.config import Settings
from lms.db import db
from lms.paper.press import press
from lms.reports.coverage import chart, queries, service
from lms.reports.coverage.asking import READERS, Asked, Organisation, facts
from lms.reports.coverage.board import board as to_board
from lms.reports.coverage.board import sentence, target
from lms.reports.coverage.counting import SMALLEST, Standing
from lms.reports.coverage.counting import standing as standing_of
from lms.reports.coverage.showing import TABLES, Report, report
from lms.ui import colours
from lms.ui.asking import not_found, now
from lms.ui.files import LONG, as_long_csv, as_table, attached

blueprint = Blueprint("coverage", __name__)

Answer = Response | AnyResponse | str
PEOPLE_FILE = "coverage-people"


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/reports/coverage")
@needs(*READERS)
def coverage() -> Answer:
    """The headline, by place, job group and module, and how it was month by month."""
    asked, there = _asked()
    found = _report(asked, there)
    return render_template(
        "reports/coverage.html",
        report=found,
        there=there,
        sentence=sentence(found, _day),
        target=target(found),
        chart=chart,
        smallest=SMALLEST,
        Standing=Standing,
    )


@blueprint.get("/reports/coverage/people")
@needs(*READERS)
def people() -> Answer:
    """Who is how far, by name. Each look is written down about each of them."""
    asked, there = _asked()
    wanted, page = service.wanted(request.args), max(1, request.args.get("page", default=1, type=int))
    question = asked.by_name(there.modules)
    start = (min(page, 10_000) - 1) * queries.LIMIT
    found = queries.people(db.session, question, wanted, start, queries.LIMIT + 1)
    shown = found[: queries.LIMIT]
    body = render_template(
        "reports/coverage_people.html",
        asked=asked,
        people=shown,
        needed=len(question.modules),
        standing_of=standing_of,
        wanted=wanted,
        page=page,
        has_more=len(found) > queries.LIMIT,
        Standing=Standing,
        title=there.programme.title if len(question.modules) > 1 else there.modules[question.modules[0]],
    )
    note_looks([one.person.uuid for one in shown], facts(_address(asked, wanted)))
    return body


@blueprint.get("/reports/coverage/board.pdf")
@needs(*READERS)
def board() -> Answer:
    """One page to hand to a board."""
    asked, there = _asked()
    settings = _settings()
    accent = colours.light(settings.brand_colour).text
    with press.turn(current_user.id):
        made = to_board(_report(asked, there), settings.organisation, current_user.name, accent, _day, now())
    return attached(io.BytesIO(made), "application/pdf", f"coverage-{asked.on}.pdf")


@blueprint.get("/reports/coverage/<any(places,groups,modules,months):which>.<any(csv,xlsx):kind>")
@needs(*READERS)
def figures(which: str, kind: str) -> Answer:
    """One table of the page as a file."""
    asked, there = _asked()
    return as_table(TABLES[which](_report(asked, there)), kind, f"coverage-{which}", asked.on, "Coverage")


@blueprint.get("/reports/coverage/people.<any(csv,xlsx):kind>")
@needs(*READERS)
def list_of_people(kind: str) -> Answer:
    """The list of people as a file."""
    asked, there = _asked()
    wanted, question = service.wanted(request.args), asked.by_name(there.modules)
    count = service.count(db.session, question, wanted)
    address = _address(asked, wanted)
    if kind == "xlsx" and count > LONG:
        return redirect(url("files.offer", _external=False, **address), 303)
    note_file(count, facts(address))
    if kind == "csv":
        return as_long_csv(lambda session: service.rows(session, question, wanted), PEOPLE_FILE, asked.on)
    return as_table(service.rows(db.session, question, wanted), kind, PEOPLE_FILE, asked.on, "Coverage")


def _asked() -> tuple[Asked, Organisation]:
    """What the address asks for, if its reader may see it."""
    return service.asked(db.session, request.args, current_user.memberships, now()) or not_found()


def _report(asked: Asked, there: Organisation) -> Report:
    return report(db.session, asked, there, _settings().coverage_target)


def _address(asked: Asked, wanted: Standing | None) -> dict[str, str]:
    return asked.address(standing=wanted.value if wanted else None)


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings


def _day(day: dt.date | dt.datetime) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said
