"""The page of a draft's media: what there is and where it is used, more of it, and away with what nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_files, needs
from lms.authoring import queries, service
from lms.authoring.files.outline import slug
from lms.authoring.files.page_text import inserted, pieces
from lms.authoring.files.starters import figure
from lms.authoring.media.queries import folder, media, sizes
from lms.authoring.media.received import Kept, UnfitError, kept_as, safe_name
from lms.authoring.media.uses import page_of, uses
from lms.authoring.models import Draft
from lms.authoring.views import WRITERS
from lms.content.bundle import MOST_BUNDLE_BYTES, MOST_FILE_BYTES, MOST_FILES
from lms.db import db, transaction
from lms.ui.asking import not_found, now

blueprint = Blueprint("media_files", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
MOST_AT_ONCE = 20
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".webp")
LONGEST_ALT = 300


@dataclass(frozen=True)
class Shown:
    """A file as the page lists it."""

    name: str
    size: int
    """Bytes."""
    used_in: Sequence[tuple[str, str | None]]
    """Paths inside the module, and the id of each that is a page."""

    @property
    def is_picture(self) -> bool:
        """Whether it can stand in a page as a figure."""
        return self.name.endswith(PICTURES)


@dataclass(frozen=True)
class _Named:
    """A file that was sent, as it is kept."""

    name: str
    kept: Kept
    said: str
    """Of its name."""

    def __str__(self) -> str:
        said = "; ".join(one for one in (self.kept.said, self.said) if one)
        return f"{self.name} ({said})" if said else self.name


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/media-files")
@needs(*WRITERS)
def listed(module_id: str) -> Answer:
    """All media of a draft."""
    return _page(queries.open_draft(db.session, module_id) or not_found())


@blueprint.post("/authoring/<module_id>/media-files")
@needs(*WRITERS)
@carries_files(MOST_FILE_BYTES)
def add(module_id: str) -> Answer:
    """Take some files in, all or none of them."""
    sent = [one for one in request.files.getlist("files") if one.filename]
    if not 0 < len(sent) <= MOST_AT_ONCE:
        return _refused(module_id, [f"Choose from one to {MOST_AT_ONCE} files."])
    if queries.open_draft(db.session, module_id) is None:
        not_found()
    received, faults = _received(sent)  # before the lock: pictures take their time
    if faults:
        return _refused(module_id, faults)
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        named = _named(media(session, draft), received, may_replace=bool(request.form.get("replace")))
        made = {folder(draft) + one.name: one.kept.data for one in named}
        faults = _too_much(sizes(session, draft), made)
        if faults:
            return _refused(module_id, faults)
        service.save(session, draft, {**made}, current_user.uuid, now())
    flash(f"Taken in: {', '.join(map(str, named))}.", "success")
    return redirect(url(".listed", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/media-files/take-away")
@needs(*WRITERS)
def take_away(module_id: str) -> Answer:
    """Take a file away that is used nowhere."""
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        found = {one.name: one for one in _shown(session, draft)}
        gone = found.get(request.form.get("name", "")) or not_found()
        if gone.used_in:
            return _refused(module_id, [f"{gone.name} is used, so it stays. Take it off the pages first."])
        service.save(session, draft, {folder(draft) + gone.name: None}, current_user.uuid, now())
    flash(f"{gone.name} is taken away.", "info")
    return redirect(url(".listed", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/media-files/place")
@needs(*WRITERS)
def place(module_id: str) -> Answer:
    """Put a picture at the end of a page, with the words for those who do not see it."""
    alt = " ".join(request.form.get("alt", "").split())[:LONGEST_ALT]
    with transaction() as session:
        draft = service.lock(session, module_id) or not_found()
        name, page_id = request.form.get("name", ""), request.form.get("page", "")
        path = _pages(session, draft).get(page_id)
        if path is None or name not in media(session, draft):
            not_found()
        if not alt:
            return _refused(module_id, [f"Say what {name} shows, for people who do not see it."])
        changed = _with_figure(queries.text(session, draft, path) or "", page_id, name, alt)
        service.save_texts(session, draft, {path: changed}, current_user.uuid, now())
    return redirect(url("writing.page", module_id=module_id, page_id=page_id, _anchor=_last_block(changed)), 303)


def _received(sent: Sequence[FileStorage]) -> tuple[list[tuple[str, Kept]], list[str]]:
    """What to keep of each file with the name it was sent under, and what is wrong with the others."""
    found: list[tuple[str, Kept]] = []
    faults: list[str] = []
    for one in sent:
        name = one.filename or ""
        try:
            found.append((name, kept_as(safe_name(name, ()), one.read())))
        except UnfitError as error:
            faults.append(f"{name}: {error}.")
    return found, faults


def _named(there: Collection[str], received: Sequence[tuple[str, Kept]], *, may_replace: bool) -> list[_Named]:
    """The files to keep, each under a name of its own; if it may, in the place of one that is there."""
    made: list[_Named] = []
    for sent, kept in received:
        new = [one.name for one in made]
        wanted = safe_name(sent, ())
        if may_replace and wanted in there and wanted not in new:
            made.append(_Named(wanted, kept, "in the place of the one before"))
            continue
        name = safe_name(sent, [*there, *new])
        said = f"{wanted} is there already; to put a file in its place, tick the box below" if name != wanted else ""
        made.append(_Named(name, kept, said))
    return made


def _too_much(there: dict[str, int], more: dict[str, bytes]) -> list[str]:
    """A module that holds more could not be published, nor taken out as a zip."""
    after = there | {path: len(data) for path, data in more.items()}
    if sum(after.values()) > MOST_BUNDLE_BYTES or len(after) > MOST_FILES:
        return ["The module would hold more than 500 files or 100 MB. Take away what is not used first."]
    return []


def _with_figure(text: str, page_id: str, name: str, alt: str) -> str:
    known = pieces(text)
    block_id = slug(f"{page_id} {name.rpartition('.')[0]}", [piece.id for piece in known])
    return inserted(text, len(known), figure(block_id, f"media/{name}", alt))


def _last_block(text: str) -> str:
    return f"block-{len(pieces(text)) - 1}"


def _refused(module_id: str, faults: Sequence[str]) -> Answer:
    return _page(queries.open_draft(db.session, module_id) or not_found(), faults), 422


def _page(draft: Draft, faults: Sequence[str] = ()) -> str:
    return render_template(
        "authoring/media_files.html",
        draft=draft,
        files=_shown(db.session, draft),
        pages=list(_pages(db.session, draft)),
        faults=faults,
        others=queries.others(db.session, draft, current_user.uuid, now()),
    )


def _shown(session: Session, draft: Draft) -> list[Shown]:
    found = media(session, draft)
    used = uses(found, queries.pages(session, draft))
    inside = f"courses/{draft.subject}/"
    return [
        Shown(name, size, [(path.removeprefix(inside), page_of(path)) for path in used[name]])
        for name, size in found.items()
    ]


def _pages(session: Session, draft: Draft) -> dict[str, str]:
    """The files of its pages by their ids."""
    return {page_id: path for path in queries.paths(session, draft) if (page_id := page_of(path))}
