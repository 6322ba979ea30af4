"""Pages and files on coverage: for programme leads of all sites, for site leads of their own."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
)
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.config import Settings
from lms.db import db, transaction
from lms.paper.press import press
from lms.reports.coverage import chart, exporting, queries, service
from lms.reports.coverage.asking import READERS, Asked, Organisation
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
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE_FILE = "coverage-people"
LONG = 5000
"""People in a workbook; one of more is made beside. A CSV is sent while it is made, however long it is."""
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
    wanted, page = service.wanted(request.args), max(1, request.args.get("page", default=1, type=int))
    question = asked.by_name(there.modules)
    start = (min(page, 10_000) - 1) * queries.LIMIT
    found = queries.people(db.session, question, wanted, start, queries.LIMIT + 1)
    note_list(len(found[: queries.LIMIT]), asked.site.code if asked.site else "")
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
    wanted, question = service.wanted(request.args), asked.by_name(there.modules)
    count = service.count(db.session, question, wanted)
    if kind == "xlsx" and count > LONG:
        parts = asked.address(standing=wanted.value if wanted else None)
        return redirect(url("files.offer", _external=False, **parts), 303)
    note_list(count, asked.site.code if asked.site else "")
    if kind == "csv":
        lines = sent_bit_by_bit(lambda session: exporting.as_csv(service.rows(session, question, wanted)))
        return _as_csv(lines, PEOPLE_FILE, asked.on)
    return _as_file(service.rows(db.session, question, wanted), kind, PEOPLE_FILE, asked.on)


def sent_bit_by_bit(make: Callable[[Session], Iterator[bytes]]) -> Iterator[bytes]:
    """What is read while it is sent, in a session of its own.

    The request's session is closed when the view returns. Whatever reads in it later holds a connection that nobody
    gives back: after fifteen such answers all others would wait.
    """
    session = db.sessionmaker()

    def parts() -> Iterator[bytes]:
        with session:
            yield from make(session)

    return parts()


def _as_file(rows: Iterable[Row], kind: str, name: str, on: dt.date) -> Answer:
    if kind == "csv":
        return _as_csv(exporting.as_csv(rows), name, on)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    exporting.as_xlsx(rows, "Coverage", file)
    file.seek(0)
    return _file(file, XLSX, f"{name}-{on}.xlsx")


def _as_csv(lines: Iterator[bytes], name: str, on: dt.date) -> Response:
    answer = Response(lines, mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{on}.csv"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(file: io.BytesIO | tempfile.SpooledTemporaryFile[bytes], mimetype: str, name: str) -> Response:
    answer = send_file(file, mimetype=mimetype, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked() -> tuple[Asked, Organisation]:
    """What the address asks for, if its reader may see it."""
    return service.asked(db.session, request.args, current_user.memberships, now()) or not_found()


def _report(asked: Asked, there: Organisation) -> Report:
    return report(db.session, asked, there, _settings().coverage_target)


def note_list(count: int, site: str) -> None:
    """Into the audit log: somebody looked at other people's records."""
    facts: dict[str, str | int | bool | list[str]] = {
        "at": "coverage",
        "people": count,
        "site": site,
    }
    with transaction() as session:
        write_down(session, Entry(Action.LOOKED, facts=facts))


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings


def _day(day: dt.date | dt.datetime) -> str:
    said: str = current_app.jinja_env.filters["day"](day)
    return said
