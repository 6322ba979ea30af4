"""A page of a draft, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, flash, jsonify, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries, service
from lms.authoring.files.block_text import fields_of_block, values_of, with_values
from lms.authoring.files.meeting import find_piece, mark
from lms.authoring.files.outline import page_file, sections_of, slug
from lms.authoring.files.page_text import FRONT, PROSE, Piece, inserted, moved, pieces, removed, replaced
from lms.authoring.files.parts import module_file
from lms.authoring.files.shape import Field, fields_of
from lms.authoring.files.starters import new_block, new_part
from lms.authoring.files.typed import Values, read, stepped
from lms.authoring.files.yaml_text import edited, plain
from lms.authoring.models import Draft
from lms.authoring.reviewing.queries import open_comments
from lms.authoring.stepping import step_of
from lms.authoring.views import WRITERS
from lms.authoring.wording import BLOCKS
from lms.content.page_file import FrontMatter, PageFile
from lms.content.problems import ContentError, Problem
from lms.db import db, transaction
from lms.ui.asking import is_script, not_found, now
from lms.ui.headers import shows_frames

blueprint = Blueprint("writing", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


@dataclass(frozen=True)
class Shown:
    """A block as it is written: in a form, or as text where no form can show it."""

    place: int
    piece: Piece
    mark: str
    word: str
    fields: tuple[Field, ...] = ()
    values: Mapping[str, Any] | None = None
    """None: it is shown as text."""
    problems: tuple[Problem, ...] = ()

    @property
    def about(self) -> str:
        """By what a comment finds it again."""
        return self.piece.id or self.mark


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/pages/<page_id>")
@needs(*WRITERS)
def page(module_id: str, page_id: str) -> Answer:
    """The blocks of a page, each to be written in place."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    file, section = _file(draft, page_id)
    with transaction() as session:
        service.note_visit(session, draft, current_user.uuid, file, now())
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
        found = find_piece(pieces(text), place, request.form.get("version", ""))
        if found is None:
            return _conflict(draft, page_id, file, section, place)
        changed, at = _changed(draft, text, found, page_id)
        if changed != text:
            service.save_texts(session, draft, {file: changed}, current_user.uuid, now())
    if is_script():
        return jsonify(version=mark(pieces(changed)[at].text), saved_at=now().isoformat())
    return redirect(url(".page", module_id=module_id, page_id=page_id, _anchor=f"block-{at}"), 303)


@blueprint.post("/authoring/<module_id>/pages/<page_id>/blocks")
@needs(*WRITERS)
def add_block(module_id: str, page_id: str) -> Answer:
    """Add a block before a place, or at the end."""
    place = request.form.get("place", type=int, default=9999)
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        file, _ = _file(draft, page_id)
        text = queries.text(session, draft, file) or not_found()
        known = pieces(text)
        kind = request.form.get("kind", PROSE)
        block_id = slug(f"{page_id} {kind}"[:50], [piece.id for piece in known])
        changed = inserted(text, min(max(place, 1), len(known)), new_block(kind, block_id))
        service.save_texts(session, draft, {file: changed}, current_user.uuid, now())
    return redirect(url(".page", module_id=module_id, page_id=page_id, _anchor=f"block-{min(place, len(known))}"), 303)


def _changed(draft: Draft, text: str, place: int, page_id: str) -> tuple[str, int]:
    """The page as it was asked for, and where the block is then."""
    match request.form.get("do", "save"):
        case "remove block":
            flash(f"A block is taken away: {BLOCKS.get(pieces(text)[place].kind, 'text')}.", "info")
            return removed(text, place), max(place - 1, 0)
        case "block up":
            return moved(text, place, -1), max(place - 1, 1)
        case "block down":
            return moved(text, place, 1), place + 1
        case step:
            return replaced(text, place, _typed(pieces(text)[place], step)), place


