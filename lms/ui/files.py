"""Answers that are files: tables for a spreadsheet, sent while they are made; other files to keep."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator

from flask import Response, send_file
from sqlalchemy.orm import Session

from lms.db import db
from lms.ui import sheets
from lms.ui.sheets import Row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONG = 5000
"""People in a workbook that is made while its reader waits; a CSV is sent while it is made, however long it is."""
IN_MEMORY = 1024 * 1024
"""Bytes of a workbook that are kept in memory; more go to the disk."""


def as_table(rows: Iterable[Row], kind: str, name: str, on: dt.date, title: str) -> Response:
    """A table, its head first, as `csv` or `xlsx`; the title is that of the sheet."""
    if kind == "csv":
        return _csv(sheets.as_csv(rows), name, on)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    sheets.as_xlsx(rows, title, file)
    file.seek(0)
    return attached(file, XLSX, f"{name}-{on}.xlsx")


def as_long_csv(make: Callable[[Session], Iterable[Row]], name: str, on: dt.date) -> Response:
    """A table of which never more than some rows are in memory, read while it is sent."""
    return _csv(sent_bit_by_bit(lambda session: sheets.as_csv(make(session))), name, on)


def sent_bit_by_bit(make: Callable[[Session], Iterator[bytes]]) -> Iterator[bytes]:
    """What is read while it is sent, in a session of its own.

    The request's session is closed when the view returns. Whatever reads in it later holds a connection that nobody
    gives back: after fifteen such answers all others would wait.
    """
    session = db.sessionmaker()

    def parts() -> Iterator[bytes]:
        with session:
            yield from make(session)

    return parts()


def attached(file: io.BytesIO | tempfile.SpooledTemporaryFile[bytes], mimetype: str, name: str) -> Response:
    """A file to keep, which no cache keeps."""
    answer = send_file(file, mimetype=mimetype, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _csv(lines: Iterator[bytes], name: str, on: dt.date) -> Response:
    answer = Response(lines, mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{on}.csv"
    answer.headers["Cache-Control"] = "no-store"
    return answer
