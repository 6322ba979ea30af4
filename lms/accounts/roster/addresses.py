"""A list of e-mail addresses: as they are typed or copied out of a mail, or a CSV file with a column for them.

A line may have several, with commas or semicolons between them, and names: `Ada Bell <ada@example.org>; ben@…`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lms.accounts.email_address import is_email, normal
from lms.accounts.roster.table import Table, name_of
from lms.content.problems import Problem

MOST_ADDRESSES = 20_000
"""As many as one request carries as text, and as one transaction takes in within the seconds that others wait."""
MOST_CHARACTERS = 900_000
"""Of the addresses of one list; a request with a form may have 1 MiB."""
COLUMN = "email"
NAMES = (COLUMN, "e-mail", "e-mail address", "email address", "mail")
"""What the column may be called."""
NO_ADDRESS = "(no address)"
"""Stands where a line of a file has none, so that the line is not passed over when the list comes back."""
_SHOWN = 80
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")
_BETWEEN = re.compile(r"[,\t]")


@dataclass
class Addresses:
    """What a list says, and what is to be mended in it."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    """Each address in its normal form, once, with the line in which it stands first."""
    problems: list[Problem] = field(default_factory=list)
    twice: list[Problem] = field(default_factory=list)
    """Lines that say once more what an earlier one says: they do no harm."""
    text: str = ""
    """The list without the other columns: each address in the line in which it stood; empty if it cannot be read."""

    def tell(self, line: int, what: str, remedy: str) -> None:
        """Something is to be mended in a line."""
        self.problems.append(Problem(self.file, line, what, remedy))


def read(content: bytes, file: str = "") -> Addresses:
    """The addresses of a file, or of a text in UTF-8; `file` is its name in messages."""
    made = Addresses(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        made.tell(line, "this is not a text in UTF-8", "save the file as “CSV UTF-8” or as a plain text")
        return made
    text = text.replace("\ufeff", "")
    column = _column_of(text)
    lines = _plain(text) if column is None else _cells(text, column, made)
    # One more than may be: that tells that there are too many, however many more there are.
    rows = list(islice(lines, MOST_ADDRESSES + 1))
    if len(rows) > MOST_ADDRESSES:
        _tell_too_many(made, rows[MOST_ADDRESSES][0])
    if made.problems or _is_too_long(made, rows):
        return made
    for line, cell in rows:
        _take(made, line, cell)
        if len(made.lines) > MOST_ADDRESSES:
            _tell_too_many(made, line)
            return made
    made.text = _as_text(rows)
    return made


def _tell_too_many(made: Addresses, line: int) -> None:
    """Before all else that is to be mended: it would be for nothing."""
    made.problems.clear()
    what, remedy = f"this is address {MOST_ADDRESSES + 1:,}", f"a list has at most {MOST_ADDRESSES:,}"
    made.tell(line, what, f"{remedy}: bring it in parts")


def _is_too_long(made: Addresses, rows: list[tuple[int, str]]) -> bool:
    """Whether the list would not fit into the field, each end of a line as one character; it is told then."""
    characters = rows[-1][0] - 1 + sum(len(cell) for _, cell in rows) if rows else 0
    if characters > MOST_CHARACTERS:
        remedy = f"bring at most {MOST_CHARACTERS:,} at once"
        made.tell(1, f"the addresses and the lines between them have {characters:,} characters", remedy)
    return characters > MOST_CHARACTERS


def _column_of(text: str) -> str | None:
    """How the column with the addresses is called, as the table finds it; None: it is a plain list."""
    _, first = next(Table("", (), ()).rows(text), (0, []))
    return next((name for name in map(name_of, first) if name in NAMES), None)


def _cells(text: str, column: str, made: Addresses) -> Iterator[tuple[int, str]]:
    table = Table(made.file, (column,), (), leaves_others_out=True)
    for line, cells in table.lines(text.encode()):
        yield line, cells[column] or NO_ADDRESS
    made.problems += table.problems


def _plain(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if line.strip():
            yield number, line.strip()


def _take(made: Addresses, line: int, cell: str) -> None:
    """Take the addresses of a line in; what else stands in it is told."""
    if cell == NO_ADDRESS:
        made.tell(line, "there is no e-mail address", "add it, or take the line out")
        return
    found = [normal(one) for one in _in_line(cell)]
    wrong = [one for one in found if not is_email(one)] if found else [cell]
    if wrong:
        said = wrong[0] if len(wrong) == 1 and len(found) > 1 else cell
        what = f"“{said[:_SHOWN]}” is not an e-mail address"
        made.tell(line, what, "write one in each line, or commas between them, such as name@example.org")
    for email in found:
        if email not in wrong and (first := made.lines.setdefault(email, line)) != line:
            made.twice.append(Problem(made.file, line, f"{email} is in line {first} too", "it counts once"))


def _in_line(cell: str) -> Iterator[str]:
    """What should be addresses in a line, without the names before them; a name may have a comma: `Bell, Ada <…>`."""
    for part in cell.split(";"):
        end = 0
        for named in _NAMED.finditer(part):
            *before, _ = _BETWEEN.split(named[1])
            yield from (one.strip() for one in before if "@" in one)
            yield named[2].strip()
            end = named.end()
        yield from (one.strip() for one in _BETWEEN.split(part[end:]) if one.strip())


def _as_text(rows: list[tuple[int, str]]) -> str:
    """A plain list, each in the line in which it stood: what is said of a line of the file holds for what is shown.

    No column with a name: a cell with a comma or a quotation mark would be taken apart when the list comes back.
    """
    lines = [""] * (rows[-1][0] if rows else 0)
    for line, cell in rows:
        lines[line - 1] = cell.replace("\0", "\ufffd")
    text = "\n".join(lines)
    if _column_of(text) is not None:
        # By itself in the first line, the cell looks like the name of a column.
        lines[rows[0][0] - 1] = NO_ADDRESS
    return "\n".join(lines)
