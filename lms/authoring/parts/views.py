"""Questions, stories, sources and what a module is: each in a form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries, service
from lms.authoring.comparing.passages import of_fields
from lms.authoring.files import parts
from lms.authoring.files.meeting import mark
from lms.authoring.files.outline import title_in
from lms.authoring.files.parts import Part
from lms.authoring.files.starters import new_part
from lms.authoring.files.typed import Values, boxes, read, stepped, typed
from lms.authoring.files.yaml_text import lists, plain
from lms.authoring.models import Draft
from lms.authoring.pages.naming import shown_on
from lms.authoring.parts.adding import UnknownError, Wanted, made, used_in
from lms.authoring.parts.choosing import choices_for
from lms.authoring.parts.story_map import drawn
from lms.authoring.publishing.queries import warning
from lms.authoring.stepping import step_of
from lms.authoring.telling import briefly
from lms.authoring.views import LONGEST_TITLE, WRITERS
from lms.authoring.wording import ADDED_PARTS
from lms.content.problems import ContentError
from lms.db import db, transaction
from lms.ui.asking import is_script, not_found, now
from lms.ui.counting import counted

blueprint = Blueprint("parts", __name__)

HOMES = {"item": "All questions", "check": "All questions", "slot": "All questions", "source": "All sources"}
HOMES |= {"scene": "The story", "scenario": "The outline", "tool": "The outline"}
"""Where one goes back to from a part."""
Answer = Response | AnyResponse | str | tuple[str | Response, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/<any(module,item,check,slot,source,scenario,scene,tool):kind>")
@blueprint.get("/authoring/<module_id>/<any(module,item,check,slot,source,scenario,scene,tool):kind>/<id_>")
@needs(*WRITERS)
def part(module_id: str, kind: str, id_: str = "") -> Answer:
    """One of them, to be written."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    found = _find(draft, kind, id_)
    service.note_visit(db.session, draft, current_user.uuid, found.file, now())
    return _form(draft, found, found.values)


@blueprint.post("/authoring/<module_id>/<any(module,item,check,slot,source,scenario,scene,tool):kind>")
@blueprint.post("/authoring/<module_id>/<any(module,item,check,slot,source,scenario,scene,tool):kind>/<id_>")
@needs(*WRITERS)
@carries_text
def save(module_id: str, kind: str, id_: str = "") -> Answer:
    """Keep it as it was typed; a button may add, move or take away something in it first."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        found = _find(draft, kind, id_)
        values = _typed(draft, found)
        if request.form.get("version") != _mark(found) and values != _visible(found):
            return _conflict(draft, found, values)
        changed = found.changed(values)
        if changed != found.text:
            service.save_texts(session, draft, {found.file: changed}, current_user.uuid, now())
    after = _find(draft, kind, id_)
    if is_script():
        return jsonify(version=_mark(after), saved_at=now().isoformat())
    if step_of(request.form.get("do", "")) is None:
        flash("Saved.", "success")
    return redirect(url(".part", module_id=module_id, kind=kind, id_=id_ or None, _anchor=_anchor()), 303)


@blueprint.get("/authoring/<module_id>/questions")
@needs(*WRITERS)
def questions(module_id: str) -> Answer:
    """The quiz: its places with the questions for each, and the quick checks."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    text = queries.text(db.session, draft, parts.bank_file(module_id)) or not_found()
    bank, problems = lists(text, parts.bank_file(module_id), ("blueprint", "items", "checks"))
    return render_template(
        "authoring/questions.html", draft=draft, bank=bank, problems=problems, by_slot=_by_slot(bank)
    )


@blueprint.get("/authoring/<module_id>/sources")
@needs(*WRITERS)
def sources(module_id: str) -> Answer:
    """The register of sources."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    file = parts.sources_file(module_id)
    register, problems = lists(queries.text(db.session, draft, file) or "sources: []\n", file, ("sources",))
    return render_template("authoring/sources.html", draft=draft, register=register, problems=problems)


@blueprint.post("/authoring/<module_id>/new")
@needs(*WRITERS)
def add(module_id: str) -> Answer:
    """A new question, check, source, scene or story."""
    title, kind = request.form.get("title", "").strip()[:LONGEST_TITLE], request.form.get("kind", "")
    type_, slot, scenario = (request.form.get(name, "") for name in ("type", "slot", "scenario"))
    wanted = Wanted(kind, title, type_ or "single", slot, scenario)
    try:
        with transaction() as session:
            draft = service.lock(session, module_id) or not_found()
            changes, id_ = made(session, draft, wanted, now().date())
            service.save_texts(session, draft, changes, current_user.uuid, now())
    except UnknownError:
        not_found()
    except ContentError as error:
        flash(f"Nothing can be added until this is mended: {briefly(error)}", "danger")
        return redirect(url("authoring.outline", module_id=module_id), 303)
    flash(ADDED_PARTS[kind], "success")
    return redirect(url(".part", module_id=module_id, kind=kind, id_=id_), 303)


@blueprint.post("/authoring/<module_id>/<any(item,check,slot,source,scenario,scene,tool):kind>/<id_>/remove")
@needs(*WRITERS)
def remove(module_id: str, kind: str, id_: str) -> Answer:
    """Take it away from the draft; what learners did with it stays with them."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        found = _find(draft, kind, id_)
        held = _held_by(draft, kind, id_)
        if not held:
            service.save_texts(session, draft, {found.file: found.removed()}, current_user.uuid, now())
        left = _left_on(draft, id_) if kind == "check" else ""
    if held:
        flash(held, "danger")
        return redirect(url(".part", module_id=module_id, kind=kind, id_=id_), 303)
    flash(f"Taken away: {id_}.{left}{warning(db.session, module_id, id_)}", "info")
    return redirect(_home(draft, kind, id_), 303)


