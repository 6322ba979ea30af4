"""A page of a draft, block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from flask import Blueprint, Flask, Response, flash, jsonify, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries, service
from lms.authoring.comparing.passages import of_fields
from lms.authoring.files.block_text import fields_of_block, with_values
from lms.authoring.files.meeting import counterpart, find_piece, mark
from lms.authoring.files.outline import page_file, sections_of, slug
from lms.authoring.files.page_text import FRONT, PROSE, Piece, inserted, moved, pieces, removed, replaced, span
from lms.authoring.files.parts import module_file
from lms.authoring.files.shape import fields_of
from lms.authoring.files.starters import new_block, new_part
from lms.authoring.files.typed import Values, boxes, read, stepped, typed
from lms.authoring.files.unfit import EMPTY, UnfitError
from lms.authoring.files.yaml_text import edited
from lms.authoring.models import Draft
from lms.authoring.pages.naming import KINDS as NAMING
from lms.authoring.pages.naming import There, meant, there
from lms.authoring.pages.shown import Shown, shown, yaml_of
from lms.authoring.parts.choosing import outcomes
from lms.authoring.publishing.queries import warning
from lms.authoring.reviewing.queries import open_comments
from lms.authoring.stepping import step_of
from lms.authoring.telling import briefly
from lms.authoring.views import WRITERS, titles
from lms.authoring.wording import BLOCKS
from lms.content.blocks import KINDS
from lms.content.checker.of_page import check_page
from lms.content.checker.subject import Subject
from lms.content.library import library
from lms.content.page_file import FrontMatter, PageFile
from lms.content.problems import ContentError
from lms.db import db, transaction
from lms.ui.asking import is_script, not_found, now
from lms.ui.headers import shows_frames

blueprint = Blueprint("writing", __name__)

Answer = Response | AnyResponse | str | tuple[str | Response, int]

MOVES: Mapping[str, Literal[-1, 1]] = {"block up": -1, "block down": 1}
_OF_EVERY_FORM = ("csrf_token", "version", "do", "kind")
GOES_ON = "There is a text here already: a new paragraph, “Write here.”, stands in it."


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/pages/<page_id>")
@needs(*WRITERS)
def page(module_id: str, page_id: str) -> Answer:
    """The blocks of a page, each to be written in place."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    file, section = _file(draft, page_id)
    service.note_visit(db.session, draft, current_user.uuid, file, now())
    return _page(draft, page_id, file, section)


