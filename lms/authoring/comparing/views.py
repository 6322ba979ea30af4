"""The pages that show what is different between two revisions, or between the draft and what learners see."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.authoring import queries
from lms.authoring.comparing.readings import Compared
from lms.authoring.models import Draft
from lms.authoring.reading import reading
from lms.authoring.views import WRITERS
from lms.content.bundle import from_zip
from lms.content.loader import Reading
from lms.content.models import Revision
from lms.db import db
from lms.ui.asking import not_found

blueprint = Blueprint("comparing", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/history/<int:number>/compare")
@needs(*WRITERS)
def revision(module_id: str, number: int) -> Answer:
    """A revision beside the one before it, or beside what learners see (`?with=now`)."""
    one = queries.revision(db.session, module_id, number) or not_found()
    published = queries.published(db.session, module_id)
    if request.args.get("with") == "now" and published and published.number != number:
        older, newer = sorted((one, published), key=lambda found: found.number)
        words = {published.number: f"what learners see (revision {published.number})"}
    else:
        older = queries.revision(db.session, module_id, number - 1) or not_found()
        newer, words = one, {}
    names = [words.get(found.number, f"revision {found.number}") for found in (older, newer)]
    return _page(module_id, read_revision(older), read_revision(newer), names)


@blueprint.get("/authoring/<module_id>/compare")
@needs(*WRITERS)
def draft(module_id: str) -> Answer:
    """The draft beside what learners see."""
    found = queries.open_draft(db.session, module_id) or not_found()
    published = queries.published(db.session, module_id)
    if published is None:
        return render_template(
            "authoring/compare.html", module_id=module_id, names=("nothing", "the draft"), is_new=True
        )
    return _page(module_id, read_revision(published), read_draft(found), ["what learners see", "the draft"])


def _page(module_id: str, old: Reading, new: Reading, names: list[str]) -> str:
    compared = Compared.of(old, new)
    return render_template("authoring/compare.html", module_id=module_id, names=names, compared=compared)


def read_revision(found: Revision) -> Reading:
    """A revision as it can be read by the rules of today."""
    # Revisions have numbers of their own, drafts others: a minus keeps them apart.
    key = (-found.id, found.number, found.created_at)
    return reading(key, found.subject, lambda: from_zip(found.files))


def read_draft(found: Draft) -> Reading:
    """What can be read of a draft."""
    return reading(found.key, found.subject, lambda: queries.bundle(db.session, found))
