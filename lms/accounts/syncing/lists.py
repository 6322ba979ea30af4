"""The files of a full list: `people.csv`, `sites.csv`, `job_groups.csv`; each may be left out."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from lms.accounts.models import SiteKind
from lms.accounts.roster.table import NAME_CHARACTERS, Table
from lms.content.problems import Problem

PEOPLE, SITES, JOB_GROUPS = "people.csv", "sites.csv", "job_groups.csv"
FILES = (PEOPLE, SITES, JOB_GROUPS)
STAFF_NUMBER_CHARACTERS = 64

_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    PEOPLE: (("email", "name", "site"), ("staff_number", "job_group", "line_manager", "manager", "site_name")),
    SITES: (("code", "name"), ("parent", "kind")),
    JOB_GROUPS: (("code", "name"), ("counts_as_manager",)),
}
_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}

Row = TypeVar("Row")


@dataclass(frozen=True)
class PersonRow:
    """One person as the list has them."""

    line: int
    email: str
    name: str
    site: str
    staff_number: str
    job_group: str
    line_manager: str
    """Address or staff number."""
    manager: bool | None
    """Whether they count as a manager; None: the list does not say."""
    site_name: str


@dataclass(frozen=True)
class SiteRow:
    """One place as the list has it."""

    line: int
    code: str
    name: str
    parent: str
    kind: SiteKind | None
    """None: the list does not say."""


@dataclass(frozen=True)
class JobGroupRow:
    """One job group as the list has it."""

    line: int
    code: str
    name: str
    counts_as_manager: bool | None
    """None: the list does not say."""


@dataclass
class Lists:
    """What the files say, and what is to be mended in them."""

    people: list[PersonRow] | None = None
    """None: there is no such file, and nobody joins, moves or leaves."""
    sites: list[SiteRow] = field(default_factory=list)
    job_groups: list[JobGroupRow] = field(default_factory=list)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    """By file, the columns that are there: what has no column stays as it is."""
    problems: list[Problem] = field(default_factory=list)

    def has(self, file: str, column: str) -> bool:
        """Whether a file has a column."""
        return column in self.columns.get(file, ())


def read(files: Mapping[str, bytes]) -> Lists:
    """Everything in these files, by their names in `FILES`."""
    lists = Lists()
    if PEOPLE in files:
        lists.people = _rows(lists, PEOPLE, files[PEOPLE], _person, ("email", "staff_number"))
        if not lists.people and not lists.problems:
            lists.problems.append(Problem(PEOPLE, 1, "there is nobody in it", "a full list names everyone who works"))
    if SITES in files:
        lists.sites = _rows(lists, SITES, files[SITES], _site, ("code",))
    if JOB_GROUPS in files:
        lists.job_groups = _rows(lists, JOB_GROUPS, files[JOB_GROUPS], _job_group, ("code",))
    return lists


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 that is the same for the same files with the same content."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])}\n".encode())
        whole.update(files[name])
    return whole.hexdigest()


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files in one small piece."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


def unpacked(kept: bytes) -> dict[str, bytes]:
    """The files that `packed` was given."""
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rows(
    lists: Lists,
    file: str,
    content: bytes,
    make: Callable[[Table, int, dict[str, str]], Row],
    unique: Iterable[str],
) -> list[Row]:
    table = Table(file, *_COLUMNS[file])
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for line, cells in table.lines(content):
        before = len(table.problems)
        row = make(table, line, cells)
        for column in unique:
            _once(table, line, column, getattr(row, column), seen)
        if len(table.problems) == before:
            rows.append(row)
    lists.columns[file] = frozenset(table.header)
    lists.problems += table.problems
    return rows


def _once(table: Table, line: int, column: str, value: str, seen: dict[tuple[str, str], int]) -> None:
    if not value:
        return
    first = seen.setdefault((column, value), line)
    if first != line:
        words = {"email": "e-mail address", "staff_number": "staff number"}
        table.tell(line, f"the {words.get(column, column)} {value} is in line {first} too", "keep one of the lines")


def _person(table: Table, line: int, cell: dict[str, str]) -> PersonRow:
    if not cell["site"]:
        table.tell(line, "there is no site", "add its code")
    return PersonRow(
        line=line,
        email=table.email(line, cell["email"]),
        name=table.text(line, "name", cell["name"]),
        site=table.code(line, "site", cell["site"]),
        staff_number=_short(table, line, "staff number", cell["staff_number"]),
        job_group=table.code(line, "job group", cell["job_group"]),
        line_manager=cell["line_manager"],
        manager=_yes_or_no(table, line, "manager", cell["manager"]),
        site_name=table.text(line, "site_name", cell["site_name"], required=False),
    )


def _site(table: Table, line: int, cell: dict[str, str]) -> SiteRow:
    return SiteRow(
        line=line,
        code=_needed_code(table, line, "site", cell["code"]),
        name=table.text(line, "name", cell["name"]),
        parent=table.code(line, "site", cell["parent"]),
        kind=_kind(table, line, cell["kind"]),
    )


def _job_group(table: Table, line: int, cell: dict[str, str]) -> JobGroupRow:
    return JobGroupRow(
        line=line,
        code=_needed_code(table, line, "job group", cell["code"]),
        name=table.text(line, "name", cell["name"]),
        counts_as_manager=_yes_or_no(table, line, "counts_as_manager", cell["counts_as_manager"]),
    )


def _needed_code(table: Table, line: int, of: str, code: str) -> str:
    if not code:
        table.tell(line, "there is no code", f"give the {of} a short one that never changes")
    return table.code(line, of, code)


def _short(table: Table, line: int, what: str, text: str) -> str:
    if len(text) <= STAFF_NUMBER_CHARACTERS:
        return table.text(line, what, text, required=False)
    told = f"this {what} has {min(len(text), NAME_CHARACTERS)} characters or more"
    table.tell(line, told, f"at most {STAFF_NUMBER_CHARACTERS} are kept")
    return ""


def _yes_or_no(table: Table, line: int, column: str, text: str) -> bool | None:
    if text and text.lower() not in _YES:
        table.tell(line, f"{text!r} is neither yes nor no", f"write yes or no into {column}, or leave it empty")
    return _YES.get(text.lower())


def _kind(table: Table, line: int, text: str) -> SiteKind | None:
    if not text:
        return None
    try:
        return SiteKind(text.lower())
    except ValueError:
        table.tell(line, f"{text!r} is not a kind of place", f"use {', '.join(SiteKind)}, or leave it empty")
        return None
