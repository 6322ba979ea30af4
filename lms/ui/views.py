"""The frame of every page: its files, the functions that templates use, headers and error pages."""

from __future__ import annotations

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, request

from lms.config import Settings
from lms.ui import assets, compression, errors, headers, inputs, logbook
from lms.ui.assets import Assets
from lms.ui.counting import people
from lms.ui.icons import icon

blueprint = Blueprint("ui", __name__)

FOR_EVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """The lowest room of the web: everything else stands on it."""
    settings: Settings = app.config["CARES"]
    app.extensions["assets"] = assets.build(settings)
    app.jinja_env.globals.update(
        icon=icon,
        asset=asset_address,
        link=link,
        organisation=settings.organisation,
        logo=next((name for name in _assets(app).files if name.startswith("logo.")), None),
    )
    zone = ZoneInfo(settings.time_zone)
    app.jinja_env.filters.update(day=partial(day, zone=zone), clock=partial(clock, zone=zone), people=people)
    for part in (headers, logbook, compression, inputs, errors):
        part.install(app)
    app.register_blueprint(blueprint)


@blueprint.get("/static/<name>")
def static(name: str) -> Response:
    """A file of ours; its name changes with its content."""
    asset = _assets(current_app).by_address.get(name)
    if asset is None:
        abort(404)
    response = Response(asset.body, mimetype=asset.media_type)
    if asset.compressed and request.accept_encodings.best_match(("gzip", "identity")) == "gzip":
        response.set_data(asset.compressed)
        response.content_encoding = "gzip"
    if asset.compressed:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_EVER
    return response


def asset_address(name: str) -> str:
    """Where browsers find a file: `asset("cares.css")`."""
    return f"{request.root_path}/static/{_assets(current_app).files[name].name}"


def link(endpoint: str) -> str | None:
    """The address of a page without parts that change, or None while no room offers it."""
    path = _paths().get(endpoint)
    return None if path is None else f"{request.root_path}{path}"


def _paths() -> dict[str, str]:
    """Pages stand in the header and footer of every other: their addresses are looked up once."""
    known: dict[str, str] | None = current_app.extensions.get("paths")
    if known is None:
        rules = current_app.url_map.iter_rules()
        known = current_app.extensions["paths"] = {rule.endpoint: rule.rule for rule in rules if not rule.arguments}
    return known


def day(moment: dt.date, zone: dt.tzinfo = dt.UTC) -> str:
    """`3 March 2027`, as a wall calendar there shows it."""
    there = moment.astimezone(zone) if isinstance(moment, dt.datetime) else moment
    return f"{there.day} {there:%B %Y}"


def clock(moment: dt.datetime, zone: dt.tzinfo = dt.UTC) -> str:
    """`14:32`, as a clock there shows it."""
    return f"{moment.astimezone(zone):%H:%M}"


def _assets(app: Flask) -> Assets:
    found: Assets = app.extensions["assets"]
    return found
