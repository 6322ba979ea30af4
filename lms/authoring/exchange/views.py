"""A trainer takes questions from a file, after a look at what would come, and downloads those that are there."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, send_file
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_files, needs
from lms.authoring import queries, waiting
from lms.authoring import service as writing
from lms.authoring.exchange import service
from lms.authoring.exchange.service import Destination, Given, Source
from lms.authoring.exchange.telling import by_reason
from lms.authoring.files.parts import bank_file
from lms.authoring.interchange.formats import ENDINGS, READERS, WRITERS, format_of
from lms.authoring.interchange.neutral import Taken
from lms.authoring.models import KEPT_FOR, Draft, SentQuestions
from lms.authoring.parts.choosing import outcomes, places
from lms.authoring.views import WRITERS as TRAINERS
from lms.authoring.waiting import GoneError, MeanwhileError
from lms.authoring.wording import FORMATS_IN, FORMATS_OUT
from lms.content.bundle import MOST_FILE_BYTES
from lms.content.problems import ContentError, Problem
from lms.content.schema import LEVELS
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.ui.counting import counted

blueprint = Blueprint("exchange", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
_NO_FILE = Problem("the form", 1, "no file was sent", "choose one")


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/questions/take")
@needs(*TRAINERS)
def ask(module_id: str) -> Answer:
    """The box for a file of questions."""
    return _asked(_draft(module_id))


@blueprint.post("/authoring/<module_id>/questions/take")
@needs(*TRAINERS)
@carries_files(MOST_FILE_BYTES)
def send(module_id: str) -> Answer:
    """Keep the file, and show what would be taken of it; refuse one that cannot be read."""
    draft, file = _draft(module_id), request.files.get("questions")
    if file is None or not file.filename:
        return _asked(draft, [_NO_FILE]), 422
    source = Source(file.read(), file.filename, _format())
    try:
        service.read(db.session, draft, source, Destination())
        with transaction() as session:
            service.keep(session, draft, source, current_user.uuid, now())
    except ContentError as error:
        return _asked(draft, error.problems), 422
    except LookupError as error:
        return _asked(draft, [_in_the_draft(draft, error)]), 422
    except IntegrityError:
        pass  # Sent twice at the same moment: the one that came first is shown.
    return redirect(url(".sent", module_id=module_id, format=source.format), 303)


@blueprint.get("/authoring/<module_id>/questions/take/sent")
@needs(*TRAINERS)
def sent(module_id: str) -> Answer:
    """Which questions would be taken, which not, and where they would go."""
    return _looked_at(module_id)


@blueprint.post("/authoring/<module_id>/questions/take/sent")
@needs(*TRAINERS)
def take(module_id: str) -> Answer:
    """Put them into the draft, where the page said."""
    to = _destination(request.form)
    try:
        with transaction() as session:
            draft = writing.lock(session, module_id) or not_found()
            kept = _kept(module_id)
            taken = service.take(session, draft, _source(kept), to, current_user.uuid, now())
            waiting.leave(session, kept)
    except GoneError:
        return _gone(module_id)
    except (MeanwhileError, ContentError, LookupError):
        return _looked_at(module_id, is_late=True)
    flash(_said(taken, to), "success")
    return redirect(
        url("parts.questions", module_id=module_id, _anchor=f"slot-{to.slot}" if to.slot else "checks"), 303
    )


@blueprint.post("/authoring/<module_id>/questions/take/sent/leave")
@needs(*TRAINERS)
def leave(module_id: str) -> Answer:
    """The file is kept no longer, and nothing is changed."""
    try:
        with transaction() as session:
            waiting.leave(session, _kept(module_id))
    except GoneError:
        return _gone(module_id)
    except MeanwhileError:
        return _looked_at(module_id, is_late=True)
    flash("The file is left. Nothing is changed.", "info")
    return redirect(url("parts.questions", module_id=module_id), 303)


@blueprint.get("/authoring/<module_id>/questions/download")
@needs(*TRAINERS)
def offer(module_id: str) -> Answer:
    """The formats in which the questions can be had, and what the one that is chosen cannot carry."""
    draft, chosen = _draft(module_id), request.args.get("format", "")
    given, problems = None, tuple[Problem, ...]()
    if chosen in WRITERS:
        try:
            given = _given(draft, chosen)
        except ContentError as error:
            problems = error.problems
    told = by_reason(given.left) if given else []
    return render_template(
        "authoring/give_questions.html",
        draft=draft,
        formats=FORMATS_OUT,
        chosen=chosen if chosen in WRITERS else None,
        given=given,
        told=told,
        problems=problems,
    )


@blueprint.get("/authoring/<module_id>/questions/download/<any(gift,moodle,qti,qti3,aiken):format_>")
@needs(*TRAINERS)
def download(module_id: str, format_: str) -> Answer:
    """The questions of the draft as a file."""
    draft = _draft(module_id)
    try:
        given = _given(draft, format_)
    except ContentError:
        return redirect(url(".offer", module_id=module_id, format=format_), 303)
    ending, kind = ENDINGS[format_]
    name = f"{module_id}-questions.{ending}"
    return send_file(io.BytesIO(given.content), mimetype=kind, as_attachment=True, download_name=name)


def _draft(module_id: str) -> Draft:
    return queries.open_draft(db.session, module_id) or not_found()


def _given(draft: Draft, format_: str) -> Given:
    text = queries.text(db.session, draft, bank_file(draft.subject)) or not_found()
    return service.give(text, draft.subject, format_)


def _format() -> str | None:
    """The format that somebody says a file is in; None: as it looks."""
    said = request.values.get("format", "")
    return said if said in READERS else None


def _destination(form: Mapping[str, str]) -> Destination:
    level = form.get("level", "")
    return Destination(
        form.get("to") or None, form.get("outcome") or None, level if level in LEVELS else Destination.level
    )


def _source(kept: SentQuestions) -> Source:
    return Source(kept.content, kept.name, _format())


def _kept(module_id: str) -> SentQuestions:
    """The file that was looked at. Raises GoneError or MeanwhileError."""
    said = request.form.get("sent", "")
    return waiting.looked_at(db.session, SentQuestions, module_id, current_user.uuid, now(), said)


def _gone(module_id: str) -> Answer:
    _draft(module_id)  # what is no draft has no page to go back to
    flash("No file of yours waits here: it was taken or left, or a day has passed since you sent it.", "info")
    return redirect(url("parts.questions", module_id=module_id), 303)


def _in_the_draft(draft: Draft, error: LookupError) -> Problem:
    return Problem(bank_file(draft.subject), 1, str(error.args[0]), "mend it in the draft, or choose another place")


def _said(taken: Taken, to: Destination) -> str:
    whole = sum(left.is_whole and left.number > 0 for left in taken.left)
    where = f"for the place {to.slot} of the quiz" if to.slot else "as quick checks"
    if not taken.items:
        return "No question was taken. Nothing is changed."
    left = f" {counted(whole, 'question was', 'questions were')} left." if whole else ""
    return f"{counted(len(taken.items), 'question is', 'questions are')} in the draft now, {where}.{left}"


def _asked(draft: Draft, problems: Sequence[Problem] = ()) -> str:
    kept = waiting.own(db.session, SentQuestions, draft.subject, current_user.uuid, now())
    return render_template(
        "authoring/take_questions.html",
        draft=draft,
        formats=FORMATS_IN,
        chosen=_format(),
        kept=kept,
        problems=problems,
    )


def _looked_at(module_id: str, *, is_late: bool = False) -> Answer:
    """What would be taken now; `is_late`: it was decided about another file or another draft."""
    draft = _draft(module_id)
    kept = waiting.own(db.session, SentQuestions, module_id, current_user.uuid, now())
    if kept is None:
        return _gone(module_id)
    source, to = _source(kept), _destination(request.values)
    taken, problems = Taken((), ()), tuple[Problem, ...]()
    try:
        taken = service.read(db.session, draft, source, to)
    except ContentError as error:
        problems = error.problems
    except LookupError as error:
        problems = (_in_the_draft(draft, error),)
    read_file = partial(queries.text, db.session, draft)
    page = render_template(
        "authoring/questions_sent.html",
        draft=draft,
        kept=kept,
        until=kept.sent_at + KEPT_FOR,
        formats=FORMATS_IN,
        format=source.format or _looks_like(source),
        is_said=source.format is not None,
        to=to,
        places=places(module_id, read_file),
        outcomes=outcomes(module_id, read_file),
        levels=LEVELS,
        taken=taken,
        problems=problems,
        is_late=is_late,
    )
    return (page, 409) if is_late else page


def _looks_like(source: Source) -> str | None:
    try:
        return format_of(source.content, source.name)
    except ContentError:
        return None
