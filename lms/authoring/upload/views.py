"""A trainer sends a whole module as a zip, sees what it would change, and takes it over or leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_files, needs
from lms.authoring import queries, waiting
from lms.authoring import service as writing
from lms.authoring.comparing.readings import Compared
from lms.authoring.comparing.views import read_draft, read_revision
from lms.authoring.models import KEPT_FOR, Draft, SentModule
from lms.authoring.reading import reading
from lms.authoring.upload import queries as meanwhile
from lms.authoring.upload import service
from lms.authoring.upload.reading import module_in, new_module_in, outcome, skipped_words
from lms.authoring.views import WRITERS
from lms.authoring.waiting import GoneError, MeanwhileError
from lms.content.bundle import MOST_BUNDLE_BYTES, Bundle, from_zip
from lms.content.loader import Reading
from lms.content.models import Revision
from lms.content.problems import ContentError, Problem
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.ui.counting import counted

blueprint = Blueprint("upload", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
NEVER = ("new", "programme")
"""No module can be called so: these are addresses."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_NO_FILE = Problem("the form", 1, "no file was sent", "choose a zip")


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/upload")
@needs(*WRITERS)
def ask(module_id: str) -> Answer:
    """What is going to happen, and the box for the zip."""
    return _page(module_id)


@blueprint.post("/authoring/<module_id>/upload")
@needs(*WRITERS)
@carries_files(MOST_BUNDLE_BYTES)
def send(module_id: str) -> Answer:
    """Keep the files of the zip, and show what they would change; refuse them if they cannot be a draft."""
    _state_of(module_id)
    file = request.files.get("zip")
    if file is None or not file.filename:
        return _page(module_id, [_NO_FILE]), 422
    try:
        files = module_in(file.read(), module_id)
        if files.skipped:
            flash(skipped_words(files), "info")
        if outcome(_state_of(module_id).files(), files).is_nothing:
            flash("The zip holds the files just as they are here, byte for byte. There is nothing to change.", "info")
            return redirect(url("authoring.outline", module_id=module_id), 303)
        with transaction() as session:
            service.keep(session, module_id, files, current_user.uuid, now())
    except ContentError as error:
        return _page(module_id, error.problems), 422
    except IntegrityError:
        pass  # Sent twice at the same moment: the one that came first is shown.
    return redirect(url(".sent", module_id=module_id), 303)


@blueprint.get("/authoring/<module_id>/upload/sent")
@needs(*WRITERS)
def sent(module_id: str) -> Answer:
    """What would change if the zip were taken over."""
    return _compared(module_id)


