"""Asking for a long file, seeing how far it is, and fetching it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.viewing import note_file
from lms.db import db, transaction
from lms.export import queries
from lms.export.models import Export
from lms.export.service import KEPT_FOR, TooManyError
from lms.reports.coverage import service as coverage
from lms.reports.coverage.asking import READERS, Asked, Organisation, facts
from lms.reports.files import service
from lms.ui.asking import is_script, not_found, now
from lms.ui.files import XLSX, sent_bit_by_bit

blueprint = Blueprint("files", __name__)

Answer = Response | AnyResponse | str
LATE = dt.timedelta(minutes=1)
"""So long a file may wait until somebody begins it."""
TOO_MANY = "Three of your files are being made already. Please wait for one of them."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/reports/files/new")
@needs(*READERS)
def offer() -> Answer:
    """How long the file would be, and the button that asks for it."""
    asked, there = _asked(request.args)
    how_far = coverage.wanted(request.args)
    count = coverage.count(db.session, asked.by_name(there.modules), how_far)
    parts = asked.address(standing=how_far.value if how_far else None)
    return render_template("reports/file_offer.html", parts=parts, count=count, place=asked.site)


@blueprint.post("/reports/files")
@needs(*READERS)
def ask() -> Answer:
    """Ask for a list of people as a workbook; the same that is being made already is not asked for twice."""
    asked, there = _asked(request.form)
    try:
        with transaction() as session:
            made = service.ask(session, current_user, asked, there, coverage.wanted(request.form), now())
    except TooManyError:
        flash(TOO_MANY, "info")
        return redirect(url(".own"), 303)
    return redirect(url(".one", export_id=made.uuid), 303)


@blueprint.get("/reports/files")
@needs(*READERS)
def own() -> Answer:
    """All that I asked for since yesterday."""
    found = [one for one in queries.own_exports(db.session, current_user.id) if _is_mine_still(one)]
    return render_template("reports/files.html", found=found)


@blueprint.get("/reports/files/<uuid:export_id>")
@needs(*READERS)
def one(export_id: UUID) -> Answer:
    """How far it is; a script is told in JSON."""
    found = _own(export_id)
    if is_script():
        answer = jsonify(done=found.rows_done, total=found.rows_total, finished=found.finished_at is not None)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    is_late = found.touched_at is None and now() - found.asked_at > LATE
    return render_template("reports/file.html", found=found, until=found.asked_at + KEPT_FOR, is_late=is_late)


@blueprint.get("/reports/files/<uuid:export_id>.xlsx")
@needs(*READERS)
def fetch(export_id: UUID) -> Answer:
    """The file. That somebody looked at other people's records is written down."""
    found = _own(export_id)
    if found.size is None:
        return redirect(url(".one", export_id=export_id), 303)
    note_file(found.rows_done, facts(found.asked["address"]))
    number = found.id
    answer = Response(sent_bit_by_bit(lambda session: queries.contents(session, number)), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={found.name}"
    answer.headers["Cache-Control"] = "no-store"
    answer.content_length = found.size
    return answer


def _asked(given: Mapping[str, str]) -> tuple[Asked, Organisation]:
    return coverage.asked(db.session, given, current_user.memberships, now()) or not_found()


def _own(export_id: UUID) -> Export:
    """A file of mine, as long as I see what I saw when I asked for it."""
    found = queries.own_export(db.session, current_user.id, export_id) or not_found()
    return found if _is_mine_still(found) else not_found()


def _is_mine_still(found: Export) -> bool:
    return now() - found.asked_at < KEPT_FOR and service.may_have(current_user.memberships, found.asked)