@blueprint.post("/authoring/<module_id>/pages/<page_id>/blocks/<int:place>")
@needs(*WRITERS)
@carries_text
def save_block(module_id: str, page_id: str, place: int) -> Answer:
    """Keep a block as it was typed; or add, move or take away one."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        file, section = _file(draft, page_id)
        text = queries.text(session, draft, file) or not_found()
        if request.form.get("version") == "":
            return _put_again(session, draft, page_id, file, section, place)
        found = _found(text, place)
        if found is None:
            return _conflict(draft, page_id, file, section, place)
        try:
            changed, at, count = _changed(draft, text, *found)
        except UnfitError as error:
            return _refused(draft, page_id, section, place, shown(text, (), ())[found[0]], str(error))
        if changed != text:
            service.save_texts(session, draft, {file: changed}, current_user.uuid, now())
    if is_script():
        return jsonify(version=mark(span(pieces(changed), at, count)), saved_at=now().isoformat())
    if request.form.get("do", "save") == "save":
        flash("Saved.", "success")
    return redirect(url(".page", module_id=module_id, page_id=page_id, _anchor=f"block-{at}"), 303)


def _found(text: str, place: int) -> tuple[int, int] | None:
    """Where the block is that was sent, and how many pieces it is: by its mark, or because it is saved already."""
    found, sent = pieces(text), request.form.get("source", "").replace("\r\n", "\n").strip("\n")
    is_saved = 0 <= place < len(found) and found[place].text == sent
    return find_piece(found, place, request.form.get("version", "")) or ((place, 1) if is_saved else None)


@blueprint.post("/authoring/<module_id>/pages/<page_id>/blocks")
@needs(*WRITERS)
def add_block(module_id: str, page_id: str) -> Answer:
    """Add a block before a place, or at the end."""
    place, kind = request.form.get("place", type=int, default=9999), request.form.get("kind", PROSE)
    try:
        with transaction() as session:
            draft = service.lock(session, module_id) or not_found()
            file, _ = _file(draft, page_id)
            text = queries.text(session, draft, file) or not_found()
            at = min(max(place, 1), len(pieces(text)))
            made, files = _new_block(draft, kind, page_id, text)
            changed = inserted(text, at, made)
            service.save_texts(session, draft, {**files, file: changed}, current_user.uuid, now())
    except ContentError as error:
        flash(f"Nothing can be added until this is mended: {briefly(error)}", "danger")
        return redirect(url(".page", module_id=module_id, page_id=page_id), 303)
    # Text beside text is one block: what is new stands in the block that was there.
    is_one = kind == PROSE and len(pieces(changed)) == len(pieces(text))
    flash(GOES_ON if is_one else f"Added: {BLOCKS.get(kind, BLOCKS[PROSE])}. Write it below.", "success")
    at -= is_one and at == len(pieces(text))
    return redirect(url(".page", module_id=module_id, page_id=page_id, _anchor=f"block-{at}"), 303)


def _new_block(draft: Draft, kind: str, page_id: str, text: str) -> tuple[str, Mapping[str, str]]:
    """A block, and the files of what it stands for."""
    read = partial(queries.text, db.session, draft)
    if kind in NAMING:
        found = there(draft.subject, queries.paths(db.session, draft), queries.pages(db.session, draft), read)
        id_, files = meant(kind, found, page_id, read)
        return new_block(kind, id_), files
    return new_block(kind, slug(f"{page_id} {kind}"[:50], [piece.id for piece in pieces(text)])), {}


def _changed(draft: Draft, text: str, place: int, count: int) -> tuple[str, int, int]:
    """The page as it was asked for, where the block is then, and how many pieces it is. Raises UnfitError."""
    asked = request.form.get("do", "save")
    if asked == "remove block":
        gone = pieces(text)[place]
        said = warning(db.session, draft.subject, gone.id)
        flash(f"A block is taken away: {BLOCKS.get(gone.kind, 'text')}.{said}", "info")
        return removed(text, place, count), max(place - 1, 0), 1
    # What was typed is kept, whichever button was pressed; a button alone brings nothing that could be.
    kept = replaced(text, place, _typed(pieces(text)[place], asked), count) if _sent() else text
    count += len(pieces(kept)) - len(pieces(text))
    if asked not in MOVES:
        return kept, place, count
    if count > 1:
        flash("The text is several blocks now. Move each of them by itself.", "info")
        return kept, place, count
    return moved(kept, place, MOVES[asked]), max(place + MOVES[asked], 1), 1


def _typed(piece: Piece, step: str) -> str:
    """A block as it stands in its form."""
    form = _sent()
    if "source" in form:
        return form["source"]
    if piece.kind == FRONT:
        body = edited(yaml_of(piece), "page", (), read(fields_of(FrontMatter), form))
        return f"---\n{body}---"
    values: Values = read(fields_of_block(piece.kind), form)
    asked = step_of(step)
    if asked:
        values = stepped(values, *asked, new=new_part)
    return with_values(piece.text, values)


def _put_again(
    session: Session, draft: Draft, page_id: str, file: str, section: Mapping[str, Any], place: int
) -> Answer:
    """Somebody has taken the block away, and whoever wrote in it meanwhile wants it all the same."""
    text, kind, form = queries.text(session, draft, file) or "", request.form.get("kind", ""), _sent()
    if "source" not in form and kind not in KINDS:
        return _conflict(draft, page_id, file, section, place)
    try:
        made = form["source"] if "source" in form else _made_anew(kind, form)
        if not made.strip():
            raise UnfitError(EMPTY)
    except UnfitError as error:
        return _refused(draft, page_id, section, place, None, str(error))
    at = min(max(place, 1), len(pieces(text)))
    changed = inserted(text, at, made)
    service.save_texts(session, draft, {file: changed}, current_user.uuid, now())
    if is_script():
        return jsonify(version=mark(made), saved_at=now().isoformat(), is_new=True)
    flash("Your block is in the page again.", "success")
    at = min(at, len(pieces(changed)) - 1)
    return redirect(url(".page", module_id=draft.subject, page_id=page_id, _anchor=f"block-{at}"), 303)


def _made_anew(kind: str, form: Mapping[str, str]) -> str:
    """A block of a kind with what was typed. Raises UnfitError."""
    return with_values(new_block(kind, form.get("id", "")), read(fields_of_block(kind), form))


def _refused(
    draft: Draft, page_id: str, section: Mapping[str, Any], place: int, saved: Shown | None, why: str
) -> Answer:
    """What was typed cannot stand there: nothing is saved, it is said what to do, and the text is still before them."""
    if is_script():
        return jsonify(errors={"source": [why]}), 422
    return _both(draft, page_id, section, saved, place=place, why=why), 422


def _page(draft: Draft, page_id: str, file: str, section: Mapping[str, Any]) -> Answer:
    text = queries.text(db.session, draft, file) or not_found()
    paths, pages = queries.paths(db.session, draft), queries.pages(db.session, draft)
    media = {path.split("/", 2)[2]: b"" for path in paths if path.startswith(f"courses/{draft.subject}/media/")}
    reader = PageFile(file, text, media)
    made = reader.page(page_id, section["id"])
    problems = tuple(problem for problem in reader.problems if not problem.what.startswith("media/"))
    said = check_page(made, _names(draft.subject)) if made else None
    html = render_template(
        "authoring/page.html",
        draft=draft,
        page_id=page_id,
        section=section,
        made=made,
        file=file,
        comments=open_comments(db.session, draft, file),
        said=said,
        blocks=shown(text, problems, said.findings if said else ()),
        is_desk=request.args.get("preview") == "desktop",
        **_choices(draft, paths, pages),
        others=queries.others(db.session, draft, current_user.uuid, now()),
        in_order=_neighbours(draft, page_id, pages),
    )
    return shows_frames(make_response(html))


def _names(module_id: str) -> frozenset[str]:
    """Of people in the stories that are published: those of the draft would take half a second to be read."""
    module = library.module(db.session, module_id)
    return Subject(module, now().date(), {}).names if module else frozenset()


def _choices(draft: Draft, paths: Sequence[str], pages: Mapping[str, str]) -> Mapping[str, Any]:
    """What blocks can stand for, and what there is to name in their forms."""
    found = _there(draft, paths, pages)
    known = {"outcomes": outcomes(draft.subject, partial(queries.text, db.session, draft)), "src": _media(draft, paths)}
    if found:
        known |= {"items": found.questions, "reflection": found.reflections}
    return {"there": found, "choices": known}


def _media(draft: Draft, paths: Sequence[str]) -> list[tuple[str, str]]:
    inside = f"courses/{draft.subject}/"
    return [(path.removeprefix(inside), path.rsplit("/", 1)[1]) for path in paths if path.startswith(f"{inside}media/")]


def _there(draft: Draft, paths: Sequence[str], pages: Mapping[str, str]) -> There | None:
    try:
        return there(draft.subject, paths, pages, partial(queries.text, db.session, draft))
    except ContentError:
        return None


def _conflict(draft: Draft, page_id: str, file: str, section: Mapping[str, Any], place: int) -> Answer:
    """Somebody has changed the block meanwhile: nothing is written over, and both are shown."""
    theirs = _theirs(draft, file, place)
    if is_script():
        return _conflict_in_place(theirs)
    saved = queries.file(db.session, draft, file)
    return _both(draft, page_id, section, theirs, place=place, by=saved.saved_by if saved else None), 409


def _both(draft: Draft, page_id: str, section: Mapping[str, Any], saved: Shown | None, **said: Any) -> str:
    """What is saved beside what was typed."""
    return render_template(
        "authoring/conflict.html",
        draft=draft,
        page_id=page_id,
        section=section,
        theirs=saved,
        passages=of_fields(saved.fields, saved.values) if saved and saved.values is not None else (),
        typed=_sent(),
        kind=request.form.get("kind", ""),
        **said,
    )


def _theirs(draft: Draft, file: str, place: int) -> Shown | None:
    """The block as it is now, wherever it stands; None if it was taken away."""
    now_there, given = queries.text(db.session, draft, file) or "", request.form.get("version", "")
    for text in queries.earlier_texts(db.session, draft, file):
        before = pieces(text)
        if place < len(before) and mark(before[place].text) == given:
            found = counterpart(before, pieces(now_there), place)
            return shown(now_there, (), ())[found] if found is not None else None
    return None


def _conflict_in_place(theirs: Shown | None) -> Answer:
    """The same for a script, which shows theirs beside the form."""
    if theirs is None:
        return jsonify(version="", fields={"source": "The block was taken away."}, is_form=True), 409
    if theirs.values is None:
        return jsonify(version=theirs.mark, fields={"source": theirs.piece.text}, is_form=False), 409
    return jsonify(version=theirs.mark, fields=dict(boxes(theirs.fields, theirs.values)), is_form=True), 409


def _sent() -> dict[str, str]:
    """What was typed, without what every form carries."""
    return {name: value for name, value in typed(request.form).items() if name not in _OF_EVERY_FORM}


def _file(draft: Draft, page_id: str) -> tuple[str, Mapping[str, Any]]:
    """The file of a page, and the section that it belongs to."""
    text = queries.text(db.session, draft, module_file(draft.subject)) or not_found()
    try:
        sections = sections_of(text, draft.subject)
    except ContentError:
        not_found()
    section = next((one for one in sections if page_id in one["pages"]), None) or not_found()
    return page_file(draft.subject, section["id"], page_id), section


def _neighbours(
    draft: Draft, page_id: str, pages: Mapping[str, str]
) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    text = queries.text(db.session, draft, module_file(draft.subject)) or ""
    ids = [page for section in sections_of(text, draft.subject) for page in section["pages"]]
    at = ids.index(page_id)
    called = titles(pages)
    before, after = ids[at - 1 : at] if at else [], ids[at + 1 : at + 2]
    return _titled(before, called), _titled(after, called)


def _titled(ids: Sequence[str], called: Mapping[str, str]) -> tuple[str, str] | None:
    return next(((id_, called.get(id_) or id_) for id_ in ids), None)
