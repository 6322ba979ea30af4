"""A room as small as a room can be, by which the scripts of every page are tried: notes on a reflection, in memory."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Flask, Response, abort, jsonify, make_response, redirect, request
from flask_login import current_user
from jinja2 import DictLoader, PrefixLoader
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, signed_in
from lms.content.blocks import Block
from lms.enrolment.models import Registration
from lms.player import blocks
from lms.player.blocks import Kind

FORM = """
<h2 id="{{ anchor }}-title">{{ block.text.inline | safe }}</h2>
{% if state and state.told %}<p data-news role="status">You said: {{ state.text }}</p>{% endif %}
<form method="post" action="/notes/{{ block.id }}" data-autosave="/notes/{{ block.id }}" data-enhance>
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <input type="hidden" name="version" value="{{ state.version if state else 0 }}">
  <label for="note-{{ block.id }}">Your note</label>
  <textarea class="form-control" id="note-{{ block.id }}" name="what" data-keep>{{ state.text if state }}</textarea>
  <button type="submit" name="tell" value="yes">Tell</button>
</form>
"""


@dataclass
class Note:
    """What someone wrote."""

    text: str = ""
    version: int = 0
    told: bool = False


@dataclass
class Notebook:
    """All notes, and switches for what can go wrong."""

    notes: dict[tuple[int, str], Note] = field(default_factory=dict)
    is_down: bool = False
    saves: int = 0
    seconds: float = 0
    """How long it takes to answer."""
    refusals: int = 0
    """How often something was sent while it was down."""

    def install(self, app: Flask) -> None:
        """Show reflections by this room's template, and take what is written."""
        loader = app.jinja_env.loader
        assert isinstance(loader, PrefixLoader)
        loader.mapping = {**loader.mapping, "notebook": DictLoader({"form.html": FORM})}
        view = carries_text(signed_in(lambda block_id: self.save(block_id)))
        app.add_url_rule("/notes/<block_id>", "notebook.save", view, methods=["POST"])
        blocks.KINDS["reflection"] = Kind("notebook/form.html", self.on_page)

    def on_page(self, _session: Session, _registration: Registration, given: Sequence[Block]) -> Mapping[str, Note]:
        """The notes on these blocks."""
        return {block.id: self.own(block.id) for block in given}

    def own(self, block_id: str) -> Note:
        """The note of whoever is signed in."""
        return self.notes.setdefault((current_user.id, block_id), Note())

    def save(self, block_id: str) -> Response | AnyResponse:
        """Autosave's contract for scripts that want JSON; for all others, back to the page."""
        time.sleep(self.seconds)
        if self.is_down:
            self.refusals += 1
            abort(503)
        note = self.own(block_id)
        if int(request.form["version"]) != note.version:
            return make_response(jsonify(version=note.version, fields={"what": note.text}), 409)
        note.text, note.version = request.form["what"], note.version + 1
        self.saves += 1
        if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
            return jsonify(version=note.version, saved_at=dt.datetime.now(dt.UTC).isoformat())
        note.told = "tell" in request.form
        return redirect(f"/modules/notice/pages/turn#block-reflection-{block_id}", 303)
