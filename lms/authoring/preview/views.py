"""The page that a learner would see, from a draft; nothing in it can be sent."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, render_template, send_file
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs
from lms.authoring import queries
from lms.authoring.reading import reading
from lms.authoring.views import WRITERS
from lms.content.library import library
from lms.db import db
from lms.enrolment.models import Registration
from lms.player import blocks
from lms.player.media_types import media_type
from lms.ui.asking import not_found, now
from lms.ui.headers import may_be_framed

blueprint = Blueprint("preview", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
NOBODY = UUID(int=0)


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/preview/<page_id>")
@needs(*WRITERS)
def page(module_id: str, page_id: str) -> Answer:
    """A page as a learner would see it who comes for the first time."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    found = reading(draft.key, module_id, lambda: queries.bundle(db.session, draft))
    made = found.module.page(page_id) if found.module else None
    if found.module is None or made is None:
        return may_be_framed(make_response(render_template("authoring/preview_broken.html", problems=found.problems)))
    with library.showing(found.module):
        nobody = _nobody(module_id)
        shown = blocks.shown(db.session, nobody, made)
        html = render_template(
            "authoring/preview.html", module=found.module, page=made, blocks=shown, registration=nobody, after=None
        )
    return may_be_framed(make_response(html))


@blueprint.get("/authoring/<module_id>/media/<path:name>")
@needs(*WRITERS)
def media(module_id: str, name: str) -> Answer:
    """A file of the draft's folder `media`."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    data, kind = queries.contents(db.session, draft, f"courses/{module_id}/media/{name}"), media_type(name)
    if data is None or kind is None:
        not_found()
    answer = send_file(io.BytesIO(data), mimetype=kind)
    # A drawing that is opened by itself is a document: it may do nothing at all.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


def _nobody(module_id: str) -> Registration:
    """A run that is not in the database, and never will be: nothing can hang on it."""
    return Registration(id=-1, uuid=NOBODY, person_id=-1, module_id=module_id, registered_at=now())
