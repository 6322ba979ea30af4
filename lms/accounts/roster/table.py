"""A CSV file as lines of named cells, with every problem in it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.accounts.email_address import is_email, normal
from lms.content.problems import Problem

NAME_CHARACTERS = 200
MOST_TOLD = 500
"""Lines told that do not have the cells of the header: with so many, nobody reads on, and the file is another one."""

_SAID = re.compile(r'"?sep=([^"\r\n])"?[ \t,;]*(?=\r?\n|\r|$)', re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_site_code(text: str) -> bool:
    """Whether a site or a job group can have this code."""
    return _CODE.fullmatch(text) is not None


def delimiter_of(text: str) -> str:
    """What stands between two cells: a comma, a semicolon, or what a spreadsheet gives when it is copied from.

    A first line such as `sep=;` says it: Excel understands that, and other programs write it for Excel.
    """
    if said := _SAID.match(text):
        return said[1]
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    return next((one for one in ",;\t" if one in first), ",")


def name_of(cell: str) -> str:
    """What a column is called, however its name is spaced or written."""
    return " ".join(cell.split()).lower()


class Table:
    """One pass over one file: its lines, the cells that they all have, and what is to be mended."""

    def __init__(
        self, file: str, required: Sequence[str], optional: Sequence[str], leaves_others_out: bool = False
    ) -> None:
        self.file, self.required, self.optional = file, tuple(required), tuple(optional)
        self.leaves_others_out = leaves_others_out
        """Whether columns that are not ours are passed over; else they are told, since a name may be mistyped."""
        self.header: list[str] = []
        """The columns that are there, in their order; empty before `lines`, and where there is no good header."""
        self.problems: list[Problem] = []

    @property
    def ours(self) -> tuple[str, ...]:
        """The columns that mean something."""
        return self.required + self.optional

    def lines(self, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
        """Number and cells, by column, of every line with as many cells as the header; columns left out are empty."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.tell(line, "this is not UTF-8", 'save the file as "CSV UTF-8"')
            return
        lines = self.rows(text)
        found = next(lines, None)
        if found is None:
            if not self.problems:
                self.tell(1, "there is no header", f"begin with a line {','.join(self.required)}")
            return
        header = [name_of(cell) for cell in found[1]]
        if not self._is_header(found[0], header):
            return
        self.header, left_out, ours, odd = header, dict.fromkeys(self.optional, ""), set(self.ours), 0
        for line, cells in lines:
            if len(cells) != len(header):
                what = f"{len(cells)} cells, but the header has {len(header)}"
                self.tell(line, what, "put quotation marks around a cell with a comma in it, or add what is missing")
                odd += 1
                if odd == MOST_TOLD:
                    self.tell(line, "what comes below is not looked through", "mend first what is above")
                    return
                continue
            named = zip(header, cells, strict=True)
            yield line, left_out | {name: " ".join(value.split()) for name, value in named if name in ours}

    def rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Lines with their number and cells; a cell may run over several lines, and its row is named by the first."""
        delimiter = delimiter_of(text)
        # What says the delimiter is no row; its line stays, so that the others keep their numbers.
        text = text[said.end() :] if (said := _SAID.match(text)) else text
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self.tell(line, f"this is not CSV ({error})", "look for a quotation mark without its partner")

    def email(self, line: int, text: str) -> str:
        """An e-mail address in its normal form."""
        email = normal(text)
        if not email:
            self.tell(line, "there is no e-mail address", "people sign in with it; add it")
        elif not is_email(email):
            self.tell(line, f"{text!r} is not an e-mail address", "it should look like name@example.org")
        return email

    def text(self, line: int, column: str, text: str, required: bool = True) -> str:
        """A name or the like: short, and of characters that can be shown."""
        if required and not text:
            self.tell(line, f"there is no {column}", "add it")
        if len(text) > NAME_CHARACTERS:
            self.tell(line, f"this {column} has {len(text)} characters", f"at most {NAME_CHARACTERS} are kept")
        if not text.isprintable():
            self.tell(line, f"this {column} has characters that cannot be shown", "type it anew")
        return text

    def code(self, line: int, of: str, code: str) -> str:
        """The code of a site or a job group, or nothing."""
        if code and not is_site_code(code):
            self.tell(line, f"{code!r} cannot be the code of a {of}", "use letters, digits, point, dash or underscore")
        return code

    def tell(self, line: int, what: str, remedy: str) -> None:
        """Something is to be mended in a line."""
        self.problems.append(Problem(self.file, line, what, remedy))

    def _is_header(self, line: int, header: list[str]) -> bool:
        before = len(self.problems)
        for name in [name for name in self.required if name not in header]:
            self.tell(line, f"the column {name} is missing", f"the header is {','.join(self.required)}")
        for name in [name for name in header if name not in self.ours and not self.leaves_others_out]:
            self.tell(line, f"{name!r} is not a column of ours", f"remove it; ours are {', '.join(self.ours)}")
        for name in [name for name, times in Counter(header).items() if times > 1 and name in self.ours]:
            self.tell(line, f"the column {name} is there twice", "remove one of them")
        return len(self.problems) == before
