"""What every view needs to know of who asks and when, and how it says that there is nothing here."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

from flask import abort, current_app, request

from lms.config import Settings
from lms.days import local_day


def is_script() -> bool:
    """Whether a script saves in the background, and is to be answered in JSON (docs/rooms-on-a-page.md)."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def now() -> dt.datetime:
    """The time in UTC. Views read the clock; what they call is told."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day at the clock of the installation."""
    settings: Settings = current_app.config["CARES"]
    return local_day(now(), settings.time_zone)


def not_found() -> NoReturn:
    """404, where an expression is wanted: `found = own_attempt(…) or not_found()`."""
    abort(404)
