"""Tables as files for other programs: CSV and XLSX.

A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, which can send
what is in the sheet elsewhere. In CSV such a text gets an apostrophe in front (OWASP, CSV injection); in XLSX every
text is written as text.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

Cell = str | int | float | dt.date | None
Row = Sequence[Cell]
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
LINES_AT_A_TIME = 500


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula; numbers and days stay what they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell


def as_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of a file, some at a time, as spreadsheets read them: UTF-8 with a mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff".encode()
    for number, row in enumerate(rows, 1):
        writer.writerow([harmless(cell) for cell in row])
        if number % LINES_AT_A_TIME == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def as_xlsx(rows: Iterable[Row], title: str, file: IO[bytes]) -> None:
    """Write a workbook of one sheet; it never holds more than a row in memory. The first row is its head."""
    import xlsxwriter  # noqa: PLC0415 - large, and seldom asked for

    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day, head = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(place, column, dt.datetime.combine(cell, dt.time()), day)
            elif isinstance(cell, str):
                sheet.write_string(place, column, cell, head if place == 0 else None)
            elif cell is not None:
                sheet.write_number(place, column, cell)
    book.close()


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return text
