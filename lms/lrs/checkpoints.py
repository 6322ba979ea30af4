"""Carrying what was written from the journal of a SQLite file to its place, beside the writing and not within it."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa
import structlog

PAGES = 6000
"""Written since the last time, 4 KiB each, when it is time: a page that many statements change is carried once."""
PAUSE_SECONDS = 0.1
"""Between two looks at a journal that grows."""

log = structlog.get_logger()


class Checkpoints:
    """A thread of its own: a commit would have to wait for thousands of pages and for the disk.

    It takes no lock that a reader or a writer wants. What is written meanwhile is left; so the writer should carry the
    rest itself when the journal is a little longer, so that it begins anew.
    """

    def __init__(self, reader: sa.Engine, writer: sa.Engine) -> None:
        self._reader = reader
        self._is_due = threading.Event()
        self._is_over = threading.Event()
        sa.event.listen(writer, "commit", lambda _connection: self._is_due.set())
        self._thread = threading.Thread(target=self._work, name="checkpoints", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Finish what is begun, and stop."""
        self._is_over.set()
        self._is_due.set()
        self._thread.join()

    def _work(self) -> None:
        while self._is_due.wait() and not self._is_over.is_set():
            self._is_due.clear()
            try:
                self._look()
            except (sa.exc.SQLAlchemyError, self._reader.dialect.loaded_dbapi.Error) as error:
                # The writer does it all then, and says what is wrong.
                log.warning("the journal of the Learning Record Store stays as it is", reason=str(error))
            self._is_over.wait(PAUSE_SECONDS)

    def _look(self) -> None:
        connection: Any = self._reader.raw_connection()
        try:
            _, written, carried = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            if written - carried >= PAGES:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        finally:
            connection.close()
