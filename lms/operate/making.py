"""Making the files that people asked for, beside the web: whoever asked waits for nobody but this."""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
from collections.abc import Iterable, Iterator
from typing import IO

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms.db import db, writing
from lms.export import queries
from lms.export import service as exports
from lms.export.service import Turn
from lms.reports.files import service as files
from lms.reports.files.service import NotAllowedError
from lms.ui import sheets
from lms.ui.sheets import Row

EVERY_SECONDS = 1.0
ROWS_AT_A_TIME = 1000
"""After so many the page hears how far it is."""
PART_BYTES = 256 * 1024
IN_MEMORY = 1024 * 1024
NOT_YOURS = "You may see less, or something else, than when you asked. Please ask for it again."

log = structlog.get_logger("lms.operate.making")


class _LeftError(Exception):
    """The turn is another's by now, or all is being stopped."""


def run(app: Flask, stop: threading.Event) -> None:
    """Look every second for a file to be made, until stopped. Faults of the database and of the disk are waited out."""
    while not stop.wait(EVERY_SECONDS):
        try:
            while not stop.is_set() and make_next(app, stop):
                pass
        except (SQLAlchemyError, OSError) as error:
            log.warning("not made, tried again later", error=str(error).splitlines()[0])
        except Exception:
            # Whatever it is, others wait for their files. This one is begun again, and given up after some times.
            log.exception("a file broke off")


def make_next(app: Flask, stop: threading.Event) -> bool:
    """Make the file that has waited longest; whether there was one."""
    with app.app_context():
        if not queries.is_waiting(db.session, _now()):  # the lock of a writer is not taken every second
            return False
        with writing(db.session) as session:
            turn = exports.take_turn(session, _now())
        if turn is None:
            return False
        try:
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
                _make(turn, stop, file)
        except NotAllowedError:
            with writing(db.session) as session:
                exports.give_up(session, turn, NOT_YOURS, _now())
        except _LeftError:
            log.info("left a file", turn=turn.number)
    return True


def _make(turn: Turn, stop: threading.Event, file: IO[bytes]) -> None:
    counted = _Counted(turn, stop)
    began = _now()
    rows = files.rows(db.session, turn.person_id, turn.asked, began)
    sheets.as_xlsx(counted.through(rows), "Coverage", file)
    file.seek(0)
    with db.sessionmaker() as own, writing(own) as session:
        is_kept = exports.finish(session, turn, counted.people, _parts(file), _now())
    if is_kept:
        log.info("made a file", rows=counted.people, seconds=round((_now() - began).total_seconds(), 1))


class _Counted:
    """Tells how far a file is, in transactions of its own, while its rows go by."""

    def __init__(self, turn: Turn, stop: threading.Event) -> None:
        self._turn, self._stop = turn, stop
        self.people = 0

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows. Raises _LeftError."""
        for number, row in enumerate(rows):  # the first is the head
            self.people = number
            if number and number % ROWS_AT_A_TIME == 0:
                self._tell()
            yield row

    def _tell(self) -> None:
        with db.sessionmaker() as own, writing(own) as session:
            is_mine = exports.tell(session, self._turn, self.people, None if self._stop.is_set() else _now())
        if self._stop.is_set() or not is_mine:
            raise _LeftError


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(PART_BYTES):
        yield part


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
