"""The page that a learner would see, from a draft: everything in it can be tried, and nothing of that is kept."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request, send_file
from flask import url_for as url
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries
from lms.authoring.preview import states
from lms.authoring.preview.answering import NowhereError, Refused, answered
from lms.authoring.preview.trial import TO, TRIED, Trial, led_here, read
from lms.authoring.reading import reading
from lms.authoring.views import WRITERS
from lms.content.library import library
from lms.content.loader import Reading
from lms.content.module import Module, Page
from lms.db import db
from lms.enrolment.models import Registration
from lms.player import blocks
from lms.player.media_types import media_type
from lms.ui.asking import not_found, now
from lms.ui.headers import may_be_framed

blueprint = Blueprint("preview", __name__)

Answer = Response | AnyResponse | str | tuple[Response, int]


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/preview/<page_id>")
@needs(*WRITERS)
def page(module_id: str, page_id: str) -> Answer:
    """A page as a learner would see it who comes for the first time."""
    found = _found(module_id)
    if found.module is None:
        return _broken(found)
    made = found.module.page(page_id) or not_found()
    return _shown(found.module, made, Trial())


@blueprint.post("/authoring/<module_id>/preview/<page_id>")
@needs(*WRITERS)
@carries_text
def answer(module_id: str, page_id: str) -> Answer:
    """The same page after something was tried in it. Nothing is written anywhere: all of it came with the form."""
    found = _found(module_id)
    if found.module is None:
        return _broken(found)
    made = found.module.page(page_id) or not_found()
    trial = read(request.form.get(TRIED, ""))
    endpoint, values = _goal(request.form.get(TO, ""))
    form = {name: sent for name, sent in request.form.lists() if name not in (TO, TRIED, "csrf_token")}
    try:
        trial = answered(endpoint, values, form, found.module, trial, now())
    except NowhereError:
        return _shown(found.module, made, trial)  # the draft has changed meanwhile: what is there now is shown
    except Refused as refused:
        return _asked_again(found.module, made, trial, refused)
    return _shown(found.module, made, trial)


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


def _found(module_id: str) -> Reading:
    draft = queries.open_draft(db.session, module_id) or not_found()
    return reading(draft.key, module_id, lambda: queries.bundle(db.session, draft))


def _broken(found: Reading) -> Answer:
    return may_be_framed(make_response(render_template("authoring/preview_broken.html", problems=found.problems)))


def _shown(module: Module, made: Page, trial: Trial) -> Answer:
    with library.showing(module):
        nobody = _nobody(module.id)
        shown = states.after(trial, blocks.shown(db.session, nobody, made, now()), module, now())
        values = {"module": module, "page": made, "blocks": shown, "registration": nobody, "after": None}
        html = render_template("authoring/preview.html", **values, bare=True)
    return _led(html, module, made, trial)


def _asked_again(module: Module, made: Page, trial: Trial, refused: Refused) -> Answer:
    """What a learner would be told, in the page that they would get."""
    with library.showing(module):
        values = {"module": module, "page": made, "block": refused.block, "anchor": blocks.anchor(refused.block)}
        html = render_template(refused.template, **values, **refused.said, bare=True)
    return _led(html, module, made, trial), 422


def _led(html: str, module: Module, made: Page, trial: Trial) -> Response:
    address = url(".answer", module_id=module.id, page_id=made.id)
    return may_be_framed(make_response(led_here(html, address, trial)))


def _goal(address: str) -> tuple[str, Mapping[str, Any]]:
    """Which view a learner's form would go to, and what its address says."""
    try:
        return current_app.url_map.bind("").match(address.partition("?")[0], method="POST")
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return "", {}


def _nobody(module_id: str) -> Registration:
    """A run that is not in the database, and never will be: nothing can hang on it."""
    return Registration(id=-1, uuid=states.NOBODY, person_id=-1, module_id=module_id, registered_at=now())
