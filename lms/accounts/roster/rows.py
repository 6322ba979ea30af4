"""A CSV file of people as rows, with every problem in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lms.accounts.models import Role
from lms.accounts.roles.wording import EVERYWHERE
from lms.accounts.roster.table import Table
from lms.content.problems import Problem

REQUIRED = ("email", "name", "site", "role")
OPTIONAL = ("site_name",)


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
        if self.role in EVERYWHERE:
            return [(self.site, None), ("", self.role)] if self.site else [("", self.role)]
        return [(self.site, self.role)] if self.site or self.role else []


class RosterError(Exception):
    """A file that cannot be imported; carries every problem found, in the order of the lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read(file: str, content: bytes) -> tuple[list[Row], list[Problem]]:
    """The good rows of a file and the problems of all others; `file` is its name in messages."""
    reading = _Reading(file)
    rows = [reading.row(line, cells) for line, cells in reading.table.lines(content)]
    return [row for row in rows if row], reading.table.problems


def role_of(text: str) -> Role | None:
    """The role of that name, however its words are joined; None for no role. Raises ValueError."""
    name = re.sub(r"[\s_-]+", " ", text.strip().lower())
    return Role(name) if name and name != "learner" else None


class _Reading:
    """One pass over one file."""

    def __init__(self, file: str) -> None:
        self.table = Table(file, REQUIRED, OPTIONAL)
        self.names: dict[str, Row] = {}

    def row(self, line: int, cell: dict[str, str]) -> Row | None:
        """A line, if nothing is to be mended in it."""
        table, before = self.table, len(self.table.problems)
        row = Row(
            line=line,
            email=table.email(line, cell["email"]),
            name=table.text(line, "name", cell["name"]),
            site=table.code(line, "site", cell["site"]),
            role=self._role(line, cell["role"], cell["site"]),
            site_name=table.text(line, "site_name", cell["site_name"], required=False),
        )
        self._compare_names(row)
        return row if len(table.problems) == before else None

    def _role(self, line: int, text: str, site: str) -> Role | None:
        try:
            role = role_of(text)
        except ValueError:
            self.table.tell(line, f"{text!r} is not a role", f"use {', '.join(Role)}, or leave it empty for a learner")
            return None
        if role is Role.SITE_LEAD and not site:
            self.table.tell(line, "a site lead needs a site", "add its code")
        return role

    def _compare_names(self, row: Row) -> None:
        first = self.names.setdefault(row.email, row)
        if first.name != row.name:
            what = f"{row.email} is {row.name!r} here and {first.name!r} in line {first.line}"
            self.table.tell(row.line, what, "give one person one name")
