"""A day that stays until it is moved, on which a programme is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from flask import Flask

from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing


@contextmanager
def still_day(app: Flask, day: dt.datetime, bundle: Bundle) -> Iterator[time_machine.Coordinates]:
    """It is this moment, and these modules are what is published."""
    with time_machine.travel(day, tick=False) as traveller:
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            import_bundle(session, bundle, day)
        library.forget()
        yield traveller
    library.forget()
