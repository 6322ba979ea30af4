"""Questions, stories, sources and what a module is: each in a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
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
from lms.authoring.files.outline import slug, title_in
from lms.authoring.files.parts import Part
from lms.authoring.files.starters import new_item, new_part, new_scenario
from lms.authoring.files.typed import Values, boxes, read, stepped, typed
from lms.authoring.files.yaml_text import appended, dicts, plain, written
from lms.authoring.models import Draft
from lms.authoring.pages.naming import shown_on
from lms.authoring.parts.choosing import choices_for, first_outcome
from lms.authoring.parts.story_map import drawn
from lms.authoring.publishing.queries import warning, work_on
from lms.authoring.stepping import step_of
from lms.authoring.telling import briefly
from lms.authoring.views import LONGEST_TITLE, WRITERS
from lms.authoring.wording import ADDED_PARTS
from lms.content.problems import ContentError, Problem
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
    bank, problems = _read(text, parts.bank_file(module_id), "blueprint", "items", "checks")
    return render_template(
        "authoring/questions.html", draft=draft, bank=bank, problems=problems, by_slot=_by_slot(bank)
    )


@blueprint.get("/authoring/<module_id>/sources")
@needs(*WRITERS)
def sources(module_id: str) -> Answer:
    """The register of sources."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    file = parts.sources_file(module_id)
    register, problems = _read(queries.text(db.session, draft, file) or "sources: []\n", file, "sources")
    return render_template("authoring/sources.html", draft=draft, register=register, problems=problems)


@blueprint.post("/authoring/<module_id>/new")
@needs(*WRITERS)
def add(module_id: str) -> Answer:
    """A new question, check, source, scene or story."""
    title = request.form.get("title", "").strip()[:LONGEST_TITLE]
    kind = request.form.get("kind", "")
    try:
        with transaction() as session:
            draft = service.lock(session, module_id) or not_found()
            changes, id_ = _new(draft, kind, title)
            service.save_texts(session, draft, changes, current_user.uuid, now())
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
        used = _used(draft, found, asked[1]) if asked[0] == "add" else ()
        values = stepped(values, *asked, new=partial(new_part, used=used))
    if found.kind == "item" and values.get("slot") not in (found.values.get("slot"), None):
        # A place of another kind would leave fields behind that no form shows.
        bank = plain(found.text, found.file)
        is_same = parts.type_of_place(values["slot"], bank) == parts.type_of(found.values, bank)
        values |= {} if is_same else {"slot": found.values.get("slot")}
    return {name: value for name, value in values.items() if value is not None}


def _used(draft: Draft, found: Part, path: Sequence[str | int]) -> set[str]:
    """The ids of what learners have seen in a list: their answers are kept by them."""
    used: set[str] = set()
    for text in queries.published_texts(db.session, draft.subject, found.file):
        with suppress(ContentError):
            before = parts.find(found.kind, found.id, draft.subject, {found.file: text}.get)
            used |= _ids(before.values.get(str(path[0]))) if before else set()
    return used


def _ids(values: Any) -> set[str]:
    return {str(one.get("id")) for one in dicts(values)}


def _seen(draft: Draft, file: str, *lists: str) -> set[str]:
    """The ids of what learners have seen in some lists of a file."""
    texts = queries.published_texts(db.session, draft.subject, file)
    return {id_ for text in texts for found in _read(text, file, *lists)[0].values() for id_ in _ids(found)}


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


def _new(draft: Draft, kind: str, title: str) -> tuple[dict[str, str | None], str]:
    module_id = draft.subject
    if kind == "scenario":
        played = work_on(db.session, module_id).stories
        id_ = slug(title or "story", [*queries.scenarios(db.session, draft), *played])
        return {parts.scenario_file(module_id, id_): written(new_scenario(id_, title or "A story"))}, id_
    if kind == "scene":
        return _new_scene(draft, title)
    if kind == "source":
        return _new_source(draft, title)
    file = parts.bank_file(module_id)
    text = queries.text(db.session, draft, file) or not_found()
    bank = plain(text, file)
    taken = _ids(bank.get("items")) | _ids(bank.get("checks")) | _seen(draft, file, "items", "checks")
    id_ = slug(title or "question", taken)
    if kind == "item":
        slot = request.form.get("slot", "")
        type_ = parts.type_of_place(slot, bank) or not_found()
        return {file: parts.with_item(text, module_id, "items", new_item(type_, id_, slot=slot))}, id_
    type_ = request.form.get("type", "single")
    outcome = first_outcome(module_id, partial(queries.text, db.session, draft))
    if type_ not in parts.ITEMS:
        not_found()
    if kind == "slot":
        return _new_slot(text, file, bank, type_, outcome)
    if kind != "check":
        not_found()
    return {file: parts.with_item(text, module_id, "checks", new_item(type_, id_, outcome=outcome))}, id_


def _new_slot(text: str, file: str, bank: Any, type_: str, outcome: str) -> tuple[dict[str, str | None], str]:
    known = _ids(bank.get("blueprint"))
    id_ = next(f"s{number:02}" for number in range(1, len(known) + 2) if f"s{number:02}" not in known)
    made = {"id": id_, "outcome": outcome, "level": "understand", "type": type_}
    return {file: appended(text, file, ("blueprint",), made)}, id_


def _new_scene(draft: Draft, title: str) -> tuple[dict[str, str | None], str]:
    scenario_id = request.form.get("scenario", "")
    file = parts.scenario_file(draft.subject, scenario_id)
    text = queries.text(db.session, draft, file) or not_found()
    scenes = dicts(plain(text, file).get("scenes"))
    id_ = slug(title or "scene", _ids(scenes) | _seen(draft, file, "scenes"))
    (scene,) = new_scenario(scenario_id, "")["scenes"]
    made = scene | {"id": id_, "title": title or "A scene", "decision": len(scenes) + 1}
    made["choices"] = [one | {"effects": {}} for one in made["choices"]]
    return {file: appended(text, file, ("scenes",), made)}, f"{scenario_id}:{id_}"


def _new_source(draft: Draft, title: str) -> tuple[dict[str, str | None], str]:
    file = parts.sources_file(draft.subject)
    text = queries.text(db.session, draft, file) or "sources: []\n"
    id_ = slug(title or "source", _ids(plain(text, file).get("sources")))
    made = {
        "id": id_,
        "grade": "B",
        "authors": "Who wrote it",
        "year": now().year,
        "title": title or "Title",
        "claim_allowed": "What may be said with it.",
        "checked_on": now().date().isoformat(),
        "checked_by": "Not checked yet",
    }
    return {file: appended(text, file, ("sources",), made)}, id_


def _read(text: str, file: str, *lists: str) -> tuple[dict[str, list[Any]], tuple[Problem, ...]]:
    """Some lists of a file, each of parts, and what is wrong if it cannot be read."""
    problems: tuple[Problem, ...] = ()
    try:
        data = plain(text, file)
    except ContentError as error:
        data, problems = None, error.problems
    return {name: dicts(data.get(name)) if isinstance(data, dict) else [] for name in lists}, problems


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