def _left_on(draft: Draft, id_: str) -> str:
    """That pages still show a quick check; empty if none does."""
    names = _pages_with(draft, "check", id_)
    if not names:
        return ""
    where = "the page" if len(names) == 1 else "these pages"
    return f" Take it off {where} as well, or show another there: {', '.join(names)}."


def _held_by(draft: Draft, kind: str, id_: str) -> str:
    """Why something cannot be taken away yet, and what to do first; empty if it can."""
    if kind == "slot":
        bank = plain(queries.text(db.session, draft, parts.bank_file(draft.subject)) or "", "bank")
        questions = parts.questions_for(id_, bank)
        count = counted(len(questions), "question is", "questions are")
        said = f"{count} written for this place: {', '.join(questions)}. Give each another place or take it away first."
        return said if questions else ""
    if kind in ("scenario", "tool"):
        names = _pages_with(draft, kind, id_)
        said = f"It is shown on {' and '.join(names)}. Take its block away there, and then take it away here."
        return said if names else ""
    return ""


def _pages_with(draft: Draft, kind: str, id_: str) -> list[str]:
    """The titles of the pages that show something."""
    pages = queries.pages(db.session, draft)
    return [f"“{title_in(pages[path]) or path}”" for path in shown_on(pages, kind, id_)]


def _by_slot(bank: Any) -> dict[str, list[Any]]:
    """The questions of the quiz for each of its places; those without one under an empty name."""
    found: dict[str, list[Any]] = {str(slot.get("id")): [] for slot in bank["blueprint"]}
    for item in bank["items"]:
        place = str(item.get("slot") or "")
        found.setdefault(place if place in found else "", []).append(item)
    return found


def _find(draft: Draft, kind: str, id_: str) -> Part:
    def text(file: str) -> str | None:
        return queries.text(db.session, draft, file)

    try:
        return parts.find(kind, id_, draft.subject, text) or not_found()
    except ContentError:
        not_found()


def _typed(draft: Draft, found: Part) -> Values:
    values = read(found.fields, typed(request.form))
    asked = step_of(request.form.get("do", ""))
    if asked:
        used = used_in(db.session, draft, found, str(asked[1][0])) if asked[0] == "add" else ()
        values = stepped(values, *asked, new=partial(new_part, used=used))
    if found.kind == "item" and values.get("slot") not in (found.values.get("slot"), None):
        # A place of another kind would leave fields behind that no form shows.
        bank = plain(found.text, found.file)
        is_same = parts.type_of_place(values["slot"], bank) == parts.type_of(found.values, bank)
        values |= {} if is_same else {"slot": found.values.get("slot")}
    return {name: value for name, value in values.items() if value is not None}


def _mark(found: Part) -> str:
    """Of what stands in the form: who writes a scene does not change what somebody writes of the whole story."""
    return mark(_visible(found))


def _visible(found: Part) -> Values:
    names = {field.name for field in found.fields}
    return {name: value for name, value in found.values.items() if name in names}


def _form(draft: Draft, found: Part, values: Mapping[str, Any], theirs: Part | None = None, by: str = "") -> str:
    return render_template(
        "authoring/part.html",
        draft=draft,
        part=found,
        values=values,
        version=_mark(found),
        theirs=theirs,
        theirs_in_words=of_fields(theirs.fields, theirs.values) if theirs else (),
        by=by,
        choices=choices_for(found, draft.subject, lambda file: queries.text(db.session, draft, file)),
        story=drawn(found.values) if found.kind == "scenario" else None,
        home=_home(draft, found.kind, found.id),
        home_word=HOMES.get(found.kind),
        others=queries.others(db.session, draft, current_user.uuid, now()),
    )


def _conflict(draft: Draft, found: Part, values: Values) -> Answer:
    """Somebody has changed it meanwhile: nothing is written over, and both are shown."""
    if is_script():
        theirs = dict(boxes(found.fields, found.values))
        return jsonify(version=_mark(found), fields=theirs, is_form=True), 409
    saved = queries.file(db.session, draft, found.file)
    return _form(draft, found, values, found, (saved.saved_by if saved else None) or "Somebody"), 409


def _home(draft: Draft, kind: str, id_: str) -> str:
    """The list that a part belongs to."""
    if kind in ("item", "check", "slot"):
        return url(".questions", module_id=draft.subject)
    if kind == "source":
        return url(".sources", module_id=draft.subject)
    if kind == "scene":
        return url(".part", module_id=draft.subject, kind="scenario", id_=id_.partition(":")[0])
    return url("authoring.outline", module_id=draft.subject)


def _anchor() -> str | None:
    """The part of a list that a button was about."""
    asked = step_of(request.form.get("do", ""))
    return "list-" + "-".join(str(one) for one in asked[1]) if asked else None
