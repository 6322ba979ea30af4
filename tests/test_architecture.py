"""The order of the house, read from its files: who may know what, and what stands where.

Which room may import which is the import-linter contract in pyproject.toml.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "lms"
FILES = sorted(path for path in HOUSE.rglob("*.py") if "versions" not in path.parts)
WEB = {"app", "views", "viewing", "forms", "door", "access", "web_session", "mail"}
"""Files, in any room but `ui`, that may know Flask."""
TABLES = {"models", "service", "queries", "db"}
"""Files, in any room, that work with the database as a rule."""
LATE = {
    "lms/__main__.py": {"lms.cli"},
    "lms/migrations/service.py": {"lms.migrations.stepping"},
    "lms/paper/typesetting.py": {"typst"},
    "lms/ui/sheets.py": {"xlsxwriter"},
    "lms/workshop/calendar_file.py": {"icalendar"},
}
"""What is large and needed by few requests, or none: read when it is asked for, so that no start waits for it."""
VAGUE = {"util", "utils", "helper", "helpers", "manager", "handler", "misc", "common", "data", "info", "base"}


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE.parent))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules_of(node: ast.AST) -> Iterator[str]:
    """What a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def imported(path: Path) -> Iterator[str]:
    """The top-level packages that a file imports at run time."""
    return (name.split(".")[0] for node in ast.walk(tree(path)) for name in modules_of(node))


def who_imports(package: str) -> set[str]:
    return {name_of(path) for path in FILES if package in imported(path)}


def test_only_xapi_knows_tincan() -> None:
    assert all(name.startswith("lms/xapi/") for name in who_imports("tincan"))


def test_only_files_of_the_web_know_flask() -> None:
    packages = ("flask", "flask_login", "flask_wtf", "wtforms", "werkzeug")
    strangers = {
        name
        for package in packages
        for name in who_imports(package)
        if Path(name).stem not in WEB and not name.startswith(("lms/ui/", "lms/lrs/", "lms/operate/", "lms/db.py"))
    }
    assert strangers == set()


def test_only_the_content_room_parses_what_is_taught() -> None:
    rooms = ("lms/content/", "lms/paper/", "lms/ui/")
    for package, also in {"ruamel": ("lms/authoring/files/",), "markdown_it": (), "nh3": ()}.items():
        assert all(name.startswith((*rooms, *also)) for name in who_imports(package)), package


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_as_the_house_has_them(path: Path) -> None:
    parsed = tree(path)
    assert ast.get_docstring(parsed), "a file begins with a sentence that says what it is"
    assert path.stem not in VAGUE, "named for what it decides, not for being handy"
    if path.name == "__init__.py":
        assert len(parsed.body) == 1, "__init__ holds only a docstring: the nameplate of the room"
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = {name for child in ast.walk(node) for name in modules_of(child)}
            assert inner <= LATE.get(name_of(path), set()), f"{node.name} imports inside a function"


def test_what_is_public_says_what_it_means() -> None:
    silent = []
    for path in FILES:
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            is_overload = any("listens_for" in ast.unparse(mark) for mark in node.decorator_list)
            if not ast.get_docstring(node) and not is_overload:
                silent.append(f"{name_of(path)}:{node.lineno} {node.name}")
    assert silent == []