@blueprint.post("/authoring/<module_id>/upload/sent")
@needs(*WRITERS)
def take_over(module_id: str) -> Answer:
    """The files that were sent become the draft, unless it or they are not those that were looked at."""
    try:
        with transaction() as session:
            draft = writing.lock(session, module_id)
            kept = _kept(session, module_id)
            base = draft or service.hold_published(session, module_id)
            if request.form.get("version", "") != _version(base):
                raise MeanwhileError
            taken = service.take_over(session, kept, draft, from_zip(kept.files), now())
    except GoneError:
        return _gone(module_id)
    except (MeanwhileError, IntegrityError):
        return _compared(module_id, request.form.get("version", ""))
    flash(f"The zip is the draft now: {taken}.{_left_to_mend(module_id)}", "success")
    return redirect(url("authoring.outline", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/upload/sent/leave")
@needs(*WRITERS)
def leave(module_id: str) -> Answer:
    """The zip is kept no longer, and nothing is changed."""
    try:
        with transaction() as session:
            waiting.leave(session, _kept(session, module_id))
    except GoneError:
        return _gone(module_id)
    except MeanwhileError:
        return _compared(module_id, request.form.get("version", ""))
    flash("The zip is left. Nothing is changed.", "info")
    return redirect(url("authoring.outline", module_id=module_id), 303)


@blueprint.post("/authoring/new/zip")
@needs(*WRITERS)
@carries_files(MOST_BUNDLE_BYTES)
def take_new() -> Answer:
    """A module that comes as a zip, and that nobody has here, becomes a draft."""
    sent = request.files.get("zip")
    if sent is None or not sent.filename:
        return _new_page([_NO_FILE]), 422
    try:
        module_id, files = new_module_in(sent.read())
        if module_id in {*queries.modules(db.session), *NEVER}:
            return _new_page([_there_already(module_id)]), 422
        with transaction() as session:
            writing.begin(session, module_id, files, None, now())
    except ContentError as error:
        return _new_page(error.problems), 422
    except IntegrityError:
        return _new_page([_there_already(module_id)]), 409
    flash(f"The zip is a draft now, of {len(files.files)} files.{_left_to_mend(module_id)}", "success")
    if files.skipped:
        flash(skipped_words(files), "info")
    return redirect(url("authoring.outline", module_id=module_id), 303)


def _new_page(problems: Sequence[Problem]) -> str:
    return render_template("authoring/upload_new.html", problems=problems)


def _there_already(module_id: str) -> Problem:
    what = f"the module {module_id} is here already"
    return Problem(f"courses/{module_id}", 1, what, "open it under “Write modules” and send the zip there")


def _left_to_mend(module_id: str) -> str:
    """What is said of a draft that cannot be published as it is."""
    draft = queries.open_draft(db.session, module_id)
    if draft is None:
        return ""
    count = len(read_draft(draft).problems)
    things = counted(count, "thing has", "things have")
    return f" {things} to be mended before it can be published: see “What the checker says”." if count else ""


def _kept(session: Session, module_id: str) -> SentModule:
    """The zip that was looked at. Raises GoneError or MeanwhileError."""
    said = request.form.get("sent", "")
    return waiting.looked_at(session, SentModule, module_id, current_user.uuid, now(), said)


def _gone(module_id: str) -> Answer:
    _state_of(module_id)  # what is no module has no page to go back to
    flash("No zip of yours waits here: it was taken over or left, or a day has passed since you sent it.", "info")
    return redirect(url("authoring.outline", module_id=module_id), 303)


def _compared(module_id: str, seen: str | None = None) -> Answer:
    """What the zip would change now; `seen`: the version of the draft that was decided about, which is another."""
    state, kept = _state_of(module_id), waiting.own(db.session, SentModule, module_id, current_user.uuid, now())
    if kept is None:
        return _gone(module_id)
    files = from_zip(kept.files)
    new = reading((kept.uuid, 0, kept.sent_at), module_id, lambda: files)
    page = render_template(
        "authoring/sent.html",
        module_id=module_id,
        draft=state.draft,
        version=_version(state.base),
        kept=kept,
        until=kept.sent_at + KEPT_FOR,
        outcome=outcome(state.files(), files),
        compared=Compared.of(state.reading(), new),
        others=queries.others(db.session, state.draft, current_user.uuid, now()) if state.draft else (),
        is_late=seen is not None,
        writers=_writers(state.draft, seen or ""),
    )
    return page if seen is None else (page, 409)


def _writers(draft: Draft | None, seen: str) -> Mapping[str, Sequence[str]]:
    """Who has saved which files of the same draft since a version of it was seen."""
    draft_id, _, version = seen.partition("-")
    if draft is None or draft_id != str(draft.id) or not _NUMBER.fullmatch(version):
        return {}
    found: dict[str, list[str]] = {}
    for name, path in meanwhile.written_since(db.session, draft, int(version)):
        found.setdefault(name or "Somebody", []).append(path.removeprefix(f"courses/{draft.subject}/"))
    return found


@dataclass(frozen=True)
class _State:
    """What the zip is compared with: the open draft, else what learners see."""

    base: Draft | Revision
    files: Callable[[], Bundle]
    reading: Callable[[], Reading]

    @property
    def draft(self) -> Draft | None:
        return self.base if isinstance(self.base, Draft) else None


def _state_of(module_id: str) -> _State:
    draft = queries.open_draft(db.session, module_id)
    if draft:
        return _State(draft, partial(queries.bundle, db.session, draft), partial(read_draft, draft))
    revision = queries.published(db.session, module_id) or not_found()
    return _State(revision, lambda: from_zip(revision.files), partial(read_revision, revision))


def _version(base: Draft | Revision | None) -> str:
    """What the zip is compared with, as the form carries it: another if a draft was begun or published meanwhile."""
    if isinstance(base, Draft):
        return f"{base.id}-{base.version}"
    return f"published-{base.id}" if base else ""


def _page(module_id: str, problems: Sequence[Problem] = ()) -> str:
    state = _state_of(module_id)
    kept = waiting.own(db.session, SentModule, module_id, current_user.uuid, now())
    values = {"draft": state.draft, "kept": kept, "problems": problems}
    return render_template("authoring/upload.html", module_id=module_id, **values)
