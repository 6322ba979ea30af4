"""The pages on which trainers write modules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.authoring import queries, service
from lms.authoring.files.outline import (
    Changes,
    page_moved,
    pages_of,
    renamed,
    section_moved,
    sections_of,
    title_in,
    with_page,
    with_section,
    without_page,
    without_section,
)
from lms.authoring.files.parts import module_file, scenario_file
from lms.authoring.files.places import Place
from lms.authoring.files.shape import fields_of
from lms.authoring.files.typed import shown
from lms.authoring.models import Draft
from lms.authoring.parts.choosing import chosen_first
from lms.authoring.publishing.queries import work_on
from lms.authoring.reading import reading
from lms.authoring.telling import Telling, briefly, without_place
from lms.authoring.wording import ADDED, BLOCK_HINTS, BLOCKS, ITEM_TYPES, PARTS, SAID, WORDS, words_of
from lms.content.bundle import from_zip
from lms.content.library import library
from lms.content.problems import ContentError, Problem
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("authoring", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
WRITERS = (Role.TRAINER, Role.ADMIN)
LONGEST_TITLE = 200
UNDONE = "Your last change is taken back. “Undo” again takes back the one before it; “Redo” brings it again.", "success"
REDONE = "What you had undone is there again.", "success"
NOTHING_TO_UNDO = (
    "There is nothing of yours to undo: somebody else made the last change, or nobody has, or it is too long ago.",
    "info",
)
NOTHING_TO_REDO = "There is nothing to redo: you have undone nothing, or something was written since.", "info"


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.globals.update(
        authoring_words=words_of,
        chosen_first=chosen_first,
        block_words=BLOCKS,
        block_hints=BLOCK_HINTS,
        item_words=ITEM_TYPES,
        part_words=PARTS,
        choice_words=WORDS,
        module_title=module_title,
        without_place=without_place,
        fields_of=fields_of,
    )
    app.jinja_env.filters.update(in_box=shown, choice_of=lambda word: (word, word))
    app.register_blueprint(blueprint)


@blueprint.get("/authoring")
@needs(*WRITERS)
def modules() -> Answer:
    """Every module, and which of them are being written."""
    drafts = queries.open_drafts(db.session)
    found = [
        (module_id, library.module(db.session, module_id), drafts.get(module_id))
        for module_id in queries.modules(db.session)
    ]
    return render_template("authoring/modules.html", found=found)


@blueprint.get("/authoring/<module_id>")
@needs(*WRITERS)
def outline(module_id: str) -> Answer:
    """The sections and pages of a module as they are in its draft."""
    draft = queries.open_draft(db.session, module_id)
    if draft is None:
        module = library.module(db.session, module_id) or not_found()
        return render_template("authoring/no_draft.html", module=module)
    return _outline(draft)


@blueprint.post("/authoring/<module_id>/draft")
@needs(*WRITERS)
def begin(module_id: str) -> Answer:
    """Begin to write: a draft of what learners see now."""
    revision = queries.published(db.session, module_id) or not_found()
    try:
        with transaction() as session:
            service.begin(session, module_id, from_zip(revision.files), revision.id, now())
    except IntegrityError:
        flash("Somebody else has just begun. This is the draft that you share.", "info")
    return redirect(url(".outline", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/undo")
@needs(*WRITERS)
def undo(module_id: str) -> Answer:
    """Take the last change of the draft back, if it was one's own; done again, the one before it."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        is_done = service.undo(session, draft, current_user.uuid, now())
    return _stepped(draft, *(UNDONE if is_done else NOTHING_TO_UNDO))