def _typed(piece: Piece, step: str) -> str:
    """A block as it stands in its form."""
    form = {name: value for name, value in request.form.items() if name not in ("csrf_token", "version", "do")}
    if "source" in form:
        return form["source"]
    if piece.kind == FRONT:
        body = edited(_yaml_of(piece), "page", (), read(fields_of(FrontMatter), form))
        return f"---\n{body}---"
    values: Values = read(fields_of_block(piece.kind), form)
    asked = step_of(step)
    if asked:
        values = stepped(values, *asked, new=new_part)
    return with_values(piece.text, values)


def _yaml_of(piece: Piece) -> str:
    return piece.source.removeprefix("---\n").partition("\n---\n")[0] + "\n"


def _page(draft: Draft, page_id: str, file: str, section: Mapping[str, Any]) -> Answer:
    text = queries.text(db.session, draft, file) or not_found()
    media = {
        path.split("/", 2)[2]: b""
        for path in queries.paths(db.session, draft)
        if path.startswith(f"courses/{draft.subject}/media/")
    }
    reader = PageFile(file, text, media)
    made = reader.page(page_id, section["id"])
    problems = tuple(problem for problem in reader.problems if not problem.what.startswith("media/"))
    html = render_template(
        "authoring/page.html",
        draft=draft,
        page_id=page_id,
        section=section,
        made=made,
        file=file,
        comments=open_comments(db.session, draft, file),
        blocks=_blocks(text, problems),
        others=queries.others(db.session, draft, current_user.uuid, now()),
        in_order=_neighbours(draft, page_id),
    )
    return shows_frames(make_response(html))


def _blocks(text: str, problems: tuple[Problem, ...]) -> list[Shown]:
    found = pieces(text)
    ends = [piece.line for piece in found[1:]] + [10**9]
    return [
        _shown(place, piece, tuple(one for one in problems if piece.line <= one.line < end))
        for place, (piece, end) in enumerate(zip(found, ends, strict=True))
    ]


def _shown(place: int, piece: Piece, problems: tuple[Problem, ...]) -> Shown:
    word = "About this page" if piece.kind == FRONT else BLOCKS.get(piece.kind, "Block")
    seen = Shown(place, piece, mark(piece.text), word, problems=problems)
    try:
        if piece.kind == FRONT:
            values = plain(_yaml_of(piece), "page") or {}
            return Shown(place, piece, seen.mark, word, fields_of(FrontMatter), values, problems)
        if piece.kind not in (PROSE, ""):
            fields = fields_of_block(piece.kind)
            return Shown(place, piece, seen.mark, word, fields, values_of(piece.text), problems)
    except (ContentError, ValueError):
        return seen
    return seen


def _conflict(draft: Draft, page_id: str, file: str, section: Mapping[str, Any], place: int) -> Answer:
    """Somebody has changed the block meanwhile: nothing is written over, and both are shown."""
    found = pieces(queries.text(db.session, draft, file) or "")
    theirs = found[place] if 0 <= place < len(found) else None
    if is_script():
        fields = {"source": theirs.text if theirs else ""}
        return Response(
            jsonify(version=mark(theirs.text if theirs else ""), fields=fields).data, 409, mimetype="application/json"
        )
    saved = queries.file(db.session, draft, file)
    typed = {name: value for name, value in request.form.items() if name not in ("csrf_token", "version", "do")}
    page = render_template(
        "authoring/conflict.html",
        draft=draft,
        page_id=page_id,
        section=section,
        place=place,
        theirs=theirs,
        their_mark=mark(theirs.text) if theirs else "",
        typed=typed,
        by=saved.saved_by if saved else None,
    )
    return page, 409


def _file(draft: Draft, page_id: str) -> tuple[str, Mapping[str, Any]]:
    """The file of a page, and the section that it belongs to."""
    text = queries.text(db.session, draft, module_file(draft.subject)) or not_found()
    sections = sections_of(text, draft.subject)
    section = next((one for one in sections if page_id in one.get("pages", ())), None) or not_found()
    return page_file(draft.subject, section["id"], page_id), section


def _neighbours(draft: Draft, page_id: str) -> tuple[str | None, str | None]:
    text = queries.text(db.session, draft, module_file(draft.subject)) or ""
    ids = [page for section in sections_of(text, draft.subject) for page in section.get("pages", ())]
    at = ids.index(page_id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
