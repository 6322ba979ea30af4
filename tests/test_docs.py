"""What the documents say of files, commands and settings is so."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from lms.cli import main
from lms.config import PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"`lms ([a-z]+)(?: ([a-z-]+))?|^ +(?:\S+/)?lms ([a-z]+)(?: ([a-z-]+))?", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z]+)`|^ +make ([a-z]+)", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{name(path)} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for found in COMMAND.findall(text):
        group, command = (found[0] or found[2]), (found[1] or found[3])
        known = main.commands.get(group)
        assert known, f"{name(path)} names `lms {group}`"
        if command and isinstance(known, click.Group):
            assert command in known.commands, f"{name(path)} names `lms {group} {command}`"
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for found in TARGET.findall(text):
        assert "".join(found) in targets, f"{name(path)} names `make {''.join(found)}`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_settings_exist(path: Path) -> None:
    for setting in set(re.findall(rf"{PREFIX}([A-Z_]+[A-Z])", path.read_text(encoding="utf-8"))):
        assert setting.lower() in Settings.model_fields or setting.startswith("TEST_"), (
            f"{name(path)}: {PREFIX}{setting}"
        )


def test_every_document_can_be_found_from_the_readme() -> None:
    linked = set(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {name(path) for path in DOCUMENTS[1:] if "decisions" not in path.parts} <= linked


def test_the_readme_is_read_to_the_end() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) < 500
