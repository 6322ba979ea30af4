"""The page that a learner would see, from a draft: everything in it can be tried, and nothing of that is kept."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request, send_file
from flask import url_for as url
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.authoring import queries
from lms.authoring.files.page_text import pieces
from lms.authoring.files.parts import find
from lms.authoring.files.places import Place
from lms.authoring.models import Draft
from lms.authoring.preview import states
from lms.authoring.preview.answering import NowhereError, Refused, answered
from lms.authoring.preview.lacking import Lack, Written
from lms.authoring.preview.sound import headed
from lms.authoring.preview.trial import TO, TRIED, Trial, led_here, read
from lms.authoring.reading import reading, sound_module
from lms.authoring.telling import Telling
from lms.authoring.views import WRITERS, telling, titles
from lms.content.blocks import Block, Prose
from lms.content.library import library
from lms.content.loader import Reading
from lms.content.module import Module, Page
from lms.content.problems import ContentError, Problem
from lms.db import db
from lms.enrolment.models import Registration
from lms.player import blocks
from lms.player.media_types import media_type
from lms.ui.asking import not_found, now
from lms.ui.headers import may_be_framed

blueprint = Blueprint("preview", __name__)

Answer = Response | AnyResponse | str | tuple[Response, int]
LACKING = blocks.Kind("authoring/lacking.html", framed=False)


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/preview/<page_id>")
@needs(*WRITERS)
def page(module_id: str, page_id: str) -> Answer:
    """A page as a learner would see it who comes for the first time."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    seen = _seen(draft, page_id)
    return _shown(seen, Trial()) if seen else _broken(draft, page_id)


@blueprint.post("/authoring/<module_id>/preview/<page_id>")
@needs(*WRITERS)
@carries_text
def answer(module_id: str, page_id: str) -> Answer:
    """The same page after something was tried in it. Nothing is written anywhere: all of it came with the form."""
    draft = queries.open_draft(db.session, module_id) or not_found()
    seen = _seen(draft, page_id)
    if seen is None:
        return _broken(draft, page_id)
    trial = read(request.form.get(TRIED, ""))
    endpoint, values = _goal(request.form.get(TO, ""))
    form = {name: sent for name, sent in request.form.lists() if name not in (TO, TRIED, "csrf_token")}
    try:
        trial = answered(endpoint, values, form, seen.module, trial, now())
    except NowhereError:
        return _shown(seen, trial)  # the draft has changed meanwhile: what is there now is shown
    except Refused as refused:
        return _asked_again(seen, trial, refused)
    return _shown(seen, trial)


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


@dataclass(frozen=True)
class Seen:
    """A page as it can be seen."""

    module: Module
    """What is sound of it."""
    page: Page
    lines: Sequence[Block | Lack]
    head: Lack | None
    sources: Sequence[Lack]
    """What it cites that is not there."""
    telling: Telling


def _seen(draft: Draft, page_id: str) -> Seen | None:
    """A page of a draft, as far as it is sound; None if nothing of it can be shown."""
    found, module = _reading(draft), sound_module(draft.key, draft.subject, lambda: queries.bundle(db.session, draft))
    page = module.page(page_id) if module else None
    if module is None or page is None:
        return None
    said = telling(draft)
    written = Written(module, _by_place(found.problems, said), partial(_exists, draft))
    is_headless = found.module is None or found.module.page(page_id) is None
    text = queries.text(db.session, draft, page.file) or ""
    text = headed(text, page_id) if is_headless else text
    citations, sources = written.sources(page)
    return Seen(
        module=module,
        page=replace(page, citations=citations),
        lines=written.lines(page, pieces(text)) if found.problems else page.blocks,
        head=written.head(page_id) if is_headless else None,
        sources=sources,
        telling=said,
    )


def _by_place(problems: Iterable[Problem], said: Telling) -> dict[Place, list[Problem]]:
    found: dict[Place, list[Problem]] = {}
    for problem in problems:
        place = said.place(problem)
        if place:
            found.setdefault(place, []).append(problem)
    return found


def _exists(draft: Draft, kind: str, id_: str) -> bool:
    try:
        return find(kind, id_, draft.subject, partial(queries.text, db.session, draft)) is not None
    except ContentError:
        return True  # its file is there, and cannot be read


def _reading(draft: Draft) -> Reading:
    return reading(draft.key, draft.subject, lambda: queries.bundle(db.session, draft))


def _broken(draft: Draft, page_id: str) -> Answer:
    """Nothing of the page can be shown; or it is none."""
    pages = titles(queries.pages(db.session, draft))
    if page_id not in pages:
        not_found()
    found = _reading(draft).problems
    html = render_template("authoring/preview_broken.html", problems=found, telling=telling(draft))
    return may_be_framed(make_response(html))


def _shown(seen: Seen, trial: Trial) -> Answer:
    module = seen.module
    with library.showing(module):
        nobody = _nobody(module.id)
        sound = replace(seen.page, blocks=tuple(line for line in seen.lines if isinstance(line, Block)))
        found = iter(states.after(trial, blocks.shown(db.session, nobody, sound, now()), module, now()))
        shown = [next(found) if isinstance(line, Block) else _lacking(line) for line in seen.lines]
        values = {"module": module, "page": seen.page, "blocks": shown, "registration": nobody, "after": None}
        html = render_template("authoring/preview.html", **values, seen=seen, telling=seen.telling, bare=True)
    return _led(html, module, seen.page, trial)


def _lacking(lack: Lack) -> blocks.Shown:
    """What is seen in the place of a block that cannot be shown."""
    return blocks.Shown(Prose(html="", source=""), LACKING, lack)


def _asked_again(seen: Seen, trial: Trial, refused: Refused) -> Answer:
    """What a learner would be told, in the page that they would get."""
    module, page = seen.module, seen.page
    with library.showing(module):
        values = {"module": module, "page": page, "block": refused.block, "anchor": blocks.anchor(refused.block)}
        html = render_template(refused.template, **values, **refused.said, bare=True)
    return _led(html, module, page, trial), 422


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
