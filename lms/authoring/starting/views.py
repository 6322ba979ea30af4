"""Beginning a new module, and the order of the modules."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.authoring import queries, service
from lms.authoring.files.outline import slug
from lms.authoring.starting import programme
from lms.authoring.starting.templates import copy_of, template
from lms.authoring.views import LONGEST_TITLE, WRITERS
from lms.content import service as content
from lms.content.bundle import Bundle, from_zip
from lms.content.library import library
from lms.content.loader import load_programme
from lms.content.models import PROGRAMME
from lms.content.problems import ContentError
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("starting", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/new")
@needs(*WRITERS)
def new() -> Answer:
    """Where a new module begins: with a template, or as a copy."""
    return render_template("authoring/new.html", copies=_titles(), title="", told="")


@blueprint.post("/authoring/new")
@needs(*WRITERS)
def begin() -> Answer:
    """A draft of a module that nobody has seen."""
    title, original = request.form.get("title", "").strip()[:LONGEST_TITLE], request.form.get("copy", "")
    if not title:
        told = "Give the module a title."
        return render_template("authoring/new.html", copies=_titles(), title=title, told=told), 422
    module_id = slug(title, [*queries.modules(db.session), "new", "programme"])
    revision = queries.published(db.session, original) if original else None
    bundle = (
        copy_of(from_zip(revision.files), original, module_id, title)
        if revision
        else template(module_id, title, now().date())
    )
    try:
        with transaction() as session:
            service.begin(session, module_id, bundle, None, now())
    except IntegrityError:
        flash("Somebody has just begun a module of this title. This is it.", "info")
    return redirect(url("authoring.outline", module_id=module_id), 303)


@blueprint.get("/authoring/programme")
@needs(*WRITERS)
def order() -> Answer:
    """Which modules learners see, in which order, and how many days apart."""
    listed = programme.listed(_file())
    titles = _titles()
    others = {id_: title for id_, title in titles.items() if id_ not in {one["id"] for one in listed}}
    return render_template("authoring/programme.html", listed=listed, titles=titles, others=others)


@blueprint.post("/authoring/programme")
@needs(*WRITERS)
def change_order() -> Answer:
    """Add, move or take away a module; learners see the new order from now on."""
    text, form = _file(), request.form
    days = min(max(form.get("days", type=int, default=0), 0), programme.MOST_DAYS)
    module_id = form.get("module", "")
    if module_id not in _titles():
        not_found()
    modules = programme.changed(programme.listed(text), form.get("do", ""), module_id, days)
    bundle = Bundle({programme.FILE: programme.with_order(text, modules).encode()})
    try:
        load_programme(bundle)
        with transaction() as session:
            content.publish(session, PROGRAMME, bundle, now())
    except ContentError as error:
        flash(f"The order cannot be changed: {error}", "danger")
    return redirect(url(".order"), 303)


def _file() -> str:
    revision = queries.published(db.session, PROGRAMME) or not_found()
    return queries.decoded(from_zip(revision.files).files[programme.FILE])


def _titles() -> dict[str, str]:
    """Published modules by their ids."""
    found = ((id_, library.module(db.session, id_)) for id_ in queries.modules(db.session))
    return {id_: module.title for id_, module in found if module}
