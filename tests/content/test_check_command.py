"""`lms courses check` as an author runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lms.cli import main
from tests.content import sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in sample.files().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def check(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["courses", "check", *map(str, arguments)])


def test_a_sound_module_passes_every_rule(folder: Path) -> None:
    result = check(folder, "--json")
    [report] = json.loads(result.output)
    assert {found["number"]: found["verdict"] for found in report["results"] if found["verdict"] != "pass"} == {}
    assert result.exit_code == 0


def test_folder_of_one_module_and_zip_say_the_same(folder: Path) -> None:
    archive = folder / "sample.zip"
    archive.write_bytes(sample.bundle().to_zip())
    whole = check(folder).output
    assert check(folder / "courses" / sample.MODULE).output == whole
    assert check(archive).output == whole
    assert check(folder, "--module", sample.MODULE).output == whole


def test_a_failing_rule_is_told_with_its_place_and_ends_with_1(folder: Path) -> None:
    bank = folder / sample.BANK
    bank.write_text(bank.read_text().replace("What helps most?", "Which of these does NOT help?", 1))
    result = check(folder)
    assert result.exit_code == 1
    assert f"{sample.BANK}:22: item s01-a: a negative stem; ask for what is right" in result.output


def test_a_broken_module_is_still_measured(folder: Path) -> None:
    page = folder / sample.ROOT / "feelings/honest.md"
    page.unlink()
    result = check(folder)
    assert result.exit_code == 1
    assert f"{sample.ROOT}/feelings/honest.md:1: the file is missing; add it" in result.output
    assert "Course minutes" in result.output


def test_a_place_without_modules_is_told(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 1
    assert "There is no module here" in result.output


def test_a_file_that_is_no_zip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    result = check(path)
    assert result.exit_code == 1
    assert "the archive:1: it cannot be read" in result.output