@blueprint.post("/authoring/<module_id>/redo")
@needs(*WRITERS)
def redo(module_id: str) -> Answer:
    """Bring back what one has undone last, unless something was written since."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        is_done = service.redo(session, draft, current_user.uuid, now())
    return _stepped(draft, *(REDONE if is_done else NOTHING_TO_REDO))


def _stepped(draft: Draft, said: str, weight: str) -> Answer:
    flash(said, weight)
    return redirect(_page_before(draft) or url(".outline", module_id=draft.subject), 303)


def _page_before(draft: Draft) -> str | None:
    """The page on whose editor the button was, if it is still there."""
    page_id = urlsplit(request.referrer or "").path.rpartition("/pages/")[2]
    return (
        url("writing.page", module_id=draft.subject, page_id=page_id)
        if page_id in titles(queries.pages(db.session, draft))
        else None
    )


@blueprint.post("/authoring/<module_id>/outline")
@needs(*WRITERS)
def change_outline(module_id: str) -> Answer:
    """Add, rename, move or take away a section or a page."""
    try:
        with transaction() as session:
            draft = service.lock(session, module_id) or not_found()
            if request.form.get("do") == "remove section" and request.form.get("sure") != "yes":
                asked = _ask_to_remove(draft)
                if asked:
                    return asked
            changes = _outline_changes(draft)
            service.save_texts(session, draft, changes, current_user.uuid, now())
    except LookupError:
        flash("That is not there any more: somebody has changed the outline meanwhile.", "info")
    except ContentError as error:
        flash(f"The outline cannot be changed: {briefly(error)}", "danger")
    else:
        return _after(module_id, changes)
    return redirect(url(".outline", module_id=module_id), 303)


def _after(module_id: str, changes: Changes) -> Answer:
    """To a page that was added; else back to where the button was."""
    asked, form = request.form.get("do", ""), request.form
    added = [
        path.rsplit("/", 1)[-1].removesuffix(".md") for path, text in changes.items() if path.endswith(".md") and text
    ]
    if asked.startswith("add ") and added:
        flash(ADDED[asked], "success")
        return redirect(url("writing.page", module_id=module_id, page_id=added[0]), 303)
    if asked in SAID and changes:
        flash(SAID[asked], "success")
    elif asked in ("page up", "page down"):
        flash("There is no section beyond: the page stays where it is.", "info")
    anchor = f"section-{form['section']}" if form.get("section") else None
    return redirect(url(".outline", module_id=module_id, _anchor=anchor), 303)


def _outline_changes(draft: Draft) -> Changes:
    module_id, form = draft.subject, request.form
    file = module_file(module_id)
    text = queries.text(db.session, draft, file) or not_found()
    title = form.get("title", "").strip()[:LONGEST_TITLE]
    pages = [path.rsplit("/", 1)[-1].removesuffix(".md") for path in queries.paths(db.session, draft)]
    section_id, page_id = form.get("section", ""), form.get("page", "")
    match form.get("do"):
        case "add section" if title:
            return with_section(text, module_id, title, pages)
        case "add page" if title:
            return with_page(text, module_id, section_id, title, pages)[0]
        case "rename section" if title:
            return renamed(text, module_id, section_id, title, form.get("minutes", type=float) or 10)
        case "section up":
            return section_moved(text, module_id, section_id, -1)
        case "section down":
            return section_moved(text, module_id, section_id, 1)
        case "page up":
            return page_moved(text, module_id, page_id, -1, queries.pages(db.session, draft))
        case "page down":
            return page_moved(text, module_id, page_id, 1, queries.pages(db.session, draft))
        case "remove section":
            return without_section(text, module_id, section_id, queries.paths(db.session, draft))
        case "remove page":
            return without_page(text, module_id, page_id)
    return {}


def _ask_to_remove(draft: Draft) -> Answer | None:
    """What would go with a section; None if nothing would. Raises ContentError, LookupError."""
    text = queries.text(db.session, draft, module_file(draft.subject)) or not_found()
    section_id = request.form.get("section", "")
    ids, called = pages_of(text, draft.subject, section_id), titles(queries.pages(db.session, draft))
    if not ids:
        return None
    opened = work_on(db.session, draft.subject).pages
    return render_template(
        "authoring/remove_section.html",
        draft=draft,
        section=next(one for one in sections_of(text, draft.subject) if one["id"] == section_id),
        pages=[(called.get(id_) or id_, opened.get(id_, 0)) for id_ in ids],
    )


def _outline(draft: Draft) -> Answer:
    text = queries.text(db.session, draft, module_file(draft.subject)) or ""
    try:
        sections, problems = sections_of(text, draft.subject), tuple[Problem, ...]()
    except ContentError as error:
        sections, problems = [], error.problems
    return render_template(
        "authoring/outline.html",
        draft=draft,
        sections=sections,
        problems=problems,
        titles=titles(queries.pages(db.session, draft)),
        scenarios=_stories(draft),
        others=queries.others(db.session, draft, current_user.uuid, now()),
    )


def telling(draft: Draft) -> Telling:
    """Tells what was found in a draft, and leads to where it is mended."""
    documents = reading(draft.key, draft.subject, lambda: queries.bundle(db.session, draft)).documents
    read = cache(partial(queries.text, db.session, draft))
    return Telling(draft.subject, read, documents, partial(address, draft.subject))


def address(module_id: str, place: Place) -> str:
    """The page of the editor on which something is mended."""
    if place.kind == "page":
        anchor = None if place.block is None else f"block-{place.block}"
        return url("writing.page", module_id=module_id, page_id=place.id, _anchor=anchor)
    lists = {"outline": "authoring.outline", "questions": "parts.questions", "sources": "parts.sources"}
    if place.kind in lists:
        return url(lists[place.kind], module_id=module_id)
    return url("parts.part", module_id=module_id, kind=place.kind, id_=place.id or None)


def module_title(draft: Draft) -> str:
    """What a module is called in its draft; its id, if that cannot be read."""
    return title_in(queries.text(db.session, draft, module_file(draft.subject)) or "") or draft.subject


def _stories(draft: Draft) -> list[tuple[str, str]]:
    """The ids of the stories, and what they are called."""
    ids = queries.scenarios(db.session, draft)
    texts = [queries.text(db.session, draft, scenario_file(draft.subject, id_)) or "" for id_ in ids]
    return [(id_, title_in(text) or id_) for id_, text in zip(ids, texts, strict=True)]


def titles(pages: Mapping[str, str]) -> dict[str, str]:
    """What the pages of a draft are called, by their ids."""
    return {path.rsplit("/", 1)[-1].removesuffix(".md"): title_in(text) for path, text in pages.items()}
