"""Pages and files on coverage: for programme leads of all sites, for site leads of their own."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, current_app, render_template, request, send_file, stream_with_context
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.audit import actions
from lms.audit.actions import Action, Entry
from lms.audit.service import record
from lms.config import Settings
from lms.content.library import library
from lms.db import db, transaction
from lms.paper.press import press
from lms.reports.coverage import chart, exporting, queries
from lms.reports.coverage.asking import Asked, Organisation, read, sees
from lms.reports.coverage.board import board as to_board
from lms.reports.coverage.board import sentence, target
from lms.reports.coverage.counting import SMALLEST, Standing
from lms.reports.coverage.counting import standing as standing_of
from lms.reports.coverage.exporting import Row
from lms.reports.coverage.showing import Report, report, table
from lms.ui import colours
from lms.ui.asking import not_found, now

blueprint = Blueprint("coverage", __name__)

Answer = Response | AnyResponse | str
READERS = (Role.SITE_LEAD, Role.PROGRAMME_LEAD, Role.ADMIN)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1024 * 1024
"""Bytes of a workbook that are kept in memory; more go to the disk."""


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
    """Who is how far, by name. That somebody looked is written down."""
    asked, there = _asked()
    wanted, page = _wanted(), max(1, request.args.get("page", default=1, type=int))
    question = asked.question(there.modules)
    start = (min(page, 10_000) - 1) * queries.LIMIT
    found = queries.people(db.session, question, wanted, start, queries.LIMIT + 1)
    _note(len(found[: queries.LIMIT]), asked)
    return render_template(
        "reports/coverage_people.html",
        asked=asked,
        people=found[: queries.LIMIT],
        needed=len(question.modules),
        standing_of=standing_of,
        wanted=wanted,
        page=page,
        has_more=len(found) > queries.LIMIT,
        Standing=Standing,
        title=there.programme.title if len(question.modules) > 1 else there.modules[question.modules[0]],
    )


@blueprint.get("/reports/coverage/board.pdf")
@needs(*READERS)
def board() -> Answer:
    """One page to hand to a board."""
    asked, there = _asked()
    settings = _settings()
    accent = colours.light(settings.brand_colour).text
    with press.turn(current_user.id):
        made = to_board(_report(asked, there), settings.organisation, current_user.name, accent, _day, now())
    return _file(io.BytesIO(made), "application/pdf", f"coverage-{asked.on}.pdf")


@blueprint.get("/reports/coverage/places.<any(csv,xlsx):kind>")
@needs(*READERS)
def places(kind: str) -> Answer:
    """The table by place as a file."""
    asked, there = _asked()
    return _as_file(table(_report(asked, there)), kind, "coverage", asked.on)


@blueprint.get("/reports/coverage/people.<any(csv,xlsx):kind>")
@needs(*READERS)
def list_of_people(kind: str) -> Answer:
    """The list of people as a file."""
    asked, there = _asked()
    wanted, question = _wanted(), asked.question(there.modules)
    count = sum(one.of(wanted) if wanted else one.people for one in queries.counts(db.session, question).values())
    _note(count, asked)
    return _as_file(_rows(question, wanted), kind, "coverage-people", asked.on)


def _rows(question: queries.Question, wanted: Standing | None) -> Iterator[Row]:
    yield ["Name", "E-mail address", "Place", "Job group", "How far", "Modules completed", "Of", "Last completed on"]
    needed = len(question.modules)
    for one in queries.everyone(db.session, question, wanted):
        how_far = standing_of(one.done, one.begun, needed)
        last = one.last.date() if one.last else None
        yield [one.person.name, one.person.email, one.site, one.job_group, how_far.value, one.done, needed, last]


def _as_file(rows: Iterable[Row], kind: str, name: str, on: dt.date) -> Answer:
    if kind == "csv":
        answer = Response(stream_with_context(exporting.as_csv(rows)), mimetype="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f"attachment; filename={name}-{on}.csv"
        answer.headers["Cache-Control"] = "no-store"
        return answer
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    exporting.as_xlsx(rows, "Coverage", file)
    file.seek(0)
    return _file(file, XLSX, f"{name}-{on}.xlsx")


def _file(file: io.BytesIO | tempfile.SpooledTemporaryFile[bytes], mimetype: str, name: str) -> Response:
    answer = send_file(file, mimetype=mimetype, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked() -> tuple[Asked, Organisation]:
    """What the address asks for, if its reader may see it."""
    programme = library.programme(db.session) or not_found()
    published = ((one.id, library.module(db.session, one.id)) for one in programme.modules)
    modules = {id_: module.title for id_, module in published if module}
    if not modules:
        not_found()
    everything = Organisation(queries.sites(db.session), queries.groups(db.session), programme, modules)
    reader = sees(current_user.memberships)
    there = everything.within(reader)
    return read(request.args, there, reader, now().date()) or not_found(), there


def _report(asked: Asked, there: Organisation) -> Report:
    return report(db.session, asked, there, _settings().coverage_target)


def _wanted() -> Standing | None:
    given = request.args.get("standing", "")
    return next((one for one in Standing if one.value == given), None)


def _note(count: int, asked: Asked) -> None:
    """Into the audit log: somebody looked at other people's records."""
    facts: dict[str, str | int | bool | list[str]] = {
        "at": "coverage",
        "people": count,
        "site": asked.site.code if asked.site else "",
    }
    with transaction() as session:
        who = actions.person(current_user.uuid, current_user.roles, request.remote_addr)
        record(session, who, now(), Entry(Action.LOOKED, facts=facts))


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings


def _day(day: dt.date | dt.datetime) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said
