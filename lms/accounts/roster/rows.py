"""A CSV file of people as rows, with every problem in it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lms.accounts.email_address import is_email, normal
from lms.accounts.models import Role
from lms.content.problems import Problem

REQUIRED = ("email", "name", "site", "role")
OPTIONAL = ("site_name",)
NAME_CHARACTERS = 200

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EVERYWHERE = {Role.PROGRAMME_LEAD, Role.ADMIN}


@dataclass(frozen=True)
class Row:
    """One person at one place."""

    line: int
    email: str
    name: str
    site: str
    """Code; empty: at no site."""
    role: Role | None
    site_name: str
    """Name of a site that may be new; empty: it is there already."""

    @property
    def places(self) -> list[tuple[str, Role | None]]:
        """Sites with the role there; a role for the whole organisation stands without a site."""
        if self.role in _EVERYWHERE:
            return [(self.site, None), ("", self.role)] if self.site else [("", self.role)]
        return [(self.site, self.role)] if self.site or self.role else []


class RosterError(Exception):
    """A file that cannot be imported; carries every problem found, in the order of the lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read(file: str, content: bytes) -> tuple[list[Row], list[Problem]]:
    """The good rows of a file and the problems of all others; `file` is its name in messages."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], [Problem(file, line, "this is not UTF-8", 'save the file as "CSV UTF-8"')]
    return _Reading(file).rows(text)


def role_of(text: str) -> Role | None:
    """The role of that name, however its words are joined; None for no role. Raises ValueError."""
    name = re.sub(r"[\s_-]+", " ", text.strip().lower())
    return Role(name) if name and name != "learner" else None


def is_site_code(text: str) -> bool:
    """Whether a site can have this code."""
    return _CODE.fullmatch(text) is not None


class _Reading:
    """One pass over one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.names: dict[str, Row] = {}

    def rows(self, text: str) -> tuple[list[Row], list[Problem]]:
        lines = self._lines(text)
        found = next(lines, None)
        if found is None:
            self._tell(1, "there is no header", f"begin with a line {','.join(REQUIRED)}")
            return [], self.problems
        header = [cell.strip().lower() for cell in found[1]]
        if not self._is_header(found[0], header):
            return [], self.problems
        rows = [self._row(line, header, cells) for line, cells in lines]
        return [row for row in rows if row], self.problems

    def _lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Lines with their number and cells; a cell may run over several lines, and its row is named by the first."""
        first = text.partition("\n")[0]
        delimiter = ";" if ";" in first and "," not in first else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self._tell(line, f"this is not CSV ({error})", "look for a quotation mark without its partner")

    def _is_header(self, line: int, header: list[str]) -> bool:
        known = {*REQUIRED, *OPTIONAL}
        for name in [name for name in REQUIRED if name not in header]:
            self._tell(line, f"the column {name} is missing", f"the header is {','.join(REQUIRED)}")
        for name in [name for name in header if name not in known]:
            self._tell(
                line, f"{name!r} is not a column of ours", f"remove it; ours are {', '.join(REQUIRED + OPTIONAL)}"
            )
        for name in [name for name, times in Counter(header).items() if times > 1]:
            self._tell(line, f"the column {name} is there twice", "remove one of them")
        return not self.problems

    def _row(self, line: int, header: list[str], cells: list[str]) -> Row | None:
        if len(cells) != len(header):
            what = f"{len(cells)} cells, but the header has {len(header)}"
            self._tell(line, what, "put quotation marks around a cell with a comma in it, or add what is missing")
            return None
        before = len(self.problems)
        cell = dict.fromkeys(OPTIONAL, "") | {
            name: " ".join(value.split()) for name, value in zip(header, cells, strict=True)
        }
        row = Row(
            line=line,
            email=self._email(line, cell["email"]),
            name=self._text(line, "name", cell["name"], required=True),
            site=self._site(line, cell["site"]),
            role=self._role(line, cell["role"], cell["site"]),
            site_name=self._text(line, "site_name", cell["site_name"], required=False),
        )
        self._compare_names(row)
        return row if len(self.problems) == before else None

    def _email(self, line: int, text: str) -> str:
        email = normal(text)
        if not email:
            self._tell(line, "there is no e-mail address", "people sign in with it; add it")
        elif not is_email(email):
            self._tell(line, f"{text!r} is not an e-mail address", "it should look like name@example.org")
        return email

    def _text(self, line: int, column: str, text: str, required: bool) -> str:
        if required and not text:
            self._tell(line, f"there is no {column}", "add it")
        if len(text) > NAME_CHARACTERS:
            self._tell(line, f"this {column} has {len(text)} characters", f"at most {NAME_CHARACTERS} are kept")
        if not text.isprintable():
            self._tell(line, f"this {column} has characters that cannot be shown", "type it anew")
        return text

    def _site(self, line: int, code: str) -> str:
        if code and not is_site_code(code):
            self._tell(line, f"{code!r} cannot be the code of a site", "use letters, digits, point, dash or underscore")
        return code

    def _role(self, line: int, text: str, site: str) -> Role | None:
        try:
            role = role_of(text)
        except ValueError:
            self._tell(line, f"{text!r} is not a role", f"use {', '.join(Role)}, or leave it empty for a learner")
            return None
        if role is Role.SITE_LEAD and not site:
            self._tell(line, "a site lead needs a site", "add its code")
        return role

    def _compare_names(self, row: Row) -> None:
        first = self.names.setdefault(row.email, row)
        if first.name != row.name:
            what = f"{row.email} is {row.name!r} here and {first.name!r} in line {first.line}"
            self._tell(row.line, what, "give one person one name")

    def _tell(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, what, remedy))
