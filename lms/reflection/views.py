"""Saving what people write on a page; the journal of all they wrote, its history, and its workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
)
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.config import Settings
from lms.content.library import library
from lms.content.module import Module, Page
from lms.db import db, transaction
from lms.paper.press import press
from lms.progress.service import begin
from lms.reflection import queries, service
from lms.reflection.forms import Sent, read
from lms.reflection.prompts import Kind, Prompt, find
from lms.reflection.revisiting import comes_back_on, is_back
from lms.reflection.service import NewerTextError
from lms.reflection.sheets import Sheet, sheet
from lms.reflection.workbook import workbook as to_workbook
from lms.reflection.writing import Writing
from lms.ui import colours
from lms.ui.asking import is_script, not_found, now
from lms.vault import SealBrokenError

blueprint = Blueprint("reflection", __name__)

Answer = Response | AnyResponse | str | tuple[str, int] | tuple[Response, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.filters.update(comes_back_on=comes_back_on, is_back=lambda moment: is_back(moment, now()))
    app.register_blueprint(blueprint)


@blueprint.post("/modules/<module_id>/writing/<kind>/<block_id>")
@signed_in
@carries_text
def save(module_id: str, kind: str, block_id: str) -> Answer:
    """Keep what was written: by the button, or by the script that saves as one writes."""
    module = library.module(db.session, module_id) or not_found()
    page, prompt = find(module, block_id, _kind(kind)) or not_found()
    writing = queries.own_writing(db.session, current_user.id, module_id, [block_id])[block_id, _kind(kind)]
    sent = _sent(prompt, writing)
    if sent.errors:
        return _refused(module, page, prompt, writing, sent)
    try:
        version = _keep(module_id, page, prompt, writing.kind, sent)
    except NewerTextError as error:
        return _changed(module, page, prompt, writing, sent, error)
    except SealBrokenError:
        abort(503)  # the key is not where it was; what is typed waits on the device
    if is_script():
        return jsonify(version=version, saved_at=now().isoformat())
    return redirect(_place(module, page, prompt), 303)


@blueprint.get("/reflections")
@signed_in
def journal() -> Answer:
    """All that I wrote, for my eyes alone."""
    volumes = queries.own_journal(db.session, current_user)
    waiting = [item for volume in volumes for item in volume.items if item.waits(now())]
    return render_template("reflection/journal.html", volumes=volumes, waiting=waiting)


@blueprint.get("/reflections/workbook.pdf")
@signed_in
def workbook() -> Answer:
    """The same on paper, with lines to write on where nothing is written."""
    settings: Settings = current_app.config["CARES"]
    volumes = queries.own_journal(db.session, current_user)
    accent, day = colours.light(settings.brand_colour).text, current_app.jinja_env.filters["day"]
    with press.turn(current_user.id):
        made = to_workbook(volumes, current_user.name, accent, day, now())
    name = "my-reflections.pdf"
    answer = send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/reflections/<uuid:entry_id>")
@signed_in
def history(entry_id: UUID) -> Answer:
    """A text as it is, and as it was."""
    found = queries.own_history(db.session, current_user, entry_id) or not_found()
    module, place = _prompt_of(found.writing)
    return render_template("reflection/history.html", history=found, module=module, place=place)


@blueprint.post("/reflections/<uuid:entry_id>/versions/<int:number>")
@signed_in
def bring_back(entry_id: UUID, number: int) -> Answer:
    """Make an earlier version the latest; nothing in between is lost."""
    try:
        with transaction() as session:
            service.bring_back(session, current_user, entry_id, number, now()) or not_found()
    except SealBrokenError:
        abort(503)
    flash("That text is back. The one that you had until now is in the list below.", "success")
    return redirect(url(".history", entry_id=entry_id), 303)


@blueprint.get("/reflections/<uuid:entry_id>/delete")
@signed_in
def ask_to_delete(entry_id: UUID) -> Answer:
    """Are you sure?"""
    found = queries.own_history(db.session, current_user, entry_id) or not_found()
    module, place = _prompt_of(found.writing)
    return render_template("reflection/delete.html", history=found, module=module, place=place)


@blueprint.post("/reflections/<uuid:entry_id>/delete")
@signed_in
def delete(entry_id: UUID) -> Answer:
    """Delete a text with all its versions."""
    with transaction() as session:
        entry = service.erase(session, current_user, entry_id) or not_found()
    flash("The text is deleted, with all its earlier versions.", "success")
    return redirect(url(".journal", _anchor=f"module-{entry.module_id}"), 303)


def _prompt_of(writing: Writing) -> tuple[Module | None, tuple[Page, Prompt] | None]:
    """Where a text belongs, if that is still taught."""
    module = library.module(db.session, writing.module_id)
    return module, find(module, writing.block_id, writing.kind) if module else None


def _keep(module_id: str, page: Page, prompt: Prompt, kind: Kind, sent: Sent) -> int:
    with transaction() as session:
        activity = begin(session, current_user, module_id, now()) or not_found()
        version = service.save(session, activity, page, prompt, kind, sent.draft)
        if sent.wants_model:
            service.open_model(session, activity, prompt, kind)
    return version


def _sent(prompt: Prompt, writing: Writing) -> Sent:
    try:
        return read(request.form, prompt, writing, is_deliberate=not is_script())
    except ValueError:
        abort(400)


def _refused(module: Module, page: Page, prompt: Prompt, writing: Writing, sent: Sent) -> Answer:
    if is_script():
        return jsonify(errors={name: [words] for name, words in sent.errors.items()}), 422
    typed = replace(writing, words=sent.draft.words, version=sent.draft.version)
    return _again(module, page, prompt, sheet(prompt, typed, sent.errors)), 422


def _changed(module: Module, page: Page, prompt: Prompt, writing: Writing, sent: Sent, error: NewerTextError) -> Answer:
    """There is a newer text, from another window or device: both are shown, and the author chooses."""
    if is_script():
        newer = sheet(prompt, replace(writing, words=error.words))
        texts = {box.name: box.text for box in newer.boxes}
        ticks = {point.name: ["yes"] if point.is_ticked else [] for point in newer.points}
        return jsonify(version=error.version, fields=texts | ticks), 409
    typed = sheet(prompt, replace(writing, words=sent.draft.words))
    newer_one = replace(writing, words=error.words, version=error.version)
    return _again(module, page, prompt, replace(typed, newer=newer_one)), 409


def _again(module: Module, page: Page, prompt: Prompt, shown: Sheet) -> str:
    """The block with what was typed, to be mended and sent again."""
    return render_template(
        "reflection/again.html",
        module=module,
        page=page,
        block=prompt,
        state=shown,
        anchor=f"block-{prompt.kind}-{prompt.id}",
    )


def _place(module: Module, page: Page, prompt: Prompt) -> str:
    anchor = f"block-{prompt.kind}-{prompt.id}"
    return url("player.page", module_id=module.id, page_id=page.id, _anchor=anchor)


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        abort(404)
