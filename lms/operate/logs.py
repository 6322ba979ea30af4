"""Where the log goes and what its lines look like: `timestamp=… level=… event=… key=value`."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import TextIO, cast

import structlog
from structlog.typing import Processor

LOOK_SECONDS = 1.0
"""A log that was moved away is noticed within this time; until then lines go where it is now."""
_ORDER = ["timestamp", "level", "event"]


class Book:
    """A stream that may be led to a file at any time, and that notices when that file was moved away (rotated)."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._descriptor = -1
        self._file: tuple[int, int] | None = None
        self._look_at = 0.0

    def lead_to(self, path: Path | None) -> None:
        """Write to this file from now on; None: to standard error. Raises OSError."""
        self._path = path
        if path:
            self._open(path)

    def take_output(self) -> None:
        """What is printed by this process goes here too, also by libraries and by the interpreter when it crashes."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for number in (1, 2):
            os.dup2(self._descriptor, number)

    def write(self, text: str) -> int:
        if self._path is None:
            return sys.stderr.write(text)
        try:
            now = time.monotonic()
            if now >= self._look_at:
                self._look_at = now + LOOK_SECONDS
                if self._has_moved(self._path):
                    self._open(self._path)
            # Whole lines, appended: several processes can share a file.
            return os.write(self._descriptor, text.encode("utf-8", "backslashreplace"))
        except OSError:
            return 0  # a full disk must not stop what is being logged

    def flush(self) -> None:
        """Nothing is held back."""

    def _has_moved(self, path: Path) -> bool:
        try:
            found = path.stat()
        except FileNotFoundError:
            return True
        return (found.st_dev, found.st_ino) != self._file

    def _open(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        before, self._descriptor = self._descriptor, fresh
        found = os.fstat(fresh)
        self._file = (found.st_dev, found.st_ino)
        if before >= 0:
            os.close(before)


book = Book()
"""The one log of this process."""


def configure(level: str) -> None:
    """Lead all that is logged into the book: by structlog, and by libraries from warnings on."""
    before: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.processors.LogfmtRenderer(key_order=_ORDER, bool_as_flag=False)
    stream = cast(TextIO, book)
    structlog.configure(
        processors=[*before, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    lines = logging.StreamHandler(stream)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name, structlog.processors.format_exc_info],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # Libraries tell too much at INFO: httpx, for one, every address.
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    for ours in ("lms", "gunicorn.error"):
        logging.getLogger(ours).setLevel(level)
